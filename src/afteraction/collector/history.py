"""Import: the sessions that no hook told of, read from the transcripts the client has kept.

Reading and judging a session needs nothing but its files, so several processes may do it; what they conclude is stored
by one, in the order in which the sessions were last written, because a session may copy from an older one and the
original must come first. What was read is remembered every so often, after one flush for all that was written since:
an import that is stopped goes on where it was.
"""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from afteraction.collector.failures import describe
from afteraction.collector.history_memory import HistoryMemory, Seen
from afteraction.collector.history_reading import Reader, SessionRead, read_sessions
from afteraction.collector.storing import store_conclusion
from afteraction.moments import DAY_MS, utc_day
from afteraction.sources.claude.history import projects_in, walk_history
from afteraction.store.coverage import extend_coverage
from afteraction.store.records import RecordStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from afteraction.collector.failures import Failure
    from afteraction.collector.record import Gate
    from afteraction.paths import Root
    from afteraction.sources.claude.history import PastSession, Walk

_RETENTION_MS = 30 * DAY_MS
"""How long the client keeps what it does not write to. A session that goes on for months outlives its neighbours: its
first line says nothing about them."""
_SAVED_EACH_BYTES = 256 * 1024 * 1024


@dataclass(slots=True)
class ImportReport:
    """What an import found, what it left out, and why."""

    files: int = 0
    bytes: int = 0
    sessions: int = 0
    read: int = 0
    """Sessions that were read now."""
    unchanged: int = 0
    """Sessions in which nothing is new."""
    live: int = 0
    """Sessions that the hooks are telling of."""
    without_subagents: int = 0
    foreign: int = 0
    """Files that are no transcripts."""
    too_large: int = 0
    not_regular: int = 0
    """Links and other things that are not opened."""
    unreadable_files: int = 0
    broken_lines: int = 0
    cut_files: int = 0
    """Files whose last line is unfinished."""
    invocations: int = 0
    """Ended invocations in the sessions that were read."""
    written: int = 0
    """Records that are new or changed."""
    open: int = 0
    """Invocations that still run."""
    first_ms: int | None = None
    """The oldest line of any session that was read now or before, epoch ms."""
    failures: list[Failure] = field(default_factory=list)
    """Why a session could not be processed, one each; the next import tries again."""


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """How to import."""

    make_gate: Callable[[], Gate]
    """Makes a redactor, one for each process."""
    now_ms: int
    jobs: int = 1
    """Processes that read."""
    again: bool = False
    """Also read what has not changed."""
    still_written: bool = False
    """The client writes here: where nothing newer stands, nothing newer happened."""
    progress: Callable[[int, int], None] | None = None
    """Told bytes done and bytes to do."""


def import_history(root: Root, place: Path, order: ImportOrder, *, heard: frozenset[str] = frozenset()) -> ImportReport:
    """Record every invocation that the transcripts beneath ``place`` tell of.

    ``heard`` are sessions that the collector knows from their hooks; they are left to it. The caller holds the
    collector's lock. OSError when the root cannot be written.
    """
    projects = projects_in(place)
    walk = walk_history(projects)
    memory = HistoryMemory.load(root)
    report = _found(walk)
    wanted = [session for session in walk.sessions if session.session_id not in heard]
    report.live = len(walk.sessions) - len(wanted)
    known = {session.place: memory.unchanged(session) for session in wanted if not order.again}
    todo = [session for session in wanted if known.get(session.place) is None]
    _leave_out(report, known.values())
    if order.still_written and todo:
        memory.unfinished = True
        memory.save(root)
    store = RecordStore(root, durable=False)
    total, done = sum(session.size for session in todo), 0
    config_dir = projects.parent if projects.name == "projects" else projects
    unsaved = 0
    make_reader = functools.partial(Reader.start, order.make_gate, config_dir, order.now_ms)
    for batch, results in read_sessions(todo, make_reader, jobs=order.jobs):
        for session, result in zip(batch, results, strict=True):
            _take(root, store, report, memory, session, result)
            done += session.size
            unsaved += session.size
        if unsaved >= _SAVED_EACH_BYTES or done == total:
            store.flush()
            memory.save(root)
            unsaved = 0
        if order.progress is not None:
            order.progress(done, total)
    if order.still_written and memory.unfinished:
        memory.unfinished = False
        memory.save(root)
    _note_days(root, report.first_ms, walk, order)
    return report


def _note_days(root: Root, first_ms: int | None, walk: Walk, order: ImportOrder) -> None:
    if first_ms is None:
        return
    changed = [session.changed_ms for session in walk.sessions]
    newest = order.now_ms if order.still_written else max(changed)
    known_from = max(first_ms, min(*changed, newest - _RETENTION_MS))
    extend_coverage(root, utc_day(min(known_from, newest)), utc_day(newest))


def _found(walk: Walk) -> ImportReport:
    return ImportReport(
        files=walk.files,
        bytes=sum(session.size for session in walk.sessions),
        sessions=len(walk.sessions),
        too_large=walk.too_large,
        not_regular=walk.not_regular,
        unreadable_files=walk.unreadable,
    )


def _leave_out(report: ImportReport, known: Iterable[Seen | None]) -> None:
    """Count what was read before and is left out now."""
    for seen in filter(None, known):
        if seen.foreign:
            report.sessions -= 1
            report.foreign += 1
        else:
            report.unchanged += 1
            report.first_ms = min(filter(None, (report.first_ms, seen.first_ms)), default=None)


def _take(
    root: Root,
    store: RecordStore,
    report: ImportReport,
    memory: HistoryMemory,
    session: PastSession,
    result: SessionRead,
) -> None:
    report.broken_lines += result.broken_lines
    report.cut_files += result.cut_files
    if result.failure is not None:
        report.failures.append(result.failure)
        return
    found = result.conclusion
    try:
        report.written += store_conclusion(root, store, found) if found is not None else 0
    except OSError:
        raise  # the disk's fault, and every session's
    except Exception as error:  # noqa: BLE001 - one session must not stop the others
        report.failures.append(describe(error))
        return
    unreadable = sum(not os.access(path, os.R_OK) for path, *_ in session.files.fingerprint())
    report.unreadable_files += unreadable
    if result.foreign:
        report.foreign += not unreadable
        report.sessions -= 1
    else:
        report.read += 1
        report.first_ms = min(filter(None, (report.first_ms, result.first_ms)), default=None)
        if found is None or not (found.records or found.open or found.denied):
            report.without_subagents += 1
        if found is not None:
            report.invocations += len(found.records)
            report.open += found.open
    still_open = unreadable > 0 or (found is not None and found.open > 0)
    memory.note(session, Seen(session.stamp, still_open, result.first_ms, result.foreign))


def default_jobs() -> int:
    """As many processes as this one may use processors, at most four: more only wait for the disk."""
    return min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 4)
