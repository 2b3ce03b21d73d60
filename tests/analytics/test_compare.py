"""Two sides: differences with intervals that hold, and like compared with like."""

from __future__ import annotations

from collections import defaultdict
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
import pytest
from msgspec.structs import replace
from scipy import stats
from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped]

from afteraction.analytics.agents import FEW
from afteraction.analytics.compare import Comparison, case_mix, compare
from afteraction.analytics.scope import Scope
from afteraction.analytics.sides import Side
from afteraction.moments import DAY_MS
from afteraction.paths import Root
from afteraction.store.index import open_index
from tests.analytics import counted
from tests.analytics.varied import counts, start_ms, varied_history
from tests.records import NOW_MS, full_metadata, invocation, write_records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from afteraction.model import Invocation, Status
    from afteraction.store.index import Index

A, B = "code-reviewer", "plugin:runner"
EDITED_MS = NOW_MS - 9 * DAY_MS
Z = 1.959963984540054
Pair = tuple[Side, "Callable[[Invocation], bool]", Side, "Callable[[Invocation], bool]", Scope]


def index_of(root: Path, records: Iterable[Invocation]) -> Index:
    write_records(root, *records)
    return open_index(Root(root))


def asked(index: Index, a: Side, b: Side, scope: Scope | None = None) -> Comparison:
    found = compare(index, scope or Scope(), a, b)
    assert found is not None
    return found


def sha_of(record: Invocation) -> str:
    definition = record.metadata.agent_definition
    return (definition.sha256 if definition else None) or ""


PAIRS: dict[str, Pair] = {
    "two agents": (
        Side(A, A), lambda r: r.agent_name == A,
        Side(B, B), lambda r: r.agent_name == B, Scope(),
    ),
    "two versions": (
        Side("old", A, sha256="ab" * 32), lambda r: r.agent_name == A and sha_of(r) == "ab" * 32,
        Side("new", A, sha256="cd"), lambda r: r.agent_name == A and sha_of(r).startswith("cd"), Scope(),
    ),
    "from a moment on, in a scope": (
        Side("late", A, since_ms=EDITED_MS),
        lambda r: r.agent_name == A and start_ms(r) >= EDITED_MS and r.metadata.project == "/home/user/shop",
        Side(B, B), lambda r: r.agent_name == B and r.metadata.project == "/home/user/shop", Scope(project="shop"),
    ),
    "few": (
        Side(A, A), lambda r: r.agent_name == A and start_ms(r) < NOW_MS - 28 * DAY_MS,
        Side(B, B), lambda r: r.agent_name == B and start_ms(r) < NOW_MS - 28 * DAY_MS,
        Scope(until_ms=NOW_MS - 28 * DAY_MS),
    ),
}  # fmt: skip


def slow_median_interval(records: list[Invocation]) -> tuple[int, float, int]:
    """The median between the two durations that hold it by the sign test, in its usual approximation."""
    known = sorted(counted.took(records))
    place = max(1, round(len(known) / 2 - Z / 2 * sqrt(len(known))))
    return known[place - 1], float(np.median(known)), known[len(known) - place]


def slow_alike(a: list[Invocation], b: list[Invocation]) -> tuple[int, int, int, counted.Interval]:
    """Mantel and Haenszel's difference within model and type of task, its interval made of Wilson's."""
    models: dict[tuple[str, str | None], tuple[list[Invocation], list[Invocation]]] = defaultdict(lambda: ([], []))
    for number, records in enumerate((a, b)):
        for record in records:
            if record.metadata.model is not None:
                models[record.metadata.model, record.metadata.task_type][number].append(record)
    shared = [(counts(of_a), counts(of_b)) for of_a, of_b in models.values() if of_a and of_b]
    runs_a, runs_b = sum(of_a[1] for of_a, _ in shared), sum(of_b[1] for _, of_b in shared)
    if min(runs_a, runs_b) < FEW:
        return len(shared), runs_a, runs_b, (None, None, None)
    total = sum(n_a * n_b / (n_a + n_b) for (_, n_a), (_, n_b) in shared)
    middle = below = above = 0.0
    for (s_a, n_a), (s_b, n_b) in shared:
        weight = n_a * n_b / (n_a + n_b) / total
        low_a, high_a = proportion_confint(s_a, n_a, method="wilson")
        low_b, high_b = proportion_confint(s_b, n_b, method="wilson")
        middle += weight * (s_b / n_b - s_a / n_a)
        below += (weight * (s_b / n_b - low_b)) ** 2 + (weight * (high_a - s_a / n_a)) ** 2
        above += (weight * (high_b - s_b / n_b)) ** 2 + (weight * (s_a / n_a - low_a)) ** 2
    interval = counted.close(middle), counted.close(middle - sqrt(below)), counted.close(middle + sqrt(above))
    return len(shared), runs_a, runs_b, interval


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_both_sides_are_the_sum_of_their_runs(tmp_path: Path, pair: Pair) -> None:
    """Counted one by one: success, cost, and what lies between them, against statsmodels."""
    records = varied_history(500)
    side_a, of_a, side_b, of_b, scope = pair
    a, b = list(filter(of_a, records)), list(filter(of_b, records))

    found = asked(index_of(tmp_path, records), side_a, side_b, scope)

    assert (found.a, found.b) == (side_a.name, side_b.name)
    assert (found.a_success, found.a_runs, found.b_success, found.b_runs) == (*counts(a), *counts(b))
    assert (found.a_rate, found.a_low, found.a_high) == counted.rate_with_interval(*counts(a))
    assert (found.b_rate, found.b_low, found.b_high) == counted.rate_with_interval(*counts(b))
    between = counted.difference(counts(a), counts(b), few=FEW)
    assert (found.difference, found.difference_low, found.difference_high) == between
    assert (found.a_cost_usd, found.a_cost_per_success, found.a_without_price) == counted.cost(a)
    assert (found.b_cost_usd, found.b_cost_per_success, found.b_without_price) == counted.cost(b)
    cases, runs_a, runs_b, alike = slow_alike(a, b)
    assert (found.alike_cases, found.alike_a_runs, found.alike_b_runs) == (cases, runs_a, runs_b)
    assert (found.alike_difference, found.alike_low, found.alike_high) == alike
    told, seen = ((judged(a, inferred=kind), judged(b, inferred=kind)) for kind in (False, True))
    assert ((found.a_explicit_accepted, found.a_explicit), (found.b_explicit_accepted, found.b_explicit)) == told
    assert ((found.a_inferred_accepted, found.a_inferred), (found.b_inferred_accepted, found.b_inferred)) == seen
    between = counted.difference(*told, few=FEW)
    assert (found.explicit_difference, found.explicit_low, found.explicit_high) == between
    between = counted.difference(*seen, few=FEW)
    assert (found.inferred_difference, found.inferred_low, found.inferred_high) == between


def judged(records: list[Invocation], *, inferred: bool) -> tuple[int, int]:
    """How many were accepted, of how many with a judgement from there; who names no source is believed like a user."""
    words = [
        record.user_accepted
        for record in records
        if record.user_accepted is not None
        and (record.metadata.acceptance is not None and record.metadata.acceptance.source == "inferred") == inferred
    ]
    return sum(words), len(words)


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_medians_differ_by_the_interval_of_both(tmp_path: Path, pair: Pair) -> None:
    """Each median has its interval of order statistics; together they make that of the difference."""
    records = varied_history(500)
    side_a, of_a, side_b, of_b, scope = pair
    a, b = list(filter(of_a, records)), list(filter(of_b, records))

    found = asked(index_of(tmp_path, records), side_a, side_b, scope)

    assert (found.a_median_ms, found.b_median_ms) == (counted.quantile(a, 0.5), counted.quantile(b, 0.5))
    between = (found.median_difference_ms, found.median_low_ms, found.median_high_ms)
    if min(len(counted.took(a)), len(counted.took(b))) < FEW:
        assert between == (None, None, None)
        return
    (low_a, at_a, high_a), (low_b, at_b, high_b) = slow_median_interval(a), slow_median_interval(b)
    difference = at_b - at_a
    below, above = sqrt((at_b - low_b) ** 2 + (high_a - at_a) ** 2), sqrt((high_b - at_b) ** 2 + (at_a - low_a) ** 2)
    assert between == pytest.approx((difference, difference - below, difference + above), abs=0.51)


def test_the_interval_of_a_median_holds_it_often_enough() -> None:
    """Whatever the distribution: the place chosen by the approximation covers 94% or more by the exact sign test."""
    for runs in range(FEW, 400):
        place = max(1, round(runs / 2 - Z / 2 * sqrt(runs)))
        assert 1 - 2 * stats.binom(runs, 0.5).cdf(place - 1) > 0.94


def test_medians_of_one_distribution_are_seldom_told_apart() -> None:
    """Simulated with the skewed times that agents take: at most one pair in twenty differs "for certain"."""
    dice = np.random.default_rng(4)
    apart = 0
    for _ in range(2_000):
        sides = []
        for runs in (15, 40):
            known = np.sort(dice.lognormal(10, 1.5, runs))
            place = max(1, round(runs / 2 - Z / 2 * sqrt(runs)))
            sides.append((known[place - 1], np.median(known), known[runs - place]))
        (low_a, at_a, high_a), (low_b, at_b, high_b) = sides
        low = at_b - at_a - sqrt((at_b - low_b) ** 2 + (high_a - at_a) ** 2)
        high = at_b - at_a + sqrt((high_b - at_b) ** 2 + (at_a - low_a) ** 2)
        apart += bool(low > 0 or high < 0)

    assert apart <= 100


def runs_of(agent: str, model: str | None, *, good: int, count: int, first: int) -> list[Invocation]:
    """``count`` runs with one model, of which the first ``good`` succeeded."""
    made = []
    for at in range(count):
        status: Status = "success" if at < good else "failure"
        metadata = full_metadata(status, model=model)
        started_ms = NOW_MS - (first + at + 1) * 60_000
        made.append(invocation(first + at, agent=agent, status=status, started_ms=started_ms, metadata=metadata))
    return made


def test_a_better_model_does_not_make_a_better_agent(tmp_path: Path) -> None:
    """All of the difference is the model's: plainly B is better, like with like it is not."""
    records = [
        *runs_of("a", "large", good=18, count=20, first=0), *runs_of("a", "small", good=40, count=80, first=100),
        *runs_of("b", "large", good=72, count=80, first=200), *runs_of("b", "small", good=10, count=20, first=300),
    ]  # fmt: skip

    found = asked(index_of(tmp_path, records), Side("a", "a"), Side("b", "b"))

    assert found.difference == pytest.approx(0.24)
    assert found.difference_low is not None
    assert found.difference_low > 0
    assert found.alike_difference == pytest.approx(0)
    assert found.alike_low is not None
    assert found.alike_high is not None
    assert found.alike_low < 0 < found.alike_high


def test_easier_tasks_do_not_make_a_better_agent(tmp_path: Path) -> None:
    """All of the difference is that of the tasks: like with like, nothing is left of it."""
    records = [
        replace(record, metadata=replace(record.metadata, task_type=kind))
        for kind, runs in (
            ("explore", runs_of("a", "m", good=18, count=20, first=0)),
            ("debug", runs_of("a", "m", good=40, count=80, first=100)),
            ("explore", runs_of("b", "m", good=72, count=80, first=200)),
            ("debug", runs_of("b", "m", good=10, count=20, first=300)),
        )
        for record in runs
    ]

    found = asked(index_of(tmp_path, records), Side("a", "a"), Side("b", "b"))

    assert found.alike_cases == 2
    assert found.difference == pytest.approx(0.24)
    assert found.difference_low is not None
    assert found.difference_low > 0
    assert found.alike_difference == pytest.approx(0)


def test_without_a_common_model_nothing_is_alike(tmp_path: Path) -> None:
    """Unknown models are no common model; where nothing is shared, nothing is compared."""
    records = [
        *runs_of("a", "large", good=20, count=20, first=0), *runs_of("a", None, good=9, count=20, first=100),
        *runs_of("b", "small", good=10, count=20, first=200), *runs_of("b", None, good=9, count=20, first=300),
    ]  # fmt: skip

    found = asked(index_of(tmp_path, records), Side("a", "a"), Side("b", "b"))

    assert (found.alike_cases, found.alike_a_runs, found.alike_b_runs) == (0, 0, 0)
    assert (found.alike_difference, found.alike_low, found.alike_high) == (None, None, None)


def test_the_case_mix_counts_every_run_by_each_circumstance(tmp_path: Path) -> None:
    """Once by model, once by project and once by type of task, on its side, unknown ones as a value of their own."""
    records = varied_history(300)

    found = case_mix(index_of(tmp_path, records), Scope(), Side(A, A), Side(B, B))

    places = {
        (name.replace("_", " "), getattr(record.metadata, name))
        for record in records
        for name in ("model", "project", "task_type")
    }
    assert {(row.circumstance, row.value) for row in found} == places
    for row in found:
        of = [record for record in records if getattr(record.metadata, row.circumstance.replace(" ", "_")) == row.value]
        a, b = ([record for record in of if record.agent_name == agent] for agent in (A, B))
        assert (row.a_success, row.a_runs, row.b_success, row.b_runs) == (*counts(a), *counts(b))
        assert (row.a_low, row.a_high) == counted.rate_with_interval(*counts(a))[1:]
        assert (row.b_low, row.b_high) == counted.rate_with_interval(*counts(b))[1:]
    order = [(row.circumstance, -row.a_runs - row.b_runs) for row in found]
    assert order == sorted(order)


def test_a_side_without_runs_in_the_scope_is_not_compared(tmp_path: Path) -> None:
    """Nothing is made up for it."""
    index = index_of(tmp_path, [invocation(agent=A)])

    assert compare(index, Scope(), Side(A, A), Side(B, B)) is None
