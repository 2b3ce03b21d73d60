"""One pass: what the spool and the transcripts tell becomes records and workflow files.

A pass holds no state that matters. It reads a session's whole spool file and its transcripts, reconciles them, and
writes what differs from what is stored; doing it again, or after a kill, gives the same files. What it remembers
between passes only says which sessions need no second look.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from afteraction.collector.clearing import clear_away
from afteraction.collector.conclusion import Concluder
from afteraction.collector.evidence import SessionEvidence
from afteraction.collector.failures import Failure, describe
from afteraction.collector.identity import digest
from afteraction.collector.linking import rebuild_missing
from afteraction.collector.liveness import linux_process_state, session_over
from afteraction.collector.memory import Memory, SessionMemory, Settled
from afteraction.collector.storing import store_conclusion
from afteraction.moments import utc_day
from afteraction.pricing import PriceLists
from afteraction.sources.claude import session_files
from afteraction.sources.claude.events import HookEvent, read_spool_file
from afteraction.store.coverage import extend_coverage
from afteraction.store.records import RecordStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from afteraction.collector.outcome import Over
    from afteraction.collector.reconcile import Findings
    from afteraction.collector.record import Gate
    from afteraction.paths import Root

SETTLE_MS = 2000
_KEEP_SPOOL_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Watched:
    """A session's transcripts as a pass found them."""

    main_path: Path | None
    projects: Path
    fingerprint: tuple[tuple[str, int, int], ...]

    def changed(self) -> bool:
        """Whether any of them has been written since, or a new one appeared."""
        return _files(self.main_path, self.projects).fingerprint() != self.fingerprint


@dataclass(slots=True)
class PassReport:
    """What one pass did."""

    sessions: int = 0
    written: int = 0
    """Records that are new or changed."""
    open: int = 0
    """Invocations that still run."""
    unreadable_lines: int = 0
    quarantined: int = 0
    unsettled: list[Watched] = field(default_factory=list)
    """Sessions of which something may still arrive within moments."""
    days: set[date] = field(default_factory=set)
    """Days on which hooks told of anything, UTC."""
    failures: list[Failure] = field(default_factory=list)
    """Why a session could not be processed, one each; it is tried again in the next pass."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a pass needs to know of the world outside the root."""

    config_dir: Path
    """The client's folder of the user who runs this pass."""
    gate: Gate
    now_ms: int
    prices: PriceLists = field(default_factory=PriceLists)


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass while it runs: where it works, and what it has found so far."""

    root: Root
    around: Surroundings
    store: RecordStore
    report: PassReport
    sweep: bool


def collect_pass(root: Root, around: Surroundings, *, sweep: bool = False) -> PassReport:
    """Process every session that may have changed; with ``sweep`` also those that are silent.

    The caller holds the collector's lock. OSError when the root cannot be written.
    """
    memory = Memory.load(root)
    run = Pass(root, around, RecordStore(root), PassReport(), sweep)
    waiting = spool_files(root)
    for session_id, path in waiting.items():
        known = memory.sessions.get(session_id)
        if sweep or known is None or known.may_have_changed(path):
            with _noted(run.report):
                memory.sessions[session_id] = _one_session(run, path, known)
        elif around.now_ms - known.seen_at_ms > _KEEP_SPOOL_MS:
            with _noted(run.report):
                clear_away(path, known.spool_bytes)
    if sweep:
        rebuild_missing(root)
    memory.forget_all_but(set(spool_files(root)))
    memory.save(root)
    for day in sorted(run.report.days):
        extend_coverage(root, day, day)
    run.report.quarantined = run.store.quarantined
    return run.report


def spool_files(root: Root) -> dict[str, Path]:
    """The spool's files by the session whose events they hold."""
    return {path.stem: path for path in sorted(root.spool.glob("*.jsonl")) if path.is_file() and not path.is_symlink()}


def _one_session(run: Pass, path: Path, known: SessionMemory | None) -> SessionMemory:
    around = run.around
    size = path.stat().st_size
    events, unreadable = read_spool_file(path)
    run.report.unreadable_lines += unreadable
    run.report.days |= {utc_day(event.at) for event in events}
    config_dir = next((Path(e.env.config_dir) for e in reversed(events) if e.env.config_dir), around.config_dir)
    projects = config_dir / "projects"
    main_path = _main_path(events, projects)
    files = _files(main_path, projects)
    fingerprint = files.fingerprint()  # before anything is read: what is written meanwhile must look new next time
    stamps = {agent_id: session_files.file_stamp(found) for agent_id, found in files.agents.items()}
    over = session_over(
        events,
        files_changed_ms=files.changed_ms(),
        now_ms=around.now_ms,
        process_state=linux_process_state,
        sweep=run.sweep,
    )
    session_id = next((e.payload.session_id for e in reversed(events) if e.payload.session_id), path.stem)
    settled = _still_settled(known, events, files) if known is not None and over is None else {}
    evidence = _evidence(session_id, events, files, over, settled)
    findings, conclusion = Concluder(around.gate, config_dir, around.prices).conclude(evidence)
    run.report.written += store_conclusion(run.root, run.store, conclusion)
    run.report.sessions += 1
    run.report.open += conclusion.open
    recent = around.now_ms - max((event.at for event in events), default=0) < SETTLE_MS
    if recent and (findings.unsettled or (over == "ended" and _ended_by_session(findings))):
        run.report.unsettled.append(Watched(main_path, projects, fingerprint))
    return SessionMemory(
        spool_bytes=size,
        open=conclusion.open > 0,
        over=over is not None,
        seen_at_ms=around.now_ms,
        settled=_settled(known, evidence, findings, stamps),
    )


def _settled(
    known: SessionMemory | None, evidence: SessionEvidence, findings: Findings, stamps: dict[str, tuple[int, int]]
) -> dict[str, Settled]:
    """Agents that have ended and started no others: their transcripts need no second reading while nothing changes."""
    still = [str(digest(agent_id)) for agent_id in evidence.settled]
    kept = {key: known.settled[key] for key in still} if known is not None else {}
    for life in findings.lives:
        if life.verdict is not None and life.agent_id in stamps and not life.spawned:
            said = Settled(*stamps[life.agent_id], evidence.mentions(life.agent_id), digest(life.tool_use_id))
            kept[str(digest(life.agent_id))] = said
    return kept


def _still_settled(
    known: SessionMemory, events: tuple[HookEvent, ...], files: session_files.SessionFiles
) -> dict[str, str | None]:
    told = SessionEvidence(session_id="", events=events)
    settled = {}
    for agent_id, path in files.agents.items():
        was = known.settled.get(str(digest(agent_id)))
        now = (*session_files.file_stamp(path), told.mentions(agent_id))
        if was is not None and now == (was.size, was.mtime_ns, was.mentions):
            settled[agent_id] = was.call
    return settled


def _evidence(
    session_id: str,
    events: tuple[HookEvent, ...],
    files: session_files.SessionFiles,
    over: Over | None,
    settled: Mapping[str, str | None] = MappingProxyType({}),
) -> SessionEvidence:
    main, agents = session_files.read_session(files, but=settled)
    return SessionEvidence(
        session_id=session_id,
        events=events,
        main=main,
        agents=agents,
        over=over,
        settled=settled,
        elsewhere=session_files.named_elsewhere(files.main, main, {**agents, **settled}),
    )


def _main_path(events: Sequence[HookEvent], projects: Path) -> Path | None:
    """The main transcript's path as the hooks named it, else where its session id leads.

    A path with a secret in it was stored as a hash and leads nowhere.
    """
    named = next((e.payload.transcript_path for e in reversed(events) if e.payload.transcript_path), None)
    if named is not None and Path(named).is_file():
        return Path(named)
    return session_files.find_main(projects, next((e.payload.session_id for e in events), None))


def _files(main_path: Path | None, projects: Path) -> session_files.SessionFiles:
    if main_path is None:
        return session_files.SessionFiles(None, {})
    return session_files.locate(main_path, projects)


def _ended_by_session(findings: Findings) -> bool:
    return any(
        life.agent_id is not None and life.ending.tail in ("open_tool", "prompt", "none") for life in findings.lives
    )


@contextlib.contextmanager
def _noted(report: PassReport) -> Iterator[None]:
    """One session that cannot be processed must not stop the others: its error is kept and the pass goes on."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever it is, the next pass tries again
        report.failures.append(describe(error))
