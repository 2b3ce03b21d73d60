"""Which agents a session had, and which call started each.

Newer clients say it: a meta file or the call's result names the other. Where neither does (an agent of an older client
that never came back, one of which only hooks tell), a call and an agent belong together when the agent began while the
call was open and nothing that both say differs. A transcript that no call can have started is one of the clients'
warm-ups: they fill a cache, nobody asked for them, and they are no invocations.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from afteraction.collector.identity import SHORT_AGENT_ID
from afteraction.sources.claude.entries import AgentMeta, Prompt, Reply, Result

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from afteraction.collector.evidence import SessionEvidence, Spawn
    from afteraction.sources.claude.entries import Transcript

_WARM_UP = "Warmup"
_UNKNOWN = AgentMeta()


@dataclass(frozen=True, slots=True)
class _Stray:
    """An agent that nothing links to a call yet."""

    agent_id: str
    began_at: int
    agent_type: str | None
    asked: str | None
    """What it was asked first; some clients do not write it down."""


def with_own_lines_only(evidence: SessionEvidence) -> SessionEvidence:
    """The same evidence, its forks without the lines of their parents with which their files begin."""
    forks = {agent_id: own for agent_id, t in evidence.agents.items() if (own := _own_lines(t)) is not t}
    return replace(evidence, agents={**evidence.agents, **forks}) if forks else evidence


def _own_lines(transcript: Transcript) -> Transcript:
    """A fork's file begins with its parent's last API message, which holds the very call that started the fork."""
    started_by = transcript.meta.tool_use_id
    copied = next((r for r, call in transcript.calls if call.tool_use_id == started_by), None) if started_by else None
    if copied is None:
        return transcript
    calls = {call.tool_use_id for reply, call in transcript.calls if reply.message_id == copied.message_id}
    own = tuple(
        entry
        for entry in transcript.entries
        if not (isinstance(entry, Reply) and entry.message_id == copied.message_id)
        and not (isinstance(entry, Result) and entry.tool_use_id in calls)
    )
    first_at = next((entry.at for entry in own if entry.at is not None), transcript.first_at)
    return replace(transcript, entries=own, first_at=first_at)


def spawns_by_agent(evidence: SessionEvidence, spawns: Mapping[str, Spawn]) -> dict[str, Spawn]:
    """The call that started each agent, by ``agent_id``, as far as one is known."""
    found = {spawn.agent_id: spawn for spawn in spawns.values() if spawn.agent_id is not None}
    for agent_id, transcript in evidence.agents.items():
        spawn = spawns.get(transcript.meta.tool_use_id or "")
        if spawn is not None:
            found[agent_id] = spawn
    for agent_id, transcript in evidence.agents.items():
        if transcript.inline:
            spawn = _asked_the_same(transcript, spawns, found)
            if spawn is not None:
                found[agent_id] = spawn
    for stray in sorted(_strays(evidence, found), key=lambda stray: stray.began_at):
        call = next((call for call in _open_calls(evidence, spawns, found) if _may_have_started(call, stray)), None)
        if call is not None:
            found.pop(call.agent_id or "", None)  # some clients name an agent in the result that never was
            found[stray.agent_id] = call
    return found


def agent_ids(evidence: SessionEvidence, by_agent: Mapping[str, Spawn]) -> list[str]:
    """Every agent that something other than a stop tells of, once, in the order in which evidence names them."""
    warm_ups = {
        agent_id for agent_id in evidence.agents if agent_id not in by_agent and _is_warm_up(evidence, agent_id)
    }
    ids = [
        *evidence.agents,
        *_started(evidence),
        *(agent_id for agent_id, spawn in by_agent.items() if not spawn.not_started),
    ]
    left_out = {*warm_ups, *evidence.settled, *evidence.elsewhere}
    return [agent_id for agent_id in dict.fromkeys(ids) if agent_id not in left_out]


def _started(evidence: SessionEvidence) -> dict[str, tuple[int, str]]:
    """When hooks said that an agent of some type began, epoch ms; a stop alone may be a phantom's."""
    found: dict[str, tuple[int, str]] = {}
    for event in evidence.events:
        payload = event.payload
        if event.name == "SubagentStart" and payload.agent_id and payload.agent_type:
            found.setdefault(payload.agent_id, (event.at, payload.agent_type))
    return found


def _asked_the_same(transcript: Transcript, spawns: Mapping[str, Spawn], found: Mapping[str, Spawn]) -> Spawn | None:
    """The first call not yet matched whose prompt is what an inline agent was asked first."""
    taken = {spawn.tool_use_id for spawn in found.values()}
    asked = _first_prompt(transcript)
    return next((s for s in spawns.values() if s.prompt == asked and s.tool_use_id not in taken), None)


def _strays(evidence: SessionEvidence, found: Mapping[str, Spawn]) -> Iterator[_Stray]:
    started = _started(evidence)
    for agent_id, transcript in evidence.agents.items():
        unlinked = agent_id not in found and transcript.meta == _UNKNOWN and not transcript.inline
        if unlinked and transcript.first_at is not None and not _is_warm_up(evidence, agent_id):
            agent_type = started[agent_id][1] if agent_id in started else None
            yield _Stray(agent_id, transcript.first_at, agent_type, _first_prompt(transcript))
    for agent_id, (began_at, agent_type) in started.items():
        if agent_id not in found and agent_id not in evidence.agents and agent_id not in evidence.settled:
            yield _Stray(agent_id, began_at, agent_type, None)


def _open_calls(evidence: SessionEvidence, spawns: Mapping[str, Spawn], found: Mapping[str, Spawn]) -> Iterator[Spawn]:
    """Calls whose agent is not known, or is named and left no trace."""
    started = _started(evidence)
    for agent_id, spawn in found.items():
        if agent_id == spawn.agent_id and agent_id not in evidence.agents and agent_id not in started:
            yield spawn
    linked = {spawn.tool_use_id for spawn in found.values()}
    yield from (spawn for spawn in spawns.values() if spawn.tool_use_id not in linked)


def _may_have_started(call: Spawn, stray: _Stray) -> bool:
    came_back_at = call.result.at if call.result is not None else call.returned_at
    if call.at is None or not call.at <= stray.began_at <= (came_back_at or stray.began_at):
        return False
    if None not in (stray.agent_type, call.subagent_type) and stray.agent_type != call.subagent_type:
        return False
    if call.not_started:  # an error that only a hook told of is a refusal, unless an agent of that type began
        return call.result is None and stray.agent_type is not None
    return stray.asked is None or call.prompt is None or stray.asked == call.prompt


def _is_warm_up(evidence: SessionEvidence, agent_id: str) -> bool:
    """Whether an agent that no call names did nothing but answer a prompt of the client's own."""
    transcript = evidence.agents[agent_id]
    if len(agent_id) > SHORT_AGENT_ID or transcript.meta != _UNKNOWN or transcript.inline:
        return False
    asked = _first_prompt(transcript)
    return not transcript.calls if asked is None else asked.strip() == _WARM_UP


def _first_prompt(transcript: Transcript) -> str | None:
    return next((prompt.text for prompt in transcript.of(Prompt)), None)
