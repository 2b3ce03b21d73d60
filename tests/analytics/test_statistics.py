"""Our own statistics, each against another implementation or against all possibilities, counted one by one."""

from __future__ import annotations

import functools
import itertools
import math
import random
from math import log

import numpy as np
import pytest
from scipy import stats
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


@pytest.mark.parametrize("stratum", [Stratum(40, 12, 9), Stratum(5, 2, 2), Stratum(9000, 120, 4000), Stratum(4, 3, 2)])
def test_cumulants_are_those_of_the_hypergeometric_distribution(stratum: Stratum) -> None:
    """Everything that is approximated rests on these four numbers."""
    mean, variance, skewness, excess = stats.hypergeom(*stratum).stats(moments="mvsk")

    expected = (mean, variance, skewness * variance**1.5, excess * variance**2)
    assert stratum.cumulants == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_the_approximation_is_close_to_the_exact_chance() -> None:
    """From the border on: 1% down to one chance in a thousand, a tenth down to one in a million."""
    dice = random.Random(6)  # noqa: S311 - a history, not a secret
    compared = 0
    for _ in range(150):
        strata = [random_stratum(dice) for _ in range(dice.randint(1, 8))]
        mean, variance = np.sum([stratum.cumulants[:2] for stratum in strata], axis=0)
        if variance <= 25:
            continue
        exact = functools.reduce(
            np.convolve, [stats.hypergeom(*s).pmf(np.arange(min(s.failed, s.here) + 1)) for s in strata]
        )
        for deviations in (0.5, 1.5, 3, 4.5):
            observed = math.ceil(mean + deviations * math.sqrt(variance))
            chance = exact[observed:].sum()
            if chance > 1e-6:
                near = 0.01 if chance > 1e-3 else 0.1
                assert chance_of_as_many(observed, strata) == pytest.approx(chance, rel=near), strata
                compared += 1
    assert compared > 300


def random_stratum(dice: random.Random) -> Stratum:
    """Few or many runs, of which few or many failed, in a small or a large place."""
    runs = int(math.exp(dice.uniform(math.log(10), math.log(20_000))))
    failed, here = (
        max(1, round(runs * dice.choice(shares))) for shares in ((0.02, 0.1, 0.4, 0.9), (0.01, 0.1, 0.5, 0.9))
    )
    return Stratum(runs, failed, here)


def test_what_is_beyond_all_chance_is_still_a_chance() -> None:
    """However far out, in a light tail or a heavy one: never negative, never above one, never an error."""
    for stratum in (Stratum(400, 200, 200), Stratum(100_000, 400, 10_000), Stratum(1000, 900, 500)):
        chances = [chance_of_as_many(observed, [stratum]) for observed in range(min(stratum.failed, stratum.here) + 2)]
        assert all(0 < chance <= 1 for chance in chances)
        far = [chance for chance in chances if chance < 1e-3]
        assert far == sorted(far, reverse=True)
        assert far[-1] == 1e-30


def test_false_discovery_rates_equal_statsmodels() -> None:
    """The order of the tests does not matter, and no rate falls below that of a more surprising test."""
    dice = random.Random(2)  # noqa: S311 - a history, not a secret
    chances = [dice.random() ** 4 for _ in range(50)] + [1.0, 1.0, 0.0, 0.01, 0.01]

    assert false_discovery_rates(chances) == pytest.approx(multipletests(chances, method="fdr_bh")[1])
    assert false_discovery_rates([]) == []
