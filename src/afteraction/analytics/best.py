"""Which agent to give a task: told from tasks like it that agents were given before.

Like tasks are of the same type, and their descriptions share the task's words. How often an agent did well at them is
drawn towards how it does at the type, and that towards how it does at all, because a handful of like tasks is a hint
and no more. Ranked by the interval's lower bound, as everywhere. An agent that was never given such a task is no
candidate, however good it is at others. Where no agent had enough like tasks, the type of task decides; where none had
enough of that either, the answer is that nobody knows.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from afteraction.analytics.agents import FEW
from afteraction.analytics.statistics.shrinkage import shrunk
from afteraction.task_types import TaskType, task_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from afteraction.analytics.scope import Scope
    from afteraction.store.index import Index

Verdict = Literal["best", "no clear best", "not enough data"]
Basis = Literal["like tasks", "type of task", "nothing"]

LIKE = 60.0
"""How alike descriptions must be, of 100; docs/decisions.md tells how this and the weight were chosen."""
WEIGHT = 30.0
"""As how many runs the broader rate counts."""
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class PastTask:
    """A task as one agent was given it."""

    agent_name: str
    task_description: str
    task_type: str | None
    runs: int
    good: int
    """Ended well and were not rejected."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent that was given such tasks; rates are fractions of 1, intervals cover 95%."""

    agent_name: str
    is_enough: bool
    """Whether it had ``FEW`` runs of what the ranking rests on; else it is listed after those that had."""
    like_runs: int
    """Runs of like tasks: same type, and a description that shares the words."""
    like_good: int
    """Of these, how many ended well and were not rejected."""
    type_runs: int
    """Runs of the same type of task, like ones included."""
    type_good: int
    all_runs: int
    all_good: int
    expected: float
    """How often it is to do well at the task: its rate at what the ranking rests on, drawn towards its broader ones."""
    expected_low: float
    """The interval's lower bound, by which agents are ranked."""
    expected_high: float
    examples: list[str]
    """The descriptions most like the task."""


@dataclass(frozen=True, slots=True)
class Advice:
    """Who is to be given a task."""

    task_type: TaskType
    verdict: Verdict
    """``best``: the first agent's lower bound is above what is expected of every other, and there is another."""
    basis: Basis
    """What the ranking rests on: like tasks, else the type of task."""
    candidates: list[Candidate]
    """The best first; after these, those with few such runs."""


class _Tally(NamedTuple):
    runs: int
    good: int

    def plus(self, task: PastTask) -> _Tally:
        return _Tally(self.runs + task.runs, self.good + task.good)


_NONE = _Tally(0, 0)


@dataclass(slots=True)
class _Known:
    """What is known of an agent, from the narrow to the broad."""

    like: _Tally = _NONE
    of_type: _Tally = _NONE
    of_all: _Tally = _NONE
    scored: list[tuple[float, int, str]] = field(default_factory=list)
    """Minus likeness, minus runs, and description of each like task: what sorts the most telling first."""

    def on(self, basis: Basis) -> _Tally:
        return self.like if basis == "like tasks" else self.of_type


def past_tasks(index: Index, scope: Scope) -> list[PastTask]:
    """Every task of a scope by agent and description."""
    return index.ask("past_tasks", PastTask, **scope.values())


def best(index: Index, scope: Scope, task: str) -> Advice:
    """Which agents did well at tasks like ``task``, a description of a few words; the best first."""
    return advise(past_tasks(index, scope), task)


def advise(past: Sequence[PastTask], task: str) -> Advice:
    """The same from tasks that are known already."""
    kind = task_type(task, ())
    scores = likeness(task, {one.task_description for one in past if one.task_type == kind})
    agents: dict[str, _Known] = defaultdict(_Known)
    for one in past:
        known = agents[one.agent_name]
        known.of_all = known.of_all.plus(one)
        if one.task_type == kind:
            known.of_type = known.of_type.plus(one)
            if one.task_description in scores:
                known.like = known.like.plus(one)
                known.scored.append((-scores[one.task_description], -one.runs, one.task_description))
    basis = _basis(agents.values())
    usual = _usual(known.of_all for known in agents.values())
    candidates = [_candidate(name, known, basis, usual) for name, known in agents.items() if known.on(basis).runs]
    ranked = sorted(candidates, key=lambda one: (not one.is_enough, -one.expected_low, -one.like_runs, one.agent_name))
    return Advice(kind, _verdict(ranked), basis, ranked)


def likeness(task: str, descriptions: Iterable[str]) -> dict[str, float]:
    """The descriptions that are like the task, and how much, up to 100.

    The order of words is ignored, and words that only one of both has count little.
    """
    from rapidfuzz import fuzz, process, utils

    found = process.extract_iter(
        task, list(descriptions), scorer=fuzz.token_set_ratio, processor=utils.default_process, score_cutoff=LIKE
    )
    return {text: score for text, score, _ in found}


def _basis(agents: Iterable[_Known]) -> Basis:
    known = list(agents)
    if any(one.like.runs >= FEW for one in known):
        return "like tasks"
    return "type of task" if any(one.of_type.runs for one in known) else "nothing"


def _usual(tallies: Iterable[_Tally]) -> float:
    """How often any agent does well; half of the time where nothing is known."""
    runs = good = 0
    for tally in tallies:
        runs, good = runs + tally.runs, good + tally.good
    return (good + 1) / (runs + 2)


def _candidate(name: str, known: _Known, basis: Basis, usual: float) -> Candidate:
    at_all = shrunk(*known.of_all, towards=usual, weight=WEIGHT)
    expected = shrunk(*known.of_type, towards=at_all.rate, weight=WEIGHT)
    if basis == "like tasks":
        expected = shrunk(*known.like, towards=expected.rate, weight=WEIGHT)
    return Candidate(
        agent_name=name,
        is_enough=known.on(basis).runs >= FEW,
        like_runs=known.like.runs,
        like_good=known.like.good,
        type_runs=known.of_type.runs,
        type_good=known.of_type.good,
        all_runs=known.of_all.runs,
        all_good=known.of_all.good,
        expected=expected.rate,
        expected_low=expected.low,
        expected_high=expected.high,
        examples=[text for _, _, text in sorted(known.scored)][:_EXAMPLES],
    )


def _verdict(ranked: Sequence[Candidate]) -> Verdict:
    if not any(one.is_enough for one in ranked):
        return "not enough data"
    others = [one.expected for one in ranked[1:]]
    return "best" if others and ranked[0].expected_low > max(others) else "no clear best"
