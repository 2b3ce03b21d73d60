"""What the folders of records hold now, each file told by a number that changes when the file does.

The number, the stamp, is a hash of a file's place, inode, size and time of modification, so that one integer says
whether a row of the cache is still what its file says. Reading the stamps of a folder costs 3 µs a file, 0.3 s for
100,000; so a folder is looked into only when its own time has changed, or when the caller wants to be sure.
"""

from __future__ import annotations

import contextlib
import os
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.errors import cannot_read

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from afteraction.paths import Root

TICK_NS = 2_000_000_000
"""A folder's time may stand still for so long while the folder changes: the coarsest file systems know even seconds."""
_SUFFIX = ".json"


@dataclass(frozen=True, slots=True)
class DayFiles:
    """The records in one folder below ``invocations/``."""

    day: str
    """The folder's name, as text that any encoding can carry; ``folder_name`` gives it back."""
    modified_ns: int | None
    """The folder's own time; None when it is so recent that a later change might not alter it."""
    names: dict[int, str]
    """Stamp → file name."""


def day_times(root: Root) -> dict[str, int]:
    """Every folder of records with its time of modification in ns, oldest day first; StoreError when unreadable."""
    try:
        with os.scandir(root.invocations) as entries:
            found = [(stored_name(entry.name), entry.stat().st_mtime_ns) for entry in entries if entry.is_dir()]
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise cannot_read(root.invocations, error) from error
    return dict(sorted(found))


def day_files(root: Root, day: str, *, modified_ns: int, now_ns: int) -> DayFiles:
    """The records of a day whose folder's time was ``modified_ns``, read before this; none where the folder is gone.

    StoreError when it cannot be read.
    """
    folder = root.invocations / folder_name(day)
    try:
        names = _stamped(folder, day)
    except (FileNotFoundError, NotADirectoryError):
        return DayFiles(day, 0, {})
    except OSError as error:
        raise cannot_read(folder, error) from error
    settled = now_ns - modified_ns > TICK_NS
    return DayFiles(day, modified_ns if settled else None, names)


def count_files(folders: Iterable[Path]) -> int:
    """About how many records these folders have, in a sixth of the time that their stamps take."""
    count = 0
    for folder in folders:
        with contextlib.suppress(OSError):  # a part of the archive is no folder: its few are not worth a look
            count += len(os.listdir(folder))  # noqa: PTH208 - names are all that is wanted
    return count


def stored_name(name: str) -> str:
    """A file's name as text for JSON and SQL: its bytes, one character each, so that none is beyond an encoding."""
    return os.fsencode(name).decode("latin-1")


def folder_name(stored: str) -> str:
    """The file's name that ``stored_name`` made into text."""
    return os.fsdecode(stored.encode("latin-1"))


def _stamped(folder: Path, day: str) -> dict[int, str]:
    seed = zlib.crc32(day.encode("latin-1"))
    names: dict[int, str] = {}
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in os.listdir(handle):  # noqa: PTH208 - a Path a record would double the time
            if name.endswith(_SUFFIX) and not name.startswith("."):
                try:
                    found = os.stat(name, dir_fd=handle)
                except FileNotFoundError:
                    continue
                # The hash of a tuple of integers is the same in every process, unlike that of a text.
                place = zlib.crc32(os.fsencode(name), seed)
                names[hash((place, found.st_ino, found.st_size, found.st_mtime_ns))] = name
    finally:
        os.close(handle)
    return names
