"""Everything known about one session, gathered before anything is concluded from it.

Evidence is a value: reconciliation takes it and nothing else, so the same evidence always gives the same records,
whoever gathered it, in whatever order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from afteraction.sources.claude.entries import Notice, Prompt

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from afteraction.collector.outcome import Over
    from afteraction.sources.claude.entries import Result, Transcript
    from afteraction.sources.claude.events import HookEvent

SPAWN_TOOLS = frozenset({"Agent", "Task"})
_UNTIMED = 2**62
"""A line without a time belongs to every round."""
_REJECTED = "The user doesn't want to proceed"
_NOT_STARTED = "Agent type '"
_MALFORMED = "<tool_use_error>InputValidationError"
_LOST = "[Tool call interrupted: the session ended before"


@dataclass(frozen=True)
class SessionEvidence:
    """One session: its hook events in order of receipt, and its transcripts.

    What every invocation asks of the whole session is found once and kept, so that the work grows with the session and
    not with its square.
    """

    session_id: str
    events: tuple[HookEvent, ...] = ()
    main: Transcript | None = None
    agents: Mapping[str, Transcript] = field(default_factory=dict)
    over: Over | None = None
    settled: Mapping[str, str | None] = field(default_factory=dict)
    """Agents about which an earlier pass has said everything, and the digests of their spawn calls; they were not read
    again."""
    elsewhere: Collection[str] = ()
    """Agents this session names whose transcripts lie in another one, of which it is a copy: that one tells of them."""

    def transcripts(self) -> Iterator[Transcript]:
        """The main transcript first, then the agents'."""
        if self.main is not None:
            yield self.main
        yield from self.agents.values()

    def events_about(self, agent_id: str | None, tool_use_id: str | None) -> tuple[HookEvent, ...]:
        """The events that speak of an agent, or of the call that spawned it, in order of receipt."""
        places = {*self._places_by_agent.get(agent_id, ()), *self._places_by_call.get(tool_use_id, ())}
        return tuple(self.events[place] for place in sorted(places))

    @cached_property
    def _places_by_agent(self) -> dict[str | None, list[int]]:
        found: dict[str | None, list[int]] = {}
        for place, event in enumerate(self.events):
            for agent_id in event.agents:
                found.setdefault(agent_id, []).append(place)
        return found

    @cached_property
    def _places_by_call(self) -> dict[str | None, list[int]]:
        found: dict[str | None, list[int]] = {}
        for place, event in enumerate(self.events):
            if event.payload.tool_use_id is not None:
                found.setdefault(event.payload.tool_use_id, []).append(place)
        return found

    @cached_property
    def notices(self) -> dict[str | None, list[Notice]]:
        """Task notifications from transcripts and hooks by the task they speak of, each in order of time."""
        found = [notice for transcript in self.transcripts() for notice in transcript.of(Notice)]
        for event in self.events:
            said = event.payload.notification
            if said is not None:
                found.append(Notice(event.at, event.payload.prompt_id, said.task_id, said.tool_use_id, said.status))
        by_task: dict[str | None, list[Notice]] = {}
        for notice in sorted(found, key=lambda notice: notice.at or 0):
            by_task.setdefault(notice.task_id, []).append(notice)
        return by_task

    @cached_property
    def task_stops(self) -> dict[str, int]:
        """When TaskStop last named each task, epoch ms, by transcript or hook."""
        found: dict[str, int] = {}
        for transcript in self.transcripts():
            for reply, call in transcript.calls:
                task_id = call.input.get("task_id") if call.name == "TaskStop" else None
                if isinstance(task_id, str):
                    found[task_id] = max(reply.at if reply.at is not None else _UNTIMED, found.get(task_id, 0))
        for event in self.events:
            if event.name == "PostToolUse" and event.payload.tool_name == "TaskStop":
                for task_id in event.tasks:
                    found[task_id] = max(event.at, found.get(task_id, 0))
        return found

    @cached_property
    def records_stop_reasons(self) -> bool:
        """Whether this client version writes stop reasons at all."""
        return any(
            reply.stop_reason is not None and not reply.is_api_error
            for transcript in self.transcripts()
            for reply in transcript.replies
        )

    @cached_property
    def exited(self) -> bool:
        """Whether the user left the client at its prompt, with what still ran in the background."""
        return any(e.name == "SessionEnd" and e.payload.reason == "prompt_input_exit" for e in self.events)

    def mentions(self, agent_id: str) -> int:
        """How many hook events speak of an agent."""
        return len(self._places_by_agent.get(agent_id, ()))

    def user_prompts(self) -> list[Prompt]:
        """What the user typed, as the main transcript has it."""
        return [p for p in self.main.of(Prompt) if p.kind == "user"] if self.main is not None else []


@dataclass(frozen=True, slots=True)
class Spawn:
    """One call that was to start a subagent, from its transcript line, its hooks, or both."""

    tool_use_id: str
    at: int | None = None
    parent_agent_id: str | None = None
    subagent_type: str | None = None
    description: str | None = None
    prompt: str | None = None
    """What the agent was asked; only to find the agent by, never kept."""
    prompt_id: str | None = None
    in_background: bool | None = None
    result: Result | None = None
    agent_id: str | None = None
    resolved_model: str | None = None
    returned_at: int | None = None
    """When a hook said that the call had come back with the agent's work, epoch ms."""
    failed: bool = False
    """PostToolUseFailure for this call."""
    interrupted: bool = False
    """PostToolUseFailure with ``is_interrupt``."""

    @property
    def rejected_by_user(self) -> bool:
        """The call came back as rejected: the dialog was refused, or the user interrupted."""
        return self.result is not None and self.result.is_error and self.result.text.startswith(_REJECTED)

    @property
    def not_started(self) -> bool:
        """The client refused this agent type: unknown, or a rule against it."""
        if self.result is not None:
            return self.result.is_error and self.result.text.startswith(_NOT_STARTED)
        return self.failed and not self.interrupted

    @property
    def refused(self) -> bool:
        """Somebody forbade the call: it came back as an error, and neither its agent type nor its form was at fault."""
        if self.result is None or not self.result.is_error or self.not_started or self.lost:
            return False
        return not self.result.text.startswith(_MALFORMED)

    @property
    def lost(self) -> bool:
        """The client that made the call ended before it came back; the next one says so in its place."""
        return self.result is not None and self.result.is_error and self.result.text.startswith(_LOST)

    @property
    def was_interrupted(self) -> bool:
        """A user's interruption or a signal ended the call."""
        text = self.result.text if self.result is not None and self.result.is_error else ""
        return self.interrupted or self.rejected_by_user or text.startswith("[Request interrupted by user")

    @property
    def has_work(self) -> bool:
        """The call came back with what the agent produced."""
        result = self.result
        if result is not None and not result.is_error and not result.is_launch:
            return True
        return self.returned_at is not None
