"""Pairs and sequences: what ran together, counted by hand, and no more read into it than is there."""

from __future__ import annotations

import itertools
import random
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import msgspec
import pytest
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep  # type: ignore[import-untyped]

from afteraction.analytics.agents import FEW
from afteraction.analytics.pairs import Pair, pairs
from afteraction.analytics.scope import Scope
from afteraction.analytics.sequences import sequences
from afteraction.analytics.workflow_trend import workflow_trend
from afteraction.collector.workflows import Frame, build_workflow
from afteraction.moments import DAY_MS
from afteraction.paths import Root
from afteraction.store.index import open_index
from tests.analytics.varied import failed
from tests.records import NOW_MS, full_metadata, invocation, write_records

if TYPE_CHECKING:
    from pathlib import Path

    from afteraction.model import Invocation, Status
    from afteraction.store.index import Index

AGENTS = ("alpha", "beta", "gamma", "delta")
MINUTE_MS = 60_000


def opened(root: Path) -> Index:
    return open_index(Root(root))


def workflow_of(number: int, *runs: tuple[str, int, int, Status], project: str = "/home/user/shop") -> list[Invocation]:
    """A workflow of (agent, start minute, end minute, status); all of the top level."""
    day = NOW_MS - (1 + number % 40) * DAY_MS
    return [
        invocation(
            number * 10 + at, agent=agent, status=status, started_ms=day + start * MINUTE_MS,
            took_ms=(end - start) * MINUTE_MS, workflow_id=f"wf-20251001-{number:08x}",
            metadata=full_metadata(status, project=project, ended_at=None),
        )
        for at, (agent, start, end, status) in enumerate(runs)
    ]  # fmt: skip


def random_workflows(count: int, seed: int) -> list[list[Invocation]]:
    """Workflows of one to four agents of two projects, some nested, some at the same time."""
    dice = random.Random(seed)  # noqa: S311 - a history, not a secret
    made = []
    for number in range(count):
        runs: list[tuple[str, int, int, Status]] = []
        for _ in range(dice.randrange(1, 5)):
            start = dice.randrange(30)
            status: Status = "success" if dice.random() < 0.7 else "failure"
            runs.append((dice.choice(AGENTS), start, start + dice.randrange(1, 12), status))
        project = dice.choice(("/home/user/shop", "/home/user/billing"))
        one = workflow_of(number, *runs, project=project)
        if len(one) > 2:
            one[-1] = msgspec.structs.replace(one[-1], parent_invocation_id=one[0].invocation_id)
        made.append(one)
    return made


def slow_expected(workflows: list[list[Invocation]], a: str, b: str) -> tuple[float, float, int]:
    """Workflows to expect with both, the chance of as many, and how many there are; project by project."""
    by_project: dict[str | None, list[set[str]]] = defaultdict(list)
    for one in workflows:
        by_project[one[0].metadata.project].append({record.agent_name for record in one})
    expected, law, both = 0.0, [1.0], 0
    for sets in by_project.values():
        with_a, with_b = sum(a in agents for agents in sets), sum(b in agents for agents in sets)
        expected += with_a * with_b / len(sets)
        both += sum({a, b} <= agents for agents in sets)
        own = [float(stats.hypergeom(len(sets), with_a, with_b).pmf(k)) for k in range(with_b + 1)]
        law = [
            sum(law[i] * own[k - i] for i in range(len(law)) if 0 <= k - i < len(own))
            for k in range(len(law) + len(own) - 1)
        ]
    return expected, sum(law[both:]), both


def test_pairs_are_what_a_slow_count_finds(tmp_path: Path) -> None:
    """How often, how often to expect, by which chance, and how it went: counted without SQL."""
    workflows = random_workflows(120, seed=5)
    write_records(tmp_path, *itertools.chain(*workflows))

    found = {(row.agent_a, row.agent_b): row for row in pairs(opened(tmp_path), Scope())}

    assert set(found) == set(itertools.combinations(sorted(AGENTS), 2))
    for (a, b), row in found.items():
        expected, chance, both = slow_expected(workflows, a, b)
        shared = [one for one in workflows if {a, b} <= {record.agent_name for record in one}]
        assert row.workflows == both == len(shared)
        assert row.expected == pytest.approx(expected)
        assert row.chance == pytest.approx(chance if both > expected else 1.0, rel=1e-6)
        ours = [[record for record in one if record.agent_name in (a, b)] for one in shared]
        assert row.both_succeeded == sum(not any(map(failed, one)) for one in ours)
        together = list(itertools.chain(*ours))
        apart = [r for one in workflows if one not in shared for r in one if r.agent_name in (a, b)]
        assert (row.success_together, row.runs_together) == (sum(not failed(r) for r in together), len(together))
        assert (row.success_apart, row.runs_apart) == (sum(not failed(r) for r in apart), len(apart))
        assert row.change == pytest.approx(slow_change(workflows, a, b))


def slow_change(workflows: list[list[Invocation]], a: str, b: str) -> float | None:
    """Success with the other less without, each agent against itself within a project, weighted."""
    weighted, weights, runs = 0.0, 0.0, [0, 0]
    for project in {one[0].metadata.project for one in workflows}:
        here = [one for one in workflows if one[0].metadata.project == project]
        shared = [one for one in here if {a, b} <= {record.agent_name for record in one}]
        for agent in (a, b):
            sides = [
                [not failed(record) for one in some for record in one if record.agent_name == agent]
                for some in (shared, [one for one in here if one not in shared])
            ]
            if all(sides):
                weight = 1 / (1 / len(sides[0]) + 1 / len(sides[1]))
                weighted += weight * (sum(sides[0]) / len(sides[0]) - sum(sides[1]) / len(sides[1]))
                weights += weight
                runs = [runs[0] + len(sides[0]), runs[1] + len(sides[1])]
    return weighted / weights if min(runs) >= FEW else None


def test_how_a_pair_does_is_no_matter_of_who_runs_more_often(tmp_path: Path) -> None:
    """A good agent that runs alone more often than a bad one makes no pair look bad; a real change is found."""
    plan: list[Invocation] = []
    for number in range(400):
        fails: Status = "failure" if number % 4 else "success"  # whatever else runs, one in four of beta's succeeds
        good: tuple[str, int, int, Status] = ("alpha", 0, 1, "success")
        spoilt: Status = "failure" if number % 8 == 0 else "success"  # but gamma only fails where alpha ran
        plan += workflow_of(number, *([good] if number % 5 else [good, ("beta", 2, 3, fails), ("gamma", 4, 5, spoilt)]))
        if number % 5 == 1:
            plan += workflow_of(400 + number, ("beta", 2, 3, "failure" if number % 4 else "success"))
        plan += workflow_of(800 + number, ("gamma", 4, 5, "success"))
    write_records(tmp_path, *plan)

    found = {(row.agent_a, row.agent_b): row for row in pairs(opened(tmp_path), Scope())}

    innocent, guilty = found["alpha", "beta"], found["alpha", "gamma"]
    assert innocent.success_together / innocent.runs_together < innocent.success_apart / innocent.runs_apart - 0.2
    assert innocent.change is not None
    assert innocent.change_low is not None
    assert innocent.change_low < 0 < (innocent.change_high or 0)
    assert abs(innocent.change) < 0.02
    assert guilty.change_high is not None
    assert guilty.change_high < 0


def test_the_interval_of_one_case_is_newcombes(tmp_path: Path) -> None:
    """With a single agent and project to compare, the interval is the known one."""
    plan: list[Invocation] = []
    for number in range(60):
        status: Status = "failure" if number % 7 == 0 else "success"
        both: list[tuple[str, int, int, Status]] = [("beta", 0, 1, "success"), ("alpha", 0, 1, status)]
        plan += workflow_of(number, *both[number % 2 :])
    write_records(tmp_path, *plan)

    [row] = pairs(opened(tmp_path), Scope())

    low, high = confint_proportions_2indep(
        sum(number % 7 > 0 for number in range(0, 60, 2)), 30, sum(number % 7 > 0 for number in range(1, 60, 2)), 30,
        method="newcomb", compare="diff",
    )  # fmt: skip
    assert [row.change_low, row.change_high] == pytest.approx([low, high])


def test_a_planted_pair_is_found_and_chance_is_not(tmp_path: Path) -> None:
    """Two agents that always run together are a find; two that meet by chance are none."""
    plan: list[Invocation] = []
    for number in range(80):
        runs: list[tuple[str, int, int, Status]] = [("alpha", 0, 1, "success"), ("beta", 2, 3, "success")]
        plan += workflow_of(number, *(runs if number % 2 else [("gamma", 0, 1, "success")]))
        if number % 4 < 2:
            plan += workflow_of(number, *runs[:0], ("delta", 5, 6, "success"))
    write_records(tmp_path, *plan)

    found = pairs(opened(tmp_path), Scope())

    assert {(row.agent_a, row.agent_b) for row in found if row.false_discovery_rate <= 0.05} == {("alpha", "beta")}
    (planted,) = [row for row in found if (row.agent_a, row.agent_b) == ("alpha", "beta")]
    assert (planted.workflows, planted.a_before_b) == (40, 40)
    assert planted.lift == pytest.approx(2)


def test_too_few_runs_are_not_compared(tmp_path: Path) -> None:
    """With fewer than ten runs on a side there is no change, only counts."""
    write_records(tmp_path, *workflow_of(1, ("alpha", 0, 1, "success"), ("beta", 0, 1, "failure")))

    [row] = pairs(opened(tmp_path), Scope())

    assert isinstance(row, Pair)
    assert FEW > 2
    assert (row.runs_together, row.change, row.change_low, row.both_rate) == (2, None, None, 0.0)


def test_a_pair_of_one_agent_only_on_request(tmp_path: Path) -> None:
    """``--agent`` keeps the pairs with that agent, and still counts all workflows."""
    workflows = random_workflows(60, seed=8)
    write_records(tmp_path, *itertools.chain(*workflows))
    index = opened(tmp_path)

    every = [row for row in pairs(index, Scope()) if "beta" in (row.agent_a, row.agent_b)]
    chosen = pairs(index, Scope(agent="beta"))

    assert [(r.agent_a, r.agent_b, r.workflows, r.expected) for r in chosen] == [
        (r.agent_a, r.agent_b, r.workflows, r.expected) for r in every
    ]


def test_sequences_are_those_of_the_workflow_files(tmp_path: Path) -> None:
    """A report and a workflow's own file must not tell two stories: groups are those of ``build_workflow``."""
    workflows = random_workflows(80, seed=3)
    write_records(tmp_path, *itertools.chain(*workflows))
    frame = Frame(None, None, "")
    built = [build_workflow(one[0].workflow_id or "", one, denied=0, frame=frame) for one in workflows if len(one) > 1]

    found = sequences(opened(tmp_path), Scope(), most=1000)

    shapes = Counter(" > ".join(" + ".join(sorted(group)) for group in one.agents) for one in built)
    assert {row.sequence: row.workflows for row in found} == shapes
    assert sum(row.share for row in found) == pytest.approx(1)
    for row in found:
        of = [one for one in built if " > ".join(" + ".join(sorted(group)) for group in one.agents) == row.sequence]
        assert row.succeeded == sum(one.status == "success" for one in of)
        assert set(row.examples) <= {one.workflow_id for one in of}
        assert row.invocations == sum(len(one.invocations) for one in of)


def test_a_workflow_of_one_run_is_no_sequence_unless_asked(tmp_path: Path) -> None:
    """Most prompts set off one agent; they would bury the sequences."""
    write_records(tmp_path, *workflow_of(1, ("alpha", 0, 1, "success")))
    index = opened(tmp_path)

    assert sequences(index, Scope()) == []
    assert [row.sequence for row in sequences(index, Scope(), least=1)] == ["alpha"]


def test_workflows_that_get_better_are_called_improving(tmp_path: Path) -> None:
    """The later half of the weeks against the earlier, with the interval of the difference."""
    plan: list[Invocation] = []
    for number in range(80):
        late = number % 40 < 20  # days are counted back from now
        status: Status = "success" if late or number % 3 == 0 else "failure"
        plan += workflow_of(number, ("alpha", 0, 1, "success"), ("beta", 2, 3, status))
    write_records(tmp_path, *plan)

    found = workflow_trend(opened(tmp_path), Scope())

    assert sum(week.workflows for week in found.weeks) == 80
    assert [week.week for week in found.weeks] == sorted(week.week for week in found.weeks)
    assert found.halves.change_low is not None
    assert found.halves.change_low > 0


def test_nothing_is_no_trend(tmp_path: Path) -> None:
    """Without workflows there are no weeks, no middle and no change."""
    (tmp_path / "invocations").mkdir()

    found = workflow_trend(opened(tmp_path), Scope())

    assert (found.weeks, found.middle, found.halves.change) == ([], None, None)
