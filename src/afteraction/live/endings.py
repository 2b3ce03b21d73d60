"""Which agents an event or a record says have ended. Pure.

These are claims, good enough to take a line off the screen; how an agent ended is the record's to say, which the
collector writes a moment later from the agent's own transcript.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from afteraction.live.snapshot import EndedAgent
from afteraction.moments import known_epoch_ms

if TYPE_CHECKING:
    from collections.abc import Collection

    from afteraction.model import Invocation
    from afteraction.sources.claude.events import HookEvent

SPAWN_TOOLS = frozenset({"Agent", "Task", "Skill", "Workflow"})
"""Tools whose calls may start an agent and come back with its work."""
_LAUNCHED = "async_launched"
"""An ``Agent`` call that came back at once; its agent goes on in the background."""


def named_ends(event: HookEvent) -> Collection[str]:
    """Ids of the agents that have ended when this event was received, as they came."""
    payload = event.payload
    if event.name in ("SubagentStop", "StopFailure"):
        return (payload.agent_id,) if payload.agent_id else ()
    if event.name == "UserPromptSubmit" and payload.notification is not None:
        return (payload.notification.task_id,) if payload.notification.task_id else ()
    if event.name != "PostToolUse":
        return ()
    if payload.tool_name == "TaskStop":
        return event.tasks
    came_back = payload.tool_response if payload.tool_name in SPAWN_TOOLS else None
    if came_back is None or came_back.agentId is None or came_back.status in (None, _LAUNCHED):
        return ()
    return (came_back.agentId,)


def ended_record(record: Invocation) -> EndedAgent:
    """A record as the live view shows it."""
    about = record.metadata
    started_at = known_epoch_ms(record.timestamp)
    ended_at = known_epoch_ms(about.ended_at)
    if ended_at is None and started_at is not None and record.execution_time_ms is not None:
        ended_at = started_at + record.execution_time_ms
    return EndedAgent(
        agent_id=about.agent_id,
        invocation_id=record.invocation_id,
        agent_name=record.agent_name,
        description=record.task_description,
        started_at_ms=started_at,
        ended_at_ms=ended_at,
        execution_time_ms=record.execution_time_ms,
        status=record.status,
        reason=about.outcome.category if about.outcome is not None else None,
        error_message=record.error_message,
        session_id=about.session_id,
        project=about.project,
    )
