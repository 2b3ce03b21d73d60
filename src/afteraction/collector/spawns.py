"""Spawn calls of a session: each ``tool_use_id`` once, from the transcripts and from the hooks.

The transcript is read first because it has the description and the result; hooks then fill what it lacks. Skill calls
count when they forked an agent, which only their result tells.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from afteraction.collector.evidence import SPAWN_TOOLS, SessionEvidence, Spawn

if TYPE_CHECKING:
    from afteraction.sources.claude.entries import Reply, ToolCall, Transcript
    from afteraction.sources.claude.events import HookEvent

_MAY_SPAWN = SPAWN_TOOLS | {"Skill"}


def find_spawns(evidence: SessionEvidence) -> dict[str, Spawn]:
    """All spawn calls by ``tool_use_id``, in the order of the transcripts and then of the events."""
    spawns: dict[str, Spawn] = {}
    for transcript in evidence.transcripts():
        for reply, call in transcript.calls:
            if call.name not in _MAY_SPAWN:
                continue
            spawn = _from_transcript(transcript, reply, call)
            if spawn is not None:
                spawns[spawn.tool_use_id] = spawn
    for event in evidence.events:
        tool_use_id = event.payload.tool_use_id
        if tool_use_id is not None and (event.payload.tool_name in SPAWN_TOOLS or tool_use_id in spawns):
            spawns[tool_use_id] = _with_event(spawns.get(tool_use_id, Spawn(tool_use_id)), event)
    return spawns


def _from_transcript(transcript: Transcript, reply: Reply, call: ToolCall) -> Spawn | None:
    result = transcript.results.get(call.tool_use_id)
    forked = call.name == "Skill" and result is not None and result.detail.get("status") == "forked"
    if call.name not in SPAWN_TOOLS and not forked:
        return None
    given = call.input
    model = result.detail.get("resolvedModel") if result is not None else None
    return Spawn(
        tool_use_id=call.tool_use_id,
        at=reply.at,
        parent_agent_id=transcript.agent_id,
        subagent_type=_text(given.get("subagent_type")),
        description=_text(given.get("description")),
        prompt=_text(given.get("prompt")),
        prompt_id=(result.prompt_id if result is not None else None) or transcript.prompt_id,
        in_background=True if result is not None and result.is_launch else _flag(given.get("run_in_background")),
        result=result,
        agent_id=result.agent_id if result is not None and not result.is_error else None,
        resolved_model=_text(model),
    )


def _with_event(spawn: Spawn, event: HookEvent) -> Spawn:
    payload = event.payload
    said, came_back = payload.tool_input, payload.tool_response
    status = came_back.status if came_back is not None else None
    background = True if status == "async_launched" else (said.run_in_background if said is not None else None)
    return replace(
        spawn,
        at=spawn.at if spawn.at is not None else event.at,
        parent_agent_id=spawn.parent_agent_id or payload.agent_id,
        subagent_type=spawn.subagent_type or (said.subagent_type if said is not None else None),
        prompt_id=spawn.prompt_id or payload.prompt_id,
        in_background=True if background else spawn.in_background,
        agent_id=spawn.agent_id or (came_back.agentId if came_back is not None else None),
        resolved_model=spawn.resolved_model or (came_back.resolvedModel if came_back is not None else None),
        returned_at=event.at if status in ("completed", "forked") else spawn.returned_at,
        failed=spawn.failed or event.name == "PostToolUseFailure",
        interrupted=spawn.interrupted or payload.is_interrupt is True,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None
