"""Whether a session is over, and how that is known.

A SessionEnd says so; without one, the process that ran the hooks is asked for, by pid and start time, so that a
reused pid is not mistaken for it. Where no process is known, a long silence of its files is taken for the end, and
corrected if the session turns out to be alive.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from afteraction.collector.outcome import Over
    from afteraction.sources.claude.events import ClientProcess, HookEvent

STALE_AFTER_MS = 30 * 60 * 1000
_BEGINNINGS = ("SessionStart", "UserPromptSubmit", "SubagentStart")

ProcessState = Literal["alive", "dead", "unknown"]


def session_over(
    events: Sequence[HookEvent],
    *,
    files_changed_ms: int | None,
    now_ms: int,
    process_state: Callable[[ClientProcess], ProcessState],
    sweep: bool = False,
) -> Over | None:
    """How the session is over, or None while it may still be alive.

    After ``/clear`` the same client goes on in another session, and the agents it has in the background with it.
    ``files_changed_ms`` is the newest modification time of its transcripts, epoch ms; it is the session's age, and only
    without any does the last event tell. A client that lives is believed to be at work, however long it is silent,
    except by a ``sweep`` that somebody asked for: what that closes too early is corrected when the agent goes on.
    """
    process = next((event.client for event in reversed(events) if event.client.pid is not None), None)
    state = process_state(process) if process is not None else "unknown"
    end = _end(events)
    if end is not None and not (end.payload.reason == "clear" and state == "alive"):
        return "ended"
    if state == "dead":  # hooks of one moment may arrive in any order: its SessionEnd need not be the last event
        return "ended" if any(e.name == "SessionEnd" and e.client == process for e in events) else "dead"
    newest = files_changed_ms if files_changed_ms is not None else max((event.at for event in events), default=0)
    silent = now_ms - newest > STALE_AFTER_MS
    return "stale" if silent and (sweep or state == "unknown") else None


def linux_process_state(process: ClientProcess) -> ProcessState:
    """Ask ``/proc`` for the process; unknown where there is none, or where its pids are not ours (a container's)."""
    try:
        ours = os.readlink("/proc/self/ns/pid")  # noqa: PTH115 - a fixed kernel file, not a path of ours
    except OSError:
        return "unknown"
    if process.pid_namespace is not None and f"[{process.pid_namespace}]" not in ours:
        return "unknown"
    try:
        with open(f"/proc/{process.pid}/stat", "rb") as file:  # noqa: PTH123 - the same
            fields = file.read().rpartition(b")")[2].split()
    except FileNotFoundError:
        return "dead"
    except OSError:
        return "unknown"
    started = int(fields[19])
    zombie = fields[0] in (b"Z", b"X")
    return "dead" if zombie or process.started not in (None, started) else "alive"


def _end(events: Sequence[HookEvent]) -> HookEvent | None:
    """The last SessionEnd, when nothing began after it."""
    ends = (event for event in events if event.name == "SessionEnd")
    last = max(ends, key=lambda event: event.at, default=None)
    if last is None or any(event.at > last.at for event in events if event.name in _BEGINNINGS):
        return None
    return last
