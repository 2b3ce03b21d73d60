"""Our own statistics, each against another implementation or against all possibilities, counted one by one."""

from __future__ import annotations

import itertools
import random
from math import log

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable  # type: ignore[import-untyped]
from statsmodels.stats.multitest import multipletests  # type: ignore[import-untyped]

from afteraction.analytics.statistics.change_points import change_points
from afteraction.analytics.statistics.false_discovery import false_discovery_rates
from afteraction.analytics.statistics.over_representation import Stratum, chance_of_as_many


def deviance(successes: int, runs: int) -> float:
    rate = successes / runs
    return 0.0 if rate in {0.0, 1.0} else -2 * (successes * log(rate) + (runs - successes) * log(1 - rate))


def best_of_all_cuts(successes: list[int], runs: list[int]) -> float:
    """The least cost over every subset of cuts."""
    penalty = 2 * log(sum(runs))
    costs = []
    for chosen in itertools.product((False, True), repeat=len(runs) - 1):
        edges = [0, *(at for at, cut in enumerate(chosen, 1) if cut), len(runs)]
        costs.append(cost_of(successes, runs, edges) + penalty * (len(edges) - 2))
    return min(costs)


def cost_of(successes: list[int], runs: list[int], edges: list[int]) -> float:
    return sum(deviance(sum(successes[a:b]), sum(runs[a:b])) for a, b in itertools.pairwise(edges))


@pytest.mark.parametrize("seed", range(20))
def test_no_other_way_to_cut_a_series_is_cheaper(seed: int) -> None:
    """Pruning may save time only: among all 1,024 ways to cut eleven buckets, the one found is the best."""
    dice = random.Random(seed)  # noqa: S311 - a history, not a secret
    rates = [dice.choice((0.1, 0.5, 0.95))] * 4 + [dice.choice((0.1, 0.5, 0.95))] * 7
    runs = [dice.randrange(1, 30) for _ in rates]
    successes = [sum(dice.random() < rate for _ in range(count)) for rate, count in zip(rates, runs, strict=True)]

    cuts = change_points(successes, runs)

    found = cost_of(successes, runs, [0, *cuts, len(runs)]) + 2 * log(sum(runs)) * len(cuts)
    assert found == pytest.approx(best_of_all_cuts(successes, runs))


def test_a_change_begins_at_the_first_bucket_with_runs_of_the_new_rate() -> None:
    """Days without runs belong to neither side, and a change cannot be dated to a day on which nothing ran."""
    assert change_points([9, 0, 10, 0, 0, 2, 1, 3], [10, 0, 10, 0, 0, 10, 10, 10]) == [5]
    assert change_points([], []) == []
    assert change_points([0, 0], [0, 0]) == []
    assert change_points([5, 5, 5], [5, 5, 5]) == []


def test_a_steady_rate_is_seldom_cut() -> None:
    """A change that is announced must not be noise: at most one steady history in fifteen has one, few runs or not."""
    dice = random.Random(4)  # noqa: S311 - a history, not a secret
    cut = 0
    for _ in range(300):
        runs = [dice.randrange(6) for _ in range(28)]
        successes = [sum(dice.random() < 0.8 for _ in range(count)) for count in runs]
        cut += bool(change_points(successes, runs))

    assert cut <= 20


@pytest.mark.parametrize(
    ("runs", "failed", "here", "observed"),
    [(20, 5, 4, 3), (100, 30, 20, 12), (100, 30, 20, 2), (5000, 40, 300, 9), (9, 9, 3, 3), (9, 2, 9, 2), (1, 1, 1, 1)],
)
def test_one_stratum_is_fishers_exact_test(runs: int, failed: int, here: int, observed: int) -> None:
    """The plain case is the textbook's."""
    table = [[observed, here - observed], [failed - observed, runs - here - failed + observed]]
    expected = stats.fisher_exact(np.array(table), alternative="greater").pvalue

    assert chance_of_as_many(observed, [Stratum(runs, failed, here)]) == pytest.approx(expected, rel=1e-9)


def test_several_strata_are_the_sum_over_all_outcomes() -> None:
    """Every combination of outcomes is counted with its chance, as enumerating them does."""
    strata = [Stratum(30, 12, 9), Stratum(14, 3, 5), Stratum(50, 20, 6)]
    chances = [stats.hypergeom(s.runs, s.failed, s.here).pmf for s in strata]

    for observed in range(17):
        expected = sum(
            np.prod([chance(number) for chance, number in zip(chances, numbers, strict=True)])
            for numbers in itertools.product(range(10), range(6), range(7))
            if sum(numbers) >= observed
        )
        assert chance_of_as_many(observed, strata) == pytest.approx(expected, rel=1e-9)


def test_many_runs_give_the_test_of_mantel_and_haenszel() -> None:
    """Beyond the exact range the answer is the known approximation; statsmodels gives it for two sides."""
    strata = [Stratum(20_000, 4_000, 2_800), Stratum(36_000, 2_800, 8_000)]
    observed = [620, 690]
    tables = [
        [[seen, s.here - seen], [s.failed - seen, s.runs - s.here - s.failed + seen]]
        for s, seen in zip(strata, observed, strict=True)
    ]
    both_sides = StratifiedTable([np.array(t) for t in tables]).test_null_odds(correction=True).pvalue

    assert chance_of_as_many(sum(observed), strata) == pytest.approx(both_sides / 2, rel=1e-6)


def test_the_approximation_takes_over_where_it_is_close() -> None:
    """At the border both ways agree to a tenth, down to one chance in a thousand."""
    stratum = Stratum(16_000, 2_400, 4_400)
    assert 400 < stratum.variance < 410
    exact = stats.hypergeom(stratum.runs, stratum.failed, stratum.here)

    for observed in (660, 685, 710, 722):
        assert chance_of_as_many(observed, [stratum]) == pytest.approx(exact.sf(observed - 1), rel=0.1)


def test_false_discovery_rates_equal_statsmodels() -> None:
    """The order of the tests does not matter, and no rate falls below that of a more surprising test."""
    dice = random.Random(2)  # noqa: S311 - a history, not a secret
    chances = [dice.random() ** 4 for _ in range(50)] + [1.0, 1.0, 0.0, 0.01, 0.01]

    assert false_discovery_rates(chances) == pytest.approx(multipletests(chances, method="fdr_bh")[1])
    assert false_discovery_rates([]) == []
