"""The archive: closed days as one Parquet part each instead of thousands of files, and back.

A part is whole and on the disk before the first file goes, and restored files are before the part goes. In between both
are there, and the file is what counts; so a kill at any moment loses nothing and counts nothing twice, and the next run
ends what was begun. Nobody but the caller may write old records meanwhile: it holds the collector's lock.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from afteraction.errors import NotFoundError, StoreError, cannot_read
from afteraction.store.archive_parts import (
    LARGEST_FILE,
    ArchivedFile,
    archived_file,
    read_part,
    write_part,
)
from afteraction.store.archive_places import part_path, part_times
from afteraction.store.atomic import flush_files, remove_leftovers, write_atomic
from afteraction.store.cache_days import folder_name
from afteraction.store.reading import INVOCATION_DECODER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from afteraction.paths import Root

    Progress = Callable[[int, int], None]
    """Told how many of how many days are done."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(slots=True)
class Archived:
    """What an archiving, or a restoring, did."""

    days: int = 0
    files: int = 0
    """Record files that became rows, or rows that became files."""
    left: list[Path] = field(default_factory=list)
    """Files in these days that hold no record, cannot be read or are too large: they stay as they are."""


def archive_days(
    root: Root, connection: DuckDBPyConnection, before: date, *, progress: Progress | None = None
) -> Archived:
    """Archive every day of records before a date; days that have a part already take in what lies beside it.

    The caller holds the collector's lock. StoreError when a day's part is damaged or cannot be written; what was
    archived until then stays so.
    """
    done = Archived()
    remove_leftovers(root.archive)
    days = closed_days(root, before)
    for number, day in enumerate(days, 1):
        files = _archive_day(root, connection, day, done.left)
        done.files += files
        done.days += files > 0
        if progress:
            progress(number, len(days))
    return done


def restore_days(root: Root, connection: DuckDBPyConnection, days: Iterable[str] | None = None) -> Archived:
    """Make the files of archived days again, all of them without ``days``, and remove their parts.

    The caller holds the collector's lock. NotFoundError when a day is not archived, StoreError when a part is damaged:
    then what is sound in it has been restored, and the part stays.
    """
    done = Archived()
    remove_leftovers(root.archive)
    archived = part_times(root)
    wanted = list(archived if days is None else days)
    missing = [day for day in wanted if day not in archived]
    if missing:
        raise NotFoundError(f"not archived in {root.archive}: {', '.join(missing)}")
    for day in wanted:
        done.files += _restore_day(root, connection, day)
        done.days += 1
    return done


def closed_days(root: Root, before: date) -> list[str]:
    """The days before a date that have a folder of records, oldest first; StoreError when that cannot be listed."""
    try:
        names = os.listdir(root.invocations)  # noqa: PTH208 - names are all that is wanted
    except FileNotFoundError:
        return []
    except OSError as error:
        raise cannot_read(root.invocations, error) from error
    return sorted(name for name in names if _DAY.fullmatch(name) and name < before.isoformat())


def drop_from_part(root: Root, connection: DuckDBPyConnection, day: str, names: set[str]) -> None:
    """Take files out of a day's part because newer ones elsewhere replace them; a part with none left goes.

    The caller holds the collector's lock. StoreError as in ``archive_days``.
    """
    path = part_path(root, day)
    left = [file for file in _sound(path, read_part(connection, path)) if file.name not in names]
    if left:
        write_part(connection, path, left)
    else:
        path.unlink(missing_ok=True)


def _archive_day(root: Root, connection: DuckDBPyConnection, day: str, left: list[Path]) -> int:
    folder = root.invocations / day
    remove_leftovers(folder)
    found: dict[Path, ArchivedFile] = {}
    for path in sorted(folder.glob("[!.]*.json")):
        file = _readable(path)
        if file is not None:
            found[path] = file
        else:
            left.append(path)
    if found:
        path = part_path(root, day)
        kept = {file.name: file for file in _sound(path, read_part(connection, path))}
        kept.update({file.name: file for file in found.values()})
        write_part(connection, path, list(kept.values()))
    for path, file in found.items():
        with contextlib.suppress(FileNotFoundError):
            if path.read_bytes() == file.content:  # somebody may have edited it meanwhile: the next run takes it in
                path.unlink()
    with contextlib.suppress(OSError):
        folder.rmdir()
    return len(found)


def _readable(path: Path) -> ArchivedFile | None:
    """A record file as a part holds it; None when it is none, or cannot be read."""
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST_FILE:
            return None
        content = path.read_bytes()
        return archived_file(path.name, INVOCATION_DECODER.decode(content).invocation_id, content)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _restore_day(root: Root, connection: DuckDBPyConnection, day: str) -> int:
    part = part_path(root, day)
    folder = root.invocations / day
    remove_leftovers(folder)
    files = read_part(connection, part)
    written = []
    for file in files:
        path = folder / folder_name(file.name)
        if file.sound and not path.exists():
            write_atomic(path, file.content, durable=False)
            written.append(path)
    flush_files([*written, folder])
    _sound(part, files)
    part.unlink()
    return len(written)


def _sound(path: Path, files: list[ArchivedFile]) -> list[ArchivedFile]:
    broken = [file.name for file in files if not file.sound]
    if broken:
        raise StoreError(f"{path} is damaged in {len(broken)} records, first {broken[0]}; put a copy of it back")
    return files
