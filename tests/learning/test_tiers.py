"""A tier is proposed where an agent does better on it, or no worse for less money, and nowhere else."""

from __future__ import annotations

import json
import random
from math import sqrt
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import pytest
from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped]

from afteraction.analytics.scope import Scope
from afteraction.analytics.tiers import tier_pairs
from afteraction.learning.rules_file import parse_rules
from afteraction.learning.suggest import gather, suggest
from afteraction.paths import Root
from afteraction.store.event_reading import Events
from afteraction.store.index import open_index
from tests.learning.made_up import rules
from tests.records import NOW_MS, full_metadata, invocation, write_records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from afteraction.learning.proposal import Proposal
    from afteraction.model import Invocation, Status

AGENTS = ("alpha", "beta", "gamma")
TASKS = ("Fix the failing login tests", "Review the change", "Design the export")
COSTS = {"haiku": 0.02, "sonnet": 0.06, "opus": 0.3}


def history(
    seed: int,
    rates: Mapping[tuple[str, str], float],
    *,
    runs: int = 150,
    tiers: tuple[str, ...] = ("sonnet", "opus"),
    costs: Mapping[str, float | None] = COSTS,
) -> list[Invocation]:
    """So many runs of each agent on each tier at each task; a rate is 0.8 where none is planted."""
    dice = random.Random(seed)  # noqa: S311 - a history, not a secret
    records: list[Invocation] = []
    for agent in AGENTS:
        for tier in tiers:
            for number in range(runs):
                status: Status = "success" if dice.random() < rates.get((agent, tier), 0.8) else "failure"
                price = costs.get(tier)
                cost = None if price is None else price * dice.lognormvariate(0, 0.3)
                records.append(
                    invocation(
                        len(records), agent=agent, status=status, started_ms=NOW_MS - 60_000 * len(records),
                        task_description=TASKS[number % len(TASKS)],
                        metadata=full_metadata(status, model_tier=tier, model=f"claude-{tier}-4-5", cost_usd=cost),
                    )
                )  # fmt: skip
    return records


def proposed(root: Path, records: list[Invocation], content: Any) -> list[Proposal]:
    write_records(root, *records)
    found = suggest(
        parse_rules(Path("agent-rules.json"), json.dumps(content).encode()),
        gather(open_index(Root(root)), Scope(), Events([], [], [])),
    )
    return [one for one in found.proposals if one.kind == "tier"]


def test_a_tier_on_which_an_agent_succeeds_more_often_is_proposed(tmp_path: Path) -> None:
    """With its runs, rate, interval and costs; the agents that do as well on either keep theirs."""
    records = history(1, {("beta", "sonnet"): 0.6, ("beta", "opus"): 0.9})
    (one,) = proposed(tmp_path, records, rules(*AGENTS))

    good = sum(r.status == "success" for r in records if (r.agent_name, r.metadata.model_tier) == ("beta", "opus"))
    assert (one.agent, one.before, one.after, one.n, one.rate) == ("beta", "sonnet", "opus", 150, good / 150)
    assert [one.low, one.high] == pytest.approx(proportion_confint(good, 150, method="wilson"))
    assert one.chance is not None
    assert one.chance < 0.05
    assert f"on opus succeeds in {round(good / 1.5)}% of 150 runs" in one.reason
    assert "points within types of task (95%: +" in one.reason
    opus, sonnet = (
        median(r.metadata.cost_usd or 0 for r in records if (r.agent_name, r.metadata.model_tier) == ("beta", tier))
        for tier in ("opus", "sonnet")
    )
    assert f"a run costs ${opus:.4f} on opus and ${sonnet:.4f} on sonnet (medians of 150 and 150)" in one.reason


def test_a_cheaper_tier_that_is_no_worse_is_proposed(tmp_path: Path) -> None:
    """It takes many runs to be certain that nothing is lost; the words say what is certain."""
    records = history(2, {("alpha", tier): 0.97 for tier in ("sonnet", "opus")}, runs=600)
    found = proposed(tmp_path, records, rules("alpha", model_tier="opus"))

    assert [(one.agent, one.before, one.after) for one in found] == [("alpha", "opus", "sonnet")]
    assert "no worse by 5 points or more, for certain" in found[0].reason


def test_the_cheapest_of_several_and_a_better_one_before_a_cheaper_one(tmp_path: Path) -> None:
    """One value can be proposed for one key: success goes before money, then the most money that is saved."""
    rates = {(agent, tier): 0.97 for agent in AGENTS for tier in ("haiku", "sonnet", "opus")}
    records = history(3, rates | {("beta", "opus"): 0.6}, runs=450, tiers=("haiku", "sonnet", "opus"))
    found = {one.agent: one for one in proposed(tmp_path, records, rules("alpha", "beta", model_tier="opus"))}

    assert (found["alpha"].after, found["beta"].after in {"haiku", "sonnet"}) == ("haiku", True)
    assert "no worse" in found["alpha"].reason
    assert "no worse" not in found["beta"].reason


@pytest.mark.parametrize("seed", range(6))
def test_nothing_planted_and_equal_prices_change_no_tier(seed: int, tmp_path: Path) -> None:
    """Equal success and equal costs are no reason for a change."""
    assert proposed(tmp_path, history(seed, {}, costs=dict.fromkeys(COSTS, 0.1)), rules(*AGENTS)) == []


def test_a_cheaper_tier_is_not_proposed_only_because_no_difference_shows(tmp_path: Path) -> None:
    """Sixty runs of 80% show no difference, and do not show that there is none."""
    assert proposed(tmp_path, history(4, {}, runs=60), rules(*AGENTS, model_tier="opus")) == []


def test_a_tier_that_costs_success_is_not_proposed_however_cheap(tmp_path: Path) -> None:
    """Ten points fewer are never "no worse"."""
    rates = {(agent, "opus"): 0.97 for agent in AGENTS} | {(agent, "sonnet"): 0.87 for agent in AGENTS}
    assert proposed(tmp_path, history(5, rates, runs=600), rules(*AGENTS, model_tier="opus")) == []


@pytest.mark.parametrize("costs", [{"sonnet": 0.1, "opus": 0.1}, {"sonnet": 0.06}, {}])
def test_a_tier_whose_price_is_not_known_to_be_lower_is_not_cheaper(costs: dict[str, float], tmp_path: Path) -> None:
    """Neither the same price nor an unknown one is a saving."""
    rates = {(agent, tier): 0.97 for agent in AGENTS for tier in ("sonnet", "opus")}
    assert proposed(tmp_path, history(6, rates, runs=400, costs=costs), rules(*AGENTS, model_tier="opus")) == []


def test_easier_tasks_are_no_better_tier(tmp_path: Path) -> None:
    """Opus was mostly given reviews, which succeed on either tier: like with like there is no difference."""
    dice = random.Random(7)  # noqa: S311 - a history, not a secret
    records = []
    for number in range(900):
        tier = "opus" if number % 2 else "sonnet"
        easy = dice.random() < (0.9 if tier == "opus" else 0.1)
        status: Status = "success" if dice.random() < (0.98 if easy else 0.5) else "failure"
        records.append(
            invocation(
                number, agent="alpha", status=status, task_description=TASKS[1] if easy else TASKS[0],
                metadata=full_metadata(status, model_tier=tier, cost_usd=0.1),
            )
        )  # fmt: skip
    rate = {
        tier: sum(r.status == "success" for r in records if r.metadata.model_tier == tier) / 450
        for tier in ("opus", "sonnet")
    }

    assert rate["opus"] - rate["sonnet"] > 0.25
    assert proposed(tmp_path, records, rules("alpha")) == []


def test_nine_runs_are_too_few(tmp_path: Path) -> None:
    """However clear they look; ten are compared."""
    rates = {(agent, tier): float(tier == "opus") for agent in AGENTS for tier in ("sonnet", "opus")}
    content = rules(*AGENTS, auto_activate=False)  # nobody is retired for failing

    assert proposed(tmp_path / "nine", history(8, rates, runs=9), content) == []
    assert {one.after for one in proposed(tmp_path / "more", history(8, rates, runs=30), content)} == {"opus"}


@pytest.mark.parametrize("name", ["premium", "inherit", ""])
def test_a_tier_of_which_no_run_is_known_is_left_alone(name: str, tmp_path: Path) -> None:
    """What the file means by it is not known, so it cannot be compared; an empty name is none."""
    records = history(9, {("beta", "sonnet"): 0.5, ("beta", "opus"): 0.95})
    if name:
        assert proposed(tmp_path, records, rules(*AGENTS, model_tier=name)) == []
    else:
        more = [one for one in records if one.metadata.model_tier == "sonnet" or int(one.invocation_id[-2:], 16) % 2]
        assert [one.after for one in proposed(tmp_path, more, rules(*AGENTS, model_tier=name))] == ["opus"]


def test_a_file_that_names_no_tier_is_judged_by_that_of_most_runs(tmp_path: Path) -> None:
    """The tier it is compared with is the one that the agent has now, mostly; the key is new."""
    records = history(10, {("beta", "sonnet"): 0.5, ("beta", "opus"): 0.95})
    mostly = [one for one in records if one.metadata.model_tier == "sonnet" or int(one.invocation_id[-2:], 16) % 2]
    (one,) = proposed(tmp_path, mostly, rules(*AGENTS, model_tier=None))

    assert (one.agent, one.before, one.after) == ("beta", None, "opus")


def test_pairs_are_compared_as_mantel_and_haenszel_do(tmp_path: Path) -> None:
    """The difference, its interval and the medians, against the formulas; types that only one side had are left out."""
    counts = {("sonnet", 0): (12, 7), ("sonnet", 1): (20, 15), ("opus", 0): (9, 8), ("opus", 1): (14, 13)}
    records = [
        invocation(
            100 * place + number, agent="alpha", status=status, task_description=TASKS[task],
            metadata=full_metadata(status, model_tier=tier, cost_usd=number / 100 if number < 11 else None),
        )
        for place, ((tier, task), (n, good)) in enumerate((counts | {("opus", 2): (30, 30)}).items())
        for number in range(n)
        for status in ("success" if number < good else "failure",)
    ]  # fmt: skip
    write_records(tmp_path, *records)
    one = next(found for found in tier_pairs(open_index(Root(tmp_path)), Scope()) if found.tier == "sonnet")

    weights = [12 * 9 / 21, 20 * 14 / 34]
    change = below = 0.0
    for task, weight in enumerate(weight / sum(weights) for weight in weights):
        (n, good), (m, well) = counts["sonnet", task], counts["opus", task]
        high = proportion_confint(good, n, method="wilson")[1]
        low = proportion_confint(well, m, method="wilson")[0]
        change += weight * (well / m - good / n)
        below += weight**2 * ((well / m - low) ** 2 + (high - good / n) ** 2)
    assert (one.runs, one.success, one.other_runs, one.other_success, one.alike_types) == (32, 22, 23, 21, 2)
    assert [one.difference, one.difference_low] == pytest.approx([change, change - sqrt(below)])
    assert (one.priced, one.other_priced) == (22, 20)
    assert one.median_usd == pytest.approx(0.05)
    # ranks round(22/2 - 0.98 * sqrt(22)) = 6 and 17 of 0.00, 0.00, 0.01, 0.01, ...
    assert [one.median_low_usd, one.median_high_usd] == pytest.approx([0.02, 0.08])
