"""The cache: every record as a row in a few Parquet parts, made to agree with the record files before each question.

It holds nothing that the records do not say, so it may be deleted, damaged or half written at any time: what is not
sound is made again. Whoever asks brings it up to date first, and holds a lock meanwhile that nobody waits for: a
process that does not get it, or cannot write, reads the missing records into its own memory. Parts are never changed
and stay for a while after they are replaced, so nobody needs a lock to read.

A change writes only the changed rows, as a small part, and hides the old ones by their stamps. Parts of like size are
merged as they gather, so that a year is some thirty files and not 365: each costs every question 0.25 ms.

What is noticed: a record that is added, replaced by a renamed file, moved or deleted, always, because that changes the
time of its folder; and a file that is edited in place, which leaves its folder's time alone, when it is among the
newest 2,000 or lies in a folder that changed as well. All others are looked at by a refresh of ``every_file``.
Archived days are a second source beside the folders, see ``cache_archive``.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from afteraction.errors import StoreError
from afteraction.store.atomic import FILE_MODE, make_private_folder
from afteraction.store.cache_archive import day_place
from afteraction.store.cache_changes import find_changes, survey
from afteraction.store.cache_compaction import compact, retire
from afteraction.store.cache_days import count_files, folder_name, stored_name
from afteraction.store.cache_manifest import (
    CHECKED_BYTES,
    Day,
    Manifest,
    Part,
    broken_parts,
    load_manifest,
    save_manifest,
)
from afteraction.store.cache_parts import BatchReader, RecordFile, rows_version, write_batch
from afteraction.store.cache_view import Rows
from afteraction.store.engine import Database, engine_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from afteraction.paths import Root
    from afteraction.store.cache_changes import Changes

    Progress = Callable[[int, int], None]
    """Told how many of how many new record files have been read."""

_LAYOUT = "1"
"""Change it when parts or manifest change in a way that ``schema.sql`` does not show."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Rows that agree with the record files as they were a moment ago."""

    database: Database
    parts: tuple[Part, ...]
    """What the view reads; they stay at least a minute after they have been replaced."""
    unreadable: tuple[Path, ...]
    """Record files that hold no record, or could not be read, by path."""
    hidden: tuple[int, ...] | None
    """The stamps of rows in the parts that do not count; None when some rows are in memory only."""
    rows: Rows
    """The view ``invocations``, made when it is first asked."""


@dataclass(frozen=True, slots=True)
class _Effort:
    """How one attempt goes about it."""

    checked_bytes: int | None = None
    """How much of the cache to check for damage; None is all."""
    writing: bool = True
    trusting: bool = True
    """Whether to use what the cache holds."""


_ATTEMPTS = (_Effort(CHECKED_BYTES), _Effort(), _Effort(writing=False), _Effort(writing=False, trusting=False))
"""From the quick one to the one that needs nothing but the records. Hardly ever is a second one needed."""


def refresh(
    root: Root, *, every_file: bool = False, progress: Progress | None = None, frugal: bool = False
) -> Snapshot:
    """Make the cache agree with the records below ``root``, and open it.

    ``every_file`` looks at every record and every byte of the cache, which takes 0.4 s for 100,000 records.
    ``frugal`` opens it as ``engine.connect`` says. StoreError when a folder of records cannot be read, or there is no
    room to work in.
    """
    failure: Exception | None = None
    for effort in _ATTEMPTS[every_file:]:
        database = Database(root, frugal=frugal)
        try:
            return _attempt(root, database, effort, every_file=every_file, progress=progress)
        except (engine_error(), OSError) as error:  # the cache is damaged, or was deleted under our hands
            failure = error
            database.close()
        except BaseException:
            database.close()
            raise
    raise StoreError(f"cannot index the records in {root.invocations}: {failure}; is the disk full?") from failure


def _attempt(
    root: Root, database: Database, effort: _Effort, *, every_file: bool, progress: Progress | None
) -> Snapshot:
    now_ns = time.time_ns()
    reader = BatchReader(database, progress)
    with _lock(root, wanted=effort.writing) as held:
        stored = load_manifest(root.cache, _version()) if effort.trusting else Manifest(version=_version())
        sound = _sound(root, stored, effort.checked_bytes)
        surveyed = survey(root, sound, now_ns=now_ns, every_file=every_file)
        known = {day: sound.days[day] for day in surveyed.times if day not in set(surveyed.suspects)}
        manifest = msgspec.structs.replace(sound, days=known)
        for changes in find_changes(root, database, sound, surveyed):
            if progress:
                reader.total = (
                    reader.done + len(changes.new) + count_files(day_place(root, day) for day in changes.remaining)
                )
            if held:
                manifest = _store(root, manifest, changes, reader)
                if changes.new and changes.remaining:  # what has been read need not be read again after a kill
                    save_manifest(root.cache, manifest)
            else:
                _load(changes, reader)
                manifest = _learned(manifest, changes, reader)
        if held:
            manifest = compact(database, root.cache, manifest)
            if manifest != stored:
                save_manifest(root.cache, retire(root.cache, manifest, now_ns=now_ns))
    paths = [str(root.cache / part.name) for part in manifest.parts]
    pending = reader.done > 0 and not held
    return Snapshot(
        database,
        manifest.parts,
        _unreadable(root, manifest.days, [*reader.damaged, *reader.denied]),
        hidden=None if pending else manifest.hidden,
        rows=Rows(database, paths, manifest.hidden, pending=pending),
    )


def _sound(root: Root, manifest: Manifest, checked_bytes: int | None) -> Manifest:
    """The manifest without broken parts, and without an opinion on the days that lost rows with them."""
    broken = broken_parts(root.cache, manifest.parts, budget=checked_bytes)
    if not broken:
        return manifest
    lost = {day for part in manifest.parts if part.name in broken for day in part.days}
    return msgspec.structs.replace(
        manifest,
        parts=tuple(part for part in manifest.parts if part.name not in broken),
        days={day: state for day, state in manifest.days.items() if day not in lost},
    )


def _store(root: Root, manifest: Manifest, changes: Changes, reader: BatchReader) -> Manifest:
    """Write what has changed as parts; the manifest that names them, which is not yet saved."""
    written = [
        write_batch(reader.database.connection, root.cache) for rows in reader.batches(changes.new, root.cache) if rows
    ]
    return msgspec.structs.replace(_learned(manifest, changes, reader), parts=(*manifest.parts, *written))


def _load(changes: Changes, reader: BatchReader) -> None:
    """Read what has changed into memory only, as the table ``pending``; no table where that is nothing."""
    if changes.new:
        import tempfile

        with tempfile.TemporaryDirectory(prefix="afteraction-") as scratch:  # made with mode 0700
            for _ in reader.batches(changes.new, Path(scratch)):
                reader.database.connection.execute("create table if not exists pending as from batch limit 0")
                reader.database.connection.execute("insert into pending from batch")


def _learned(manifest: Manifest, changes: Changes, reader: BatchReader) -> Manifest:
    """The manifest once the new files of some days have been read.

    A day with a file that must be tried again is left out, as if it had never been seen.
    """
    again = {file.day for file in reader.denied}
    days = {day: state for day, state in changes.days.items() if day not in again}
    for file in reader.damaged:
        if file.day in days:
            name = stored_name(os.path.basename(file.path))  # noqa: PTH119 - a text, as it came
            unreadable = {**days[file.day].unreadable, name: file.stamp}
            days[file.day] = msgspec.structs.replace(days[file.day], unreadable=unreadable)
    hidden = tuple(sorted((changes.gone | set(manifest.hidden)) - changes.present))
    return msgspec.structs.replace(manifest, days={**manifest.days, **days}, hidden=hidden)


def _unreadable(root: Root, days: dict[str, Day], just_read: Iterable[RecordFile]) -> tuple[Path, ...]:
    known = {day_place(root, day) / folder_name(name) for day, state in days.items() for name in state.unreadable}
    return tuple(sorted(known.union(Path(file.path) for file in just_read)))


@contextlib.contextmanager
def _lock(root: Root, *, wanted: bool) -> Iterator[bool]:
    """Hold the cache's lock if it is free and may be had; whether it is held."""
    descriptor = _lock_file(root) if wanted else None
    if descriptor is None:
        yield False
        return
    try:
        held = True
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            held = False
        yield held
    finally:
        os.close(descriptor)


def _lock_file(root: Root) -> int | None:
    if not root.invocations.is_dir() and not root.archive.is_dir():
        return None  # nothing was ever recorded: do not make a folder for asking
    try:
        make_private_folder(root.cache)
        return os.open(root.cache / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
    except OSError:
        return None


def _version() -> str:
    """What parts must have been written by to be of use."""
    return f"{_LAYOUT}-{rows_version()}"
