"""Whether a session is over."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from afteraction.collector.liveness import STALE_AFTER_MS, ProcessState, linux_process_state, session_over
from afteraction.sources.claude.events import ClientProcess, HookEvent, Payload

START = 1_795_361_000_000


def event(name: str, at: int, *, pid: int | None = None) -> HookEvent:
    """One hook event."""
    return HookEvent(at=START + at, payload=Payload(hook_event_name=name), client=ClientProcess(pid=pid))


def over(*events: HookEvent, state: ProcessState = "unknown", after_ms: int = 0, sweep: bool = False) -> str | None:
    """How the session is over, ``after_ms`` after its start."""
    return session_over(
        events, files_changed_ms=START, now_ms=START + after_ms, process_state=lambda _: state, sweep=sweep
    )


def test_a_session_end_ends_it() -> None:
    """The client's own word, also when a late stop arrives after it."""
    assert over(event("SessionStart", 0), event("SessionEnd", 5), event("SubagentStop", 6)) == "ended"


def test_a_resumed_session_is_not_over() -> None:
    """``--resume`` keeps the session's id: what begins after the end begins again."""
    assert over(event("SessionEnd", 5), event("SessionStart", 9)) is None


def test_a_dead_client_ends_it() -> None:
    """A killed client says nothing; its process is gone."""
    assert over(event("SessionStart", 0, pid=7), state="dead") == "dead"


def test_a_live_client_is_never_stale() -> None:
    """An agent may think or build for hours."""
    assert over(event("SessionStart", 0, pid=7), state="alive", after_ms=10 * STALE_AFTER_MS) is None


def test_a_sweep_that_was_asked_for_closes_what_is_silent() -> None:
    """Whoever asks for a sweep gets an answer: what lives on is corrected when it speaks again."""
    alive = event("SessionStart", STALE_AFTER_MS, pid=7)

    assert over(alive, state="alive", after_ms=STALE_AFTER_MS + 1, sweep=True) == "stale"
    assert over(alive, state="alive", after_ms=STALE_AFTER_MS - 1, sweep=True) is None


def test_silence_counts_only_where_no_process_is_known() -> None:
    """Transcripts alone name no process: long silence is taken for the end, a short one is not."""
    assert over(after_ms=STALE_AFTER_MS + 1) == "stale"
    assert over(after_ms=STALE_AFTER_MS - 1) is None


def test_a_reused_pid_is_not_the_client() -> None:
    """A process is known by its pid and its start."""
    stat = Path("/proc/self/stat").read_bytes().rpartition(b")")[2].split()
    started = int(stat[19])

    assert linux_process_state(ClientProcess(os.getpid(), started)) == "alive"
    assert linux_process_state(ClientProcess(os.getpid(), started + 1)) == "dead"


def test_a_process_that_ended_is_dead() -> None:
    """Once waited for, a process has no entry; before that it is a zombie. Both are dead."""
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert linux_process_state(ClientProcess(child.pid)) == "dead"

    child.wait()
    assert linux_process_state(ClientProcess(child.pid)) == "dead"
