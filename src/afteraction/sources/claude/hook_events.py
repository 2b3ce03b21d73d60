"""Which of Claude Code's lifecycle events we listen to, and for which tools.

Only what opens, steers or closes a subagent is asked for. A hook on every tool call would cost the session about
20 ms each (contract §D) and tell nothing that the transcript does not tell better. The list is the same for every
client: those that have subagent events at all tolerate names they do not know, and older ones, which then fire nothing
(contract §26), are read from their transcripts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

TIMEOUT_S = 10
"""Far above what a run takes: it bounds a session's wait when the machine itself hangs."""


@dataclass(frozen=True, slots=True)
class HookEvent:
    """One event the client can report, and why we need it."""

    name: str
    reason: str
    matcher: str | None = None
    """Tool names to listen for. None leaves the key out: Copilot CLI rejects a file with an empty matcher."""


_SPAWN = "Agent|Task|Skill|Workflow"
_SPAWN_AND_STEER = f"{_SPAWN}|TaskStop|SendMessage"

HOOK_EVENTS: tuple[HookEvent, ...] = (
    HookEvent("SessionStart", "opens a session; the time to sweep what a killed one left open"),
    HookEvent("UserPromptSubmit", "begins a workflow; the first sign of life after an interruption"),
    HookEvent("PreToolUse", "the spawn call: names the parent and the tool-use id", _SPAWN_AND_STEER),
    HookEvent("PermissionRequest", "a spawn waits for the user, who may reject it", "Agent|Task"),
    HookEvent("PostToolUse", "joins tool-use id and agent id; stopped and resumed agents", _SPAWN_AND_STEER),
    HookEvent("PostToolUseFailure", "a spawn that failed or was interrupted", _SPAWN),
    HookEvent("SubagentStart", "opens an invocation"),
    HookEvent("SubagentStop", "claims that an invocation ended"),
    HookEvent("Stop", "lists the background agents that still run"),
    HookEvent("StopFailure", "claims that an API error ended an invocation"),
    HookEvent("SessionEnd", "closes what is still open"),
)


def settings_entries(command: str) -> dict[str, dict[str, Any]]:
    """The entry to stand under each event in ``hooks`` of a settings file, by event name."""
    return {event.name: _entry(event, command) for event in HOOK_EVENTS}


def _entry(event: HookEvent, command: str) -> dict[str, Any]:
    matcher = {} if event.matcher is None else {"matcher": event.matcher}
    return {**matcher, "hooks": [{"type": "command", "command": command, "timeout": TIMEOUT_S}]}
