"""From events, descriptions and records, in whatever order they come, to who runs. Pure.

An agent runs when the newest sign of its start is newer than every sign of its end. Taking the newest of each, instead
of following the events one after the other, gives the same answer for hooks that overtake each other, for lines that
stand twice, and for an agent that is messaged and goes on. Agents beyond a number are forgotten, the longest silent
first: no spool, however large, fills the memory.
"""

from __future__ import annotations

import heapq
from collections import OrderedDict
from typing import TYPE_CHECKING, TypeVar

from afteraction.collector.places import project_of
from afteraction.collector.record import DESCRIPTION_LIMIT
from afteraction.live.endings import SPAWN_TOOLS, ended_record, named_ends
from afteraction.live.snapshot import EndedAgent, RunningAgent, Snapshot
from afteraction.live.told import Agent, Call, OpenAgent, Session
from afteraction.moments import known_epoch_ms
from afteraction.sources.claude.entries import AgentMeta

if TYPE_CHECKING:
    from collections.abc import Iterable

    from afteraction.collector.record import Gate
    from afteraction.model import Invocation
    from afteraction.sources.claude.events import HookEvent

Key = TypeVar("Key")
Value = TypeVar("Value")

MOST_AGENTS = 2_000
"""So many agents, calls and sessions are remembered."""


class Lives:
    """Every agent that was told of."""

    def __init__(self, gate: Gate, *, most: int) -> None:
        """Begin with nothing; texts pass ``gate`` before they are handed out, and ``most`` ended agents are."""
        self._gate = gate
        self._most = most
        self._agents: OrderedDict[str, Agent] = OrderedDict()
        self._calls: OrderedDict[str, Call] = OrderedDict()
        self._sessions: OrderedDict[str | None, Session] = OrderedDict()
        self._records: dict[str, EndedAgent] = {}
        self._sorted: tuple[list[Agent], list[Agent]] | None = None
        self._snapshot: Snapshot | None = None

    def hear(self, event: HookEvent) -> None:
        """Take in one event."""
        self._changed()
        payload = event.payload
        session = self._hear_session(event)
        if payload.tool_use_id is not None and payload.tool_name in SPAWN_TOOLS:
            self._hear_call(payload.tool_use_id, event)
        if event.name == "SubagentStart" and payload.agent_id and payload.agent_type:
            self._hear_start(payload.agent_id, payload.agent_type, session, event)
        for agent_id in named_ends(event):
            agent = _remembered(self._agents, agent_id, Agent(agent_id))
            agent.ended_at = max(agent.ended_at, event.at)

    def learn(self, agent_id: str, meta: AgentMeta) -> None:
        """Take in what the client wrote down when it started an agent."""
        agent = self._agents.get(agent_id)
        if agent is not None and meta != AgentMeta():
            self._changed()
            agent.description = meta.description or agent.description
            agent.agent_type = agent.agent_type or meta.agent_type
            agent.tool_use_id = meta.tool_use_id or agent.tool_use_id

    def lose(self, agent_id: str) -> None:
        """Take in that an agent's client is gone, and nobody saw the end."""
        agent = self._agents.get(agent_id)
        if agent is not None:
            self._changed()
            agent.ended_at = max(agent.ended_at, agent.started_at, agent.session.heard_at)
            agent.lost = True

    def record(self, record: Invocation) -> None:
        """Take in a record."""
        self._changed()
        about = record.metadata
        self._records[record.invocation_id] = ended_record(record)
        if len(self._records) > 2 * self._most:
            self._records = {one.invocation_id or "": one for one in _newest(self._records.values(), self._most)}
        if about.agent_id is None:
            return
        agent = _remembered(self._agents, about.agent_id, Agent(about.agent_id))
        agent.recorded_at = max(agent.recorded_at, known_epoch_ms(about.ended_at) or -1)
        agent.recorded_rounds = max(about.rounds or 0, agent.recorded_rounds or 0) or None

    def running(self) -> list[OpenAgent]:
        """The agents that run as far as is known."""
        return [agent.opened() for agent in self._in_order()[0]]

    def unjudged(self) -> list[OpenAgent]:
        """The agents that ended last and have no record yet, the newest first."""
        return [agent.opened() for agent in self._in_order()[1]]

    def snapshot(self) -> Snapshot:
        """Who runs now, and who ended last."""
        if self._snapshot is None:
            running, unjudged = self._in_order()
            claimed = [self._claimed(agent) for agent in unjudged]
            again = {one.agent_id for one in claimed} - {None}  # a record of an older round is not the last word
            known = [one for one in self._records.values() if one.agent_id not in again]
            self._snapshot = Snapshot(
                _behind_parents([self._running(agent) for agent in running]),
                tuple(_newest([*claimed, *known], self._most)),
            )
        return self._snapshot

    def _changed(self) -> None:
        self._sorted = self._snapshot = None

    def _in_order(self) -> tuple[list[Agent], list[Agent]]:
        """Those that run, and the newest of those that ended and have no record."""
        if self._sorted is None:
            running, claimed = [], []
            for agent in self._agents.values():
                if self._runs(agent):
                    running.append(agent)
                elif agent.started_at >= 0 and not agent.is_recorded:
                    claimed.append(agent)
            claimed = heapq.nlargest(self._most, claimed, key=self._ended_at)
            self._sorted = running, claimed
        return self._sorted

    def _hear_session(self, event: HookEvent) -> Session:
        payload = event.payload
        session = _remembered(self._sessions, payload.session_id, Session(payload.session_id))
        session.transcript_path = payload.transcript_path or session.transcript_path
        session.project_dir = session.project_dir or event.env.project_dir
        session.config_dir = event.env.config_dir or session.config_dir
        session.heard_at = max(session.heard_at, event.at)
        if event.name == "SessionEnd" and payload.reason == "clear":
            session.cleared_at = max(session.cleared_at, event.at)
        elif event.name == "SessionEnd":
            session.ended_at = max(session.ended_at, event.at)
        return session

    def _hear_call(self, tool_use_id: str, event: HookEvent) -> None:
        payload = event.payload
        call = _remembered(self._calls, tool_use_id, Call())
        call.parent_agent_id = call.parent_agent_id or payload.agent_id
        said, came_back = payload.tool_input, payload.tool_response
        if said is not None and call.background is None:
            call.background = said.run_in_background
        if event.name == "PostToolUseFailure":
            call.failed_at = max(call.failed_at, event.at)
        if came_back is None or came_back.agentId is None:
            return
        agent = _remembered(self._agents, came_back.agentId, Agent(came_back.agentId))
        agent.tool_use_id = agent.tool_use_id or tool_use_id
        agent.background = True if came_back.status == "async_launched" else agent.background

    def _hear_start(self, agent_id: str, agent_type: str, session: Session, event: HookEvent) -> None:
        agent = _remembered(self._agents, agent_id, Agent(agent_id))
        if agent.started_at < 0 or agent.started_at < agent.ended_at < event.at:
            agent.rounds += 1
        if event.at >= agent.started_at:
            agent.session, agent.client, agent.lost = session, event.client, False
        agent.agent_type = agent_type
        agent.started_at = max(agent.started_at, event.at)

    def _runs(self, agent: Agent) -> bool:
        return agent.started_at > self._ended_at(agent) and not agent.is_recorded

    def _ended_at(self, agent: Agent) -> int:
        call = self._calls.get(agent.tool_use_id or "")
        return max(agent.ended_at, call.failed_at if call is not None else -1)

    def _running(self, agent: Agent) -> RunningAgent:
        call = self._calls.get(agent.tool_use_id or "", Call())
        return RunningAgent(
            agent_id=self._gate.redact_name(agent.agent_id),
            agent_name=self._gate.redact_name(agent.agent_type or ""),
            description=self._described(agent),
            started_at_ms=agent.started_at,
            background=agent.background if agent.background is not None else call.background,
            parent_agent_id=self._gate.redact_name(call.parent_agent_id) if call.parent_agent_id else None,
            session_id=self._session_id(agent),
            project=self._project(agent),
        )

    def _claimed(self, agent: Agent) -> EndedAgent:
        ended_at = None if agent.lost else self._ended_at(agent)
        return EndedAgent(
            agent_id=self._gate.redact_name(agent.agent_id),
            invocation_id=None,
            agent_name=self._gate.redact_name(agent.agent_type or ""),
            description=self._described(agent),
            started_at_ms=agent.started_at,
            ended_at_ms=ended_at,
            execution_time_ms=ended_at - agent.started_at if ended_at is not None else None,
            status=None,
            reason=None,
            error_message=None,
            session_id=self._session_id(agent),
            project=self._project(agent),
        )

    def _described(self, agent: Agent) -> str | None:
        return self._gate.redact_field(agent.description, DESCRIPTION_LIMIT) if agent.description else None

    def _session_id(self, agent: Agent) -> str | None:
        return self._gate.redact_name(agent.session.session_id) if agent.session.session_id else None

    def _project(self, agent: Agent) -> str | None:
        place = agent.session.project_dir
        return self._gate.redact_path(project_of(place)) if place else None


def _remembered(table: OrderedDict[Key, Value], key: Key, new: Value) -> Value:
    """The value under a key, the new one where there is none; the longest silent ones go where there are too many."""
    found = table.setdefault(key, new)
    table.move_to_end(key)
    if len(table) > MOST_AGENTS:
        table.popitem(last=False)
    return found


def _newest(agents: Iterable[EndedAgent], most: int) -> list[EndedAgent]:
    return sorted(
        agents, key=lambda one: (one.ended_at_ms or one.started_at_ms or 0, one.agent_id or ""), reverse=True
    )[:most]


def _behind_parents(agents: list[RunningAgent]) -> tuple[RunningAgent, ...]:
    """By the time of their start, each one's children right behind it."""
    ordered = sorted(agents, key=lambda one: (one.started_at_ms, one.agent_id))
    here = {one.agent_id for one in ordered}
    children: dict[str | None, list[RunningAgent]] = {}
    for one in ordered:
        children.setdefault(one.parent_agent_id if one.parent_agent_id in here else None, []).append(one)
    found: dict[str, RunningAgent] = {}
    waiting = list(reversed(children.get(None, [])))
    while waiting:
        one = waiting.pop()
        found[one.agent_id] = one
        waiting.extend(reversed(children.get(one.agent_id, [])))
    return (*found.values(), *(one for one in ordered if one.agent_id not in found))
