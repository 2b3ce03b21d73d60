"""Tails and intervals outside SQL are those of the textbooks' programs."""

from __future__ import annotations

import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped]

from afteraction.analytics.statistics.binomial import chance_of_at_least
from afteraction.analytics.statistics.wilson import wilson


@pytest.mark.parametrize(("successes", "runs"), [(0, 10), (7, 10), (10, 10), (40, 120), (900, 1000), (4_900, 5_000)])
@pytest.mark.parametrize("rate", [0.0, 0.05, 0.5, 0.9, 1.0, 1.05])
def test_the_tail_is_that_of_scipy(successes: int, runs: int, rate: float) -> None:
    """Exact from few runs to thousands, and at a rate of 0 or 1; a rate above 1 is 1."""
    wanted = float(stats.binom.sf(successes - 1, runs, min(rate, 1.0)))

    assert chance_of_at_least(successes, runs, rate) == pytest.approx(wanted, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(("successes", "runs"), [(0, 1), (7, 10), (10, 10), (900, 1000)])
def test_the_interval_is_that_of_statsmodels(successes: int, runs: int) -> None:
    """As SQL draws it; without runs everything is possible."""
    low, high = proportion_confint(successes, runs, method="wilson")

    assert list(wilson(successes, runs)) == pytest.approx([low, high])
    assert wilson(0, 0) == (0.0, 1.0)
