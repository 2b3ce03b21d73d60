"""How the invocations of a recorded session ended, read from its files without a store.

Events pass the hook's own code into a spool file, transcripts are read where they lie, and both are reconciled: what
the collector does, without processes, so that a table of many cases stays fast.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from afteraction.collector.evidence import SessionEvidence
from afteraction.collector.liveness import STALE_AFTER_MS, ProcessState, session_over
from afteraction.collector.outcome import deciding_rule
from afteraction.collector.reconcile import reconcile
from afteraction.hook.allow_list import kept_payload
from afteraction.hook.json_text import decode
from afteraction.hook.record_event import STDIN_LIMIT
from afteraction.hook.record_event import line as spool_line
from afteraction.sources.claude.events import read_spool_file
from afteraction.sources.claude.session_files import SessionFiles, locate, read_session
from tests.replay import SESSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from afteraction.collector.outcome import Verdict
    from afteraction.sources.claude.events import HookEvent
    from tests.collector.session_changes import Change

RECEIVED_MS = 4_000_000_000_000
"""When the hooks received their events: after every line of every recording."""

ToldBy = Literal["hooks", "transcripts", "live hooks"]
"""Hooks and transcripts of a client that is gone, transcripts alone, or hooks and transcripts of one that runs."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A recorded session, what was changed in it, and how much of it is looked at."""

    session: str
    """Its folder's name."""
    changes: tuple[Change, ...] = ()
    told_by: ToldBy = "hooks"
    agent: str | None = None
    """The agent that is meant, where several ran."""

    @property
    def words(self) -> str:
        """Its name and what was done to it, for people."""
        told = {"hooks": "", "transcripts": "transcripts alone", "live hooks": "while its client runs"}[self.told_by]
        notes = [change.words for change in self.changes] + ([told] if told else [])
        named = f"{self.session} ({self.agent})" if self.agent else self.session
        return ", ".join([named, *notes])


@dataclass(frozen=True, slots=True)
class Seen:
    """One invocation's ending as the product judges it."""

    agent: str
    rule: str | None
    """The name of the rule that decided; None while it is open."""
    verdict: Verdict | None


def endings(recording: Recording, folder: Path) -> list[Seen]:
    """Copy a recording into ``folder``, change it, and judge what ran in it, in order of start."""
    shutil.copytree(SESSIONS / recording.session, folder)
    for change in recording.changes:
        change.apply(folder)
    seen = [ending for evidence in _evidence(recording, folder) for ending in _judged(evidence)]
    return [one for one in seen if recording.agent in (None, one.agent)]


def _judged(evidence: SessionEvidence) -> Iterator[Seen]:
    for life in reconcile(evidence).lives:
        rule = deciding_rule(life.ending)
        yield Seen(life.agent_name, rule.name if rule else None, life.verdict)


def _evidence(recording: Recording, folder: Path) -> Iterator[SessionEvidence]:
    spooled = () if recording.told_by == "transcripts" else _spooled(folder)
    state: ProcessState = "alive" if recording.told_by == "live hooks" else "dead"
    mains = {path.stem: path for path in folder.glob("transcripts/*/*.jsonl") if not path.stem.startswith("agent-")}
    told = [event.payload.session_id for event in spooled if event.payload.session_id]
    for session_id in dict.fromkeys([*mains, *told]):
        files = locate(mains[session_id], folder) if session_id in mains else SessionFiles(None, {})
        main, agents = read_session(files)
        events = tuple(event for event in spooled if event.payload.session_id == session_id)
        over = session_over(
            events,
            files_changed_ms=RECEIVED_MS,
            now_ms=RECEIVED_MS + STALE_AFTER_MS + 1,
            process_state=lambda _: state,
        )
        yield SessionEvidence(session_id, events, main, agents, over)


def _spooled(folder: Path) -> tuple[HookEvent, ...]:
    spool = folder / "spool.jsonl"
    payloads = (folder / "events.jsonl").read_bytes().splitlines()
    kept = [kept_payload(decode(payload, STDIN_LIMIT)[0]) for payload in payloads]
    spool.write_bytes(b"".join(spool_line(RECEIVED_MS + place, one, {}, cut=False) for place, one in enumerate(kept)))
    events, unreadable = read_spool_file(spool)
    assert not unreadable
    return events
