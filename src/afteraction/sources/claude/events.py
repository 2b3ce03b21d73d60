"""Hook events as the spool keeps them: one JSON line each, already reduced to identifiers and numbers by the hook.

The structs repeat Claude Code's own key names, so a reader can hold a line of the spool beside the client's documents.
Everything is optional: versions differ in what they send, and an absent key is unknown. A line that does not decode is
counted, never guessed at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from pathlib import Path


class ToolInput(msgspec.Struct, frozen=True):
    """The allow-listed part of a tool call's input."""

    subagent_type: str | None = None
    run_in_background: bool | None = None
    task_id: str | None = None


class ToolResponse(msgspec.Struct, frozen=True):
    """The allow-listed part of a tool call's response."""

    status: str | None = None
    agentId: str | None = None  # noqa: N815 - the client's own key
    resolvedModel: str | None = None  # noqa: N815 - the client's own key
    task_id: str | None = None


class Notification(msgspec.Struct, frozen=True):
    """What a ``<task-notification>`` prompt says, without its text."""

    task_id: str | None = None
    tool_use_id: str | None = None
    status: str | None = None


class Payload(msgspec.Struct, frozen=True):
    """The hook payload's allow-listed keys, verbatim."""

    hook_event_name: str = ""
    session_id: str | None = None
    prompt_id: str | None = None
    agent_id: str | None = None
    agent_type: str | None = None
    transcript_path: str | None = None
    tool_name: str | None = None
    tool_use_id: str | None = None
    reason: str | None = None
    """Of a SessionEnd."""
    error: str | None = None
    is_interrupt: bool | None = None
    tool_input: ToolInput | None = None
    tool_response: ToolResponse | None = None
    notification: Notification | None = None


class Environment(msgspec.Struct, frozen=True):
    """What the hook's own environment told."""

    oak_workflow_id: str | None = None
    oak_parent_invocation_id: str | None = None
    traceparent: str | None = None
    project_dir: str | None = None
    config_dir: str | None = None


class ClientProcess(msgspec.Struct, frozen=True):
    """The client process that ran the hook: pid, start in clock ticks since boot, and the pids' namespace."""

    pid: int | None = None
    started: int | None = None
    pid_namespace: int | None = None


class HookEvent(msgspec.Struct, frozen=True):
    """One event: when the hook received it (epoch ms) and what it said."""

    at: int
    payload: Payload = Payload()
    env: Environment = Environment()
    client: ClientProcess = ClientProcess()

    @property
    def name(self) -> str:
        """The event's name, as the client calls it."""
        return self.payload.hook_event_name

    @property
    def agents(self) -> frozenset[str]:
        """Ids of the agents this event speaks of."""
        came_back, notice = self.payload.tool_response, self.payload.notification
        names = (
            self.payload.agent_id,
            came_back.agentId if came_back is not None else None,
            notice.task_id if notice is not None else None,
        )
        return self.tasks.union(name for name in names if name is not None)

    @property
    def tasks(self) -> frozenset[str]:
        """Ids of the tasks that a tool call's input and response name."""
        said, came_back = self.payload.tool_input, self.payload.tool_response
        names = (
            said.task_id if said is not None else None,
            came_back.task_id if came_back is not None else None,
        )
        return frozenset(name for name in names if name is not None)


_DECODER = msgspec.json.Decoder(HookEvent)


def read_spool_file(path: Path) -> tuple[tuple[HookEvent, ...], int]:
    """Read one session's spool file: its events in order of receipt, and how many lines could not be read."""
    events, unreadable = decode_events(path.read_bytes())
    events.sort(key=lambda event: event.at)
    return tuple(events), unreadable


def decode_events(lines: bytes) -> tuple[list[HookEvent], int]:
    """The events of some lines of the spool as they stand there, and how many lines could not be read.

    The last line counts as unread only when it is whole: a hook may be in the middle of writing it.
    """
    events: list[HookEvent] = []
    unreadable = 0
    for line in lines.splitlines(keepends=True):
        if not line.strip():
            continue
        try:
            events.append(_DECODER.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            unreadable += line.endswith(b"\n")
    return events, unreadable
