"""From one session's evidence to its invocations: who ran, set off by what, and how each ended.

Pure. An agent exists when something other than a stop says so (its transcript, its start, the call that launched it),
because compaction sends stops for agents that never were. A spawn call without an agent is an invocation only when the
client refused the agent type; any other refusal is counted as denied.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from afteraction.collector.agents import agent_ids, spawns_by_agent, with_own_lines_only
from afteraction.collector.endings import is_background, read_ending, rounds_of
from afteraction.collector.evidence import SPAWN_TOOLS
from afteraction.collector.identity import digest
from afteraction.collector.outcome import Ending, decide
from afteraction.collector.prompts import prompt_before, prompt_origins, prompt_times
from afteraction.collector.spawns import find_spawns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from afteraction.collector.evidence import SessionEvidence, Spawn
    from afteraction.collector.outcome import NotStarted, Verdict
    from afteraction.collector.rounds import Round
    from afteraction.sources.claude.entries import Transcript
    from afteraction.sources.claude.events import HookEvent

SPAWNERS = SPAWN_TOOLS | {"Skill", "Workflow"}
DEFAULT_AGENT_TYPE = "general-purpose"


@dataclass(frozen=True, slots=True)
class Life:
    """One invocation as the evidence shows it; free text in it is still unredacted."""

    agent_id: str | None
    tool_use_id: str | None
    agent_name: str
    description: str | None
    started_at: int
    ended_at: int | None
    active_ms: int | None
    """Time at work: the sum of its rounds, without the waiting between them."""
    rounds: int | None
    """None without a transcript: only there every one of them shows."""
    prompt_id: str | None
    """The user prompt that set it off, found through notifications and parents."""
    parent_agent_id: str | None
    depth: int | None
    background: bool | None
    ending: Ending
    verdict: Verdict | None
    """None while it still runs."""
    failure_text: str | None
    spawn: Spawn | None
    transcript: Transcript | None
    events: tuple[HookEvent, ...]
    """The events that speak of it or of the call that spawned it, in order of receipt."""

    @property
    def spawned(self) -> bool:
        """Whether its transcript has calls that may have started other agents."""
        return self.transcript is not None and any(call.name in SPAWNERS for _, call in self.transcript.calls)


@dataclass(frozen=True, slots=True)
class Findings:
    """What reconciliation found in one session."""

    lives: tuple[Life, ...]
    denied: Mapping[str | None, int]
    """Spawn calls refused before any subagent existed, by the user prompt that set them off."""
    denied_at: int
    """When the first of them was made, epoch ms; meaningless without any."""
    prompt_times: Mapping[str, int]
    """When each user prompt was given, epoch ms."""
    unsettled: bool
    """Something claims an end that the transcript does not show yet: look again in a moment."""


def reconcile(evidence: SessionEvidence) -> Findings:
    """Find every invocation of a session and decide how it ended."""
    evidence = with_own_lines_only(evidence)
    spawns = find_spawns(evidence)
    by_agent = spawns_by_agent(evidence, spawns)
    origins = prompt_origins(evidence, by_agent)
    ids = agent_ids(evidence, by_agent)
    seen = [_life(evidence, agent_id, by_agent.get(agent_id), origins) for agent_id in ids]
    lives = [life for life in seen if life is not None]
    linked = {spawn.tool_use_id for spawn in by_agent.values()}
    settled = set(evidence.settled.values())
    copied_until = max(
        (s.result.at or 0 for s in spawns.values() if s.result and s.agent_id in evidence.elsewhere), default=0
    )
    orphans = [
        spawn
        for spawn in spawns.values()
        if spawn.tool_use_id not in linked
        and digest(spawn.tool_use_id) not in settled
        and (spawn.at or 0) > copied_until
    ]
    lives += [_refused(spawn, origins, evidence) for spawn in orphans if spawn.not_started and spawn.at is not None]
    refused = [s for s in orphans if s.refused]
    denied = Counter(_prompt_of(spawn, origins, evidence) for spawn in refused)
    depths = _depths(lives)
    return Findings(
        lives=tuple(sorted((_with_depth(life, depths) for life in lives), key=lambda life: life.started_at)),
        denied=denied,
        denied_at=min((spawn.at for spawn in refused if spawn.at is not None), default=0),
        prompt_times=prompt_times(evidence),
        unsettled=any(_is_unsettled(life) for life in lives),
    )


def _life(
    evidence: SessionEvidence, agent_id: str, spawn: Spawn | None, origins: Mapping[str | None, str]
) -> Life | None:
    """One agent's life; None while nothing says when it began."""
    transcript = evidence.agents.get(agent_id)
    call_id = spawn.tool_use_id if spawn is not None else None
    events = evidence.events_about(agent_id, call_id)
    rounds = rounds_of(evidence, agent_id, spawn)
    ending = read_ending(evidence, agent_id, spawn, rounds)
    bounds = _bounds(spawn, transcript, events)
    if bounds is None:
        return None
    started_at, ended_at = bounds
    prompt_id = (transcript.prompt_id if transcript else None) or (spawn.prompt_id if spawn else None)
    prompt_id = prompt_id or next((e.payload.prompt_id for e in events if e.payload.prompt_id), None)
    prompt_id = prompt_id or prompt_before(evidence, started_at)
    verdict = decide(ending)
    return Life(
        agent_id=agent_id,
        tool_use_id=(transcript.meta.tool_use_id if transcript else None) or (spawn.tool_use_id if spawn else None),
        agent_name=_agent_name(agent_id, spawn, transcript, events),
        description=(spawn.description if spawn else None) or (transcript.meta.description if transcript else None),
        started_at=started_at,
        ended_at=ended_at,
        active_ms=_active_ms(rounds, started_at, ended_at),
        rounds=len(rounds) or None,
        prompt_id=origins.get(prompt_id, prompt_id),
        parent_agent_id=spawn.parent_agent_id if spawn else None,
        depth=transcript.meta.spawn_depth if transcript else None,
        background=is_background(spawn, transcript),
        ending=ending,
        verdict=verdict,
        failure_text=_failure_text(ending),
        spawn=spawn,
        transcript=transcript,
        events=events,
    )


def _failure_text(ending: Ending) -> str | None:
    """The session's own words for a failure: the client's error message, where it was the last thing said."""
    unseen_error = ending.tail == "none" and ending.answer.startswith("API Error")
    return ending.answer if ending.api_error or unseen_error else None


def _refused(spawn: Spawn, origins: Mapping[str | None, str], evidence: SessionEvidence) -> Life:
    """An invocation that the client refused to start."""
    refusal: NotStarted = "call" if spawn.result is not None else "hook"
    ending = Ending(not_started=refusal, over=evidence.over)
    started_at = spawn.at if spawn.at is not None else 0
    ended_at = spawn.result.at if spawn.result is not None else None
    return Life(
        agent_id=None,
        tool_use_id=spawn.tool_use_id,
        agent_name=spawn.subagent_type or DEFAULT_AGENT_TYPE,
        description=spawn.description,
        started_at=started_at,
        ended_at=ended_at,
        active_ms=max(ended_at - started_at, 0) if ended_at is not None else None,
        rounds=0,
        prompt_id=_prompt_of(spawn, origins, evidence),
        parent_agent_id=spawn.parent_agent_id,
        depth=None,
        background=spawn.in_background,
        ending=ending,
        verdict=decide(ending),
        failure_text=spawn.result.text if spawn.result is not None else None,
        spawn=spawn,
        transcript=None,
        events=evidence.events_about(None, spawn.tool_use_id),
    )


def _prompt_of(spawn: Spawn, origins: Mapping[str | None, str], evidence: SessionEvidence) -> str | None:
    """The user prompt that a call without an agent belongs to."""
    told = spawn.prompt_id or (prompt_before(evidence, spawn.at) if spawn.at is not None else None)
    return origins.get(told, told)


def _agent_name(
    agent_id: str, spawn: Spawn | None, transcript: Transcript | None, events: tuple[HookEvent, ...]
) -> str:
    candidates = (
        transcript.meta.agent_type if transcript else None,
        next((e.payload.agent_type for e in events if e.payload.agent_id == agent_id and e.payload.agent_type), None),
        spawn.subagent_type if spawn else None,
    )
    return next((name for name in candidates if name), DEFAULT_AGENT_TYPE)


def _bounds(
    spawn: Spawn | None, transcript: Transcript | None, events: tuple[HookEvent, ...]
) -> tuple[int, int | None] | None:
    """Start and end: the agent's own transcript, else the spawn call, else the hooks; None when none tells."""
    if transcript is not None and transcript.first_at is not None:
        last = transcript.last_at if transcript.last_at is not None else transcript.first_at
        return transcript.first_at, max(last, transcript.first_at)
    stops = [event.at for event in events if event.name in ("SubagentStop", "StopFailure")]
    result_at = spawn.result.at if spawn and spawn.result and not spawn.result.is_launch else None
    ended_at = max(stops, default=None) or result_at
    if spawn is not None and spawn.at is not None:
        return spawn.at, max(ended_at, spawn.at) if ended_at is not None else None
    if not events:
        return None
    started_at = events[0].at
    return started_at, max(ended_at, started_at) if ended_at is not None else None


def _active_ms(rounds: tuple[Round, ...], started_at: int, ended_at: int | None) -> int | None:
    spans = [r.ended_at - r.started_at for r in rounds if r.started_at is not None and r.ended_at is not None]
    if spans:
        return sum(max(span, 0) for span in spans)
    return ended_at - started_at if ended_at is not None else None


def _depths(lives: list[Life]) -> dict[str, int]:
    """Depth by agent id, from the chain of parents where the client did not write it."""
    parents = {life.agent_id: life.parent_agent_id for life in lives if life.agent_id is not None}
    depths: dict[str, int] = {}
    for agent_id, spawner in parents.items():
        depth, parent, seen = 1, spawner, {agent_id}
        while parent is not None and parent in parents and parent not in seen:
            seen.add(parent)
            depth, parent = depth + 1, parents[parent]
        depths[agent_id] = depth
    return depths


def _with_depth(life: Life, depths: Mapping[str, int]) -> Life:
    if life.depth is not None:
        return life
    if life.agent_id is not None:
        return replace(life, depth=depths[life.agent_id])
    return replace(life, depth=depths.get(life.parent_agent_id or "", 0) + 1)


def _is_unsettled(life: Life) -> bool:
    ending = life.ending
    if life.agent_id is None or ending.over is not None:
        return False
    claims_end = ending.stopped or ending.stop_failure is not None or ending.returned or ending.notified_failed
    shows_end = ending.tail in ("reply", "interrupt")
    return (claims_end and not shows_end) or (ending.stop_failure is not None and not ending.api_error)
