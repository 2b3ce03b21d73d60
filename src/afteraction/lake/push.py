"""Pushing: each day of records becomes one part of the lake, redacted again, and nothing twice.

A part's name is a hash of what it holds, so a push that was killed, or that has forgotten everything, makes the same
names and finds them there. A changed day's new part goes up before the old one is removed: a reader sees one of them or
both, and counts each invocation once. A day whose records are no longer here stays in the lake.
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from afteraction.errors import StoreError
from afteraction.lake.clearing import cleared
from afteraction.lake.memory import PushedDay, load_memory, only_push, save_memory, writer_of
from afteraction.lake.parts import LAKE, LakePart, is_day
from afteraction.store.archive_places import part_times
from afteraction.store.archived_reading import read_archived
from afteraction.store.cache_days import day_files, day_times
from afteraction.store.cache_parts import fill_batch, line_of, rows_version
from afteraction.store.engine import connect, engine_error
from afteraction.store.reading import INVOCATION_DECODER
from afteraction.store.record_files import read_bytes
from afteraction.store.sql import sql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from duckdb import DuckDBPyConnection

    from afteraction.lake.memory import PushMemory
    from afteraction.lake.parts import Place
    from afteraction.model import Invocation
    from afteraction.paths import Root
    from afteraction.privacy.redactor import Redactor
    from afteraction.store.cache_days import DayFiles

    Progress = Callable[[int, int], None]
    """Told how many of how many days are done."""

_LAYOUT = "1"
"""Change it when parts change in a way that ``schema.sql`` does not show."""
_LONGEST_LINE = 16 << 20
"""Bytes of one record as ``schema.sql`` accepts them."""


@dataclass(slots=True)
class PushReport:
    """What one push has done."""

    days: int = 0
    """Days with records."""
    unchanged: int = 0
    """Days whose part was there already."""
    pushed: int = 0
    """Parts that went up."""
    rows: int = 0
    """Records in them."""
    removed: int = 0
    """Older parts of the same days that were taken away."""
    undated: int = 0
    """Folders of records left out because their name is no date."""
    unreadable: list[Path] = field(default_factory=list)
    """Record files that could not be read, and are in no part."""


@dataclass(frozen=True, slots=True)
class _Push:
    """What stays the same from day to day."""

    root: Root
    place: Place
    redactor: Redactor
    now_ms: int
    again: bool
    writer: str
    memory: PushMemory
    connection: DuckDBPyConnection
    report: PushReport

    @property
    def remembered(self) -> dict[str, PushedDay]:
        return self.memory.pushed.setdefault(self.place.shown, {})


def push(
    root: Root,
    place: Place,
    redactor: Redactor,
    *,
    now_ms: int,
    again: bool = False,
    progress: Progress | None = None,
) -> PushReport:
    """Make the lake agree with the records below ``root``; returns what had to be done.

    ``again`` looks at every record anew, also of days that have not changed: after a secret was added to the
    environment. AfteractionError when the place cannot be reached or written; what went up until then stays.
    """
    report = PushReport()
    with only_push(root):
        held = place.parts()
        try:
            writer, connection = writer_of(root), connect(root)
        except OSError as error:
            raise StoreError(f"cannot write {root.state}: {error.strerror}. Run: afteraction doctor") from error
        work = _Push(root, place, redactor, now_ms, again, writer, load_memory(root), connection, report)
        own: dict[str, list[LakePart]] = {}
        for part in held:
            if part.writer == writer:
                own.setdefault(part.day, []).append(part)
        times, archived = day_times(root), part_times(root)
        days = sorted({*times, *archived})
        for done, day in enumerate(days, 1):
            if is_day(day):
                files = day_files(root, day, modified_ns=times.get(day, 0), now_ns=0)
                _push_day(work, files, archived.get(day), own.get(day, []))
            else:
                report.undated += 1
            if progress:
                progress(done, len(days))
    return report


def _push_day(work: _Push, files: DayFiles, archived_ns: int | None, held: list[LakePart]) -> None:
    if not files.names and archived_ns is None:
        return  # pruned or moved away: what the lake has of it stays
    work.report.days += 1
    state = _digest([_version(), str(archived_ns), *map(str, sorted(files.names))])
    known = work.remembered.get(files.day)
    names = [part.name for part in held]
    if known and known.folder == state and names == [known.part] and not work.again:
        work.report.unchanged += 1
        return
    unreadable = len(work.report.unreadable)
    lines = _lines(work, files, archived=archived_ns is not None)
    if not lines:
        return
    name = f"{work.writer}-{_digest([_version(), *map(_hash, lines)])}.parquet"
    if name in names:
        work.report.unchanged += 1
    else:
        _upload(work, files.day, name, lines)
    for part in held:
        if part.name != name:
            work.place.remove(part)
            work.report.removed += 1
    if unreadable == len(work.report.unreadable):
        work.remembered[files.day] = PushedDay(state, name)
        save_memory(work.root, work.memory)


def _upload(work: _Push, day: str, name: str, lines: list[bytes]) -> None:
    with tempfile.TemporaryDirectory(prefix="afteraction-") as scratch:  # made with mode 0700
        file = Path(scratch) / name
        values = {"writer": work.writer, "pushed_at_ms": work.now_ms, "path": str(file)}
        try:
            fill_batch(work.connection, lines, Path(scratch))
            work.connection.execute(sql(LAKE, "pushing"), values)
            size = file.stat().st_size
        except (OSError, engine_error()) as error:
            raise StoreError(f"cannot make the part of {day} in {scratch}: {error}; is the disk full?") from error
        work.place.add(LakePart(day, name, work.writer, size), file)
    work.report.pushed += 1
    work.report.rows += len(lines)


def _lines(work: _Push, files: DayFiles, *, archived: bool) -> list[bytes]:
    """The records of a day as lines for ``fill_batch``, redacted, in one order, each invocation once."""
    found: dict[str, tuple[int, bytes]] = {}
    for path, modified_ns, record in _records(work, files, archived=archived):
        try:
            line = line_of(cleared(record, work.redactor), files.day, 0)
        except (msgspec.EncodeError, UnicodeError, OverflowError):
            line = b""
        if not 0 < len(line) < _LONGEST_LINE:
            work.report.unreadable.append(path)
            continue
        known = found.get(record.invocation_id)
        if known is None or known[0] <= modified_ns:  # the same under another name: the newer file tells more
            found[record.invocation_id] = (modified_ns, line)
    return [line for _, (_, line) in sorted(found.items())]


def _records(work: _Push, files: DayFiles, *, archived: bool) -> Iterator[tuple[Path, int, Invocation]]:
    """Each record of a day with its file and that one's time; an archived one is older than any file."""
    if archived:
        for part, record, _ in read_archived(work.root, files.day):
            yield Path(part), 0, record
    for name in sorted(files.names.values()):
        path = work.root.invocations / files.day / name
        try:
            yield path, path.stat().st_mtime_ns, INVOCATION_DECODER.decode(read_bytes(str(path)))
        except FileNotFoundError:
            continue  # superseded between the listing and the reading
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            work.report.unreadable.append(path)


def _version() -> str:
    return f"{_LAYOUT}-{rows_version()}"


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _digest(texts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:32]
