"""Whether the recommendation of ``best`` beats "the agent used most" and "the agent that is best overall".

    python -m benchmarks.best_evaluation [--seeds 8] [--tasks 150]

Histories are made up, so that it is known how well each agent does at each task (``task_worlds.py``). They are split by
time: the first four fifths are what is known, of the rest each task is asked for. A hit is a recommendation of an agent
that nobody beats at that kind of task; the chance is how often the recommended agent does well. Where ``best`` answers
that there is not enough data, the agent that is best overall stands in. The product's two constants were chosen on
other seeds of the same worlds. The intervals take tasks for independent; those of one history share its luck.

Recorded sessions of the real client are counted too, and used when there are enough: then by their outcomes alone, of
those held back in which the recommended agent happened to be the one that ran.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from afteraction.analytics.agents import FEW
from afteraction.analytics.best import WEIGHT, Advice, PastTask, advise
from afteraction.analytics.statistics.shrinkage import shrunk
from afteraction.task_types import task_type
from benchmarks.task_worlds import AGENTS, WORLDS, World, make_world

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SIZES = (300, 1_000, 5_000)
_HELD_BACK = 0.2
_FIRST_SEED = 100
_FIXTURES = Path("tests/fixtures/sessions")
_RULES = ("best", "used most", "best overall", "the truth")


@dataclass(slots=True)
class Score:
    """How one way to choose agents did."""

    asked: int = 0
    hits: int = 0
    chances: float = 0.0

    def count(self, world: World, agent: str, kind: str) -> None:
        """Add one choice."""
        self.asked += 1
        self.hits += agent in world.best_agents(kind)
        self.chances += world.chance(agent, kind)


@dataclass(slots=True)
class Result:
    """How all ways did in one world, with so many records known."""

    scores: dict[str, Score] = field(default_factory=lambda: {rule: Score() for rule in _RULES})
    verdicts: Counter[str] = field(default_factory=Counter)
    sure: Score = field(default_factory=Score)
    """Of the answers that name a best agent."""


def past_of(given: Iterable[tuple[str, str, bool]]) -> list[PastTask]:
    """What the question would answer of invocations, given as agent, description and whether it went well."""
    runs: Counter[tuple[str, str]] = Counter()
    good: Counter[tuple[str, str]] = Counter()
    for agent, description, went_well in given:
        runs[agent, description] += 1
        good[agent, description] += went_well
    return [
        PastTask(agent, description, task_type(description, ()), count, good[agent, description])
        for (agent, description), count in runs.items()
    ]


def overall(past: Sequence[PastTask]) -> tuple[str, str]:
    """The agent used most, and the one with the highest lower bound over all its runs."""
    tallies: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in past:
        tallies[one.agent_name][0] += one.runs
        tallies[one.agent_name][1] += one.good
    usual = sum(good for _, good in tallies.values()) / sum(runs for runs, _ in tallies.values())
    most = max(tallies, key=lambda name: tallies[name][0])
    return most, max(tallies, key=lambda name: shrunk(*tallies[name], towards=usual, weight=WEIGHT).low)


def chosen(advice: Advice, otherwise: str) -> str:
    """The recommended agent; ``otherwise`` where there is not enough data."""
    return otherwise if advice.verdict == "not enough data" else advice.candidates[0].agent_name


def evaluate(world: World, size: int, *, seeds: int, tasks: int) -> Result:
    """Every rule on the held-back tasks of so many histories."""
    result = Result()
    for seed in range(_FIRST_SEED, _FIRST_SEED + seeds):
        known, held_back = make_world(world, size, seed=seed, held_back=_HELD_BACK)
        past = past_of(
            (one.record.agent_name, one.record.task_description or "", one.record.status == "success") for one in known
        )
        most, top = overall(past)
        for one in held_back[:tasks]:
            advice = advise(past, one.record.task_description or "")
            truth = max(AGENTS, key=lambda agent: world.chance(agent, one.kind))
            agent = chosen(advice, top)
            for rule, name in zip(_RULES, (agent, most, top, truth), strict=True):
                result.scores[rule].count(world, name, one.kind)
            result.verdicts[advice.verdict] += 1
            if advice.verdict == "best":
                result.sure.count(world, agent, one.kind)
    return result


def interval(hits: int, asked: int) -> str:
    """``93% (92-94)``: a share with Wilson's interval."""
    if not asked:
        return "-"
    # a weight next to nothing draws nowhere
    found = shrunk(asked, hits, towards=0.5, weight=1e-9)
    return f"{found.rate:.0%} ({found.low * 100:.0f}-{found.high * 100:.0f})"


def report(world: World, size: int, result: Result) -> None:
    """Print one world."""
    asked = result.scores["best"].asked
    print(f"\n{world.name}, {size} records, {asked} held-back tasks")
    for rule, score in result.scores.items():
        hits = interval(score.hits, score.asked)
        print(f"  {rule:13} hits {hits:14} chance of success {score.chances / score.asked:.3f}")
    said = ", ".join(f"{verdict} {count / asked:.0%}" for verdict, count in result.verdicts.most_common())
    print(f"  verdicts: {said}; of those that say best, hits {interval(result.sure.hits, result.sure.asked)}")


def recorded() -> list[tuple[str, str, str, bool]]:
    """Start, agent, description and success of every invocation of the recorded sessions."""
    return sorted(
        (one["timestamp"], one["agent_name"], one["task_description"], one["status"] == "success")
        for path in _FIXTURES.glob("*/expected.json")
        for one in json.loads(path.read_bytes())["records"]
        if one["task_description"]
    )


def report_recorded() -> None:
    """Print what the recorded sessions tell, or that they tell nothing."""
    found = recorded()
    split = round(len(found) * (1 - _HELD_BACK))
    past = past_of((agent, text, good) for _, agent, text, good in found[:split])
    answers = [(advise(past, text), agent, good) for _, agent, text, good in found[split:]]
    known = [(advice, agent, good) for advice, agent, good in answers if advice.verdict != "not enough data"]
    same = [good for advice, agent, good in known if advice.candidates[0].agent_name == agent]
    texts = len({text for _, _, text, _ in found})
    print(f"\nrecorded sessions: {len(found)} invocations with a description, {texts} different ones")
    print(f"  {len(answers)} held back, {len(known)} with an answer; its agent ran in {len(same)}, well in {sum(same)}")
    if len(same) < FEW or texts < split // 2:
        print("  too few, and worded for tests (Job, one, two): they say nothing about the ranking")


def main() -> None:
    """Evaluate and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--tasks", type=int, default=150, help="held-back tasks of each history at most")
    options = parser.parse_args()
    for world in WORLDS:
        for size in SIZES:
            report(world, size, evaluate(world, size, seeds=options.seeds, tasks=options.tasks))
    report_recorded()


if __name__ == "__main__":
    main()
