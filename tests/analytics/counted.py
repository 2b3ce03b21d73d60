"""What runs amount to, counted one by one without SQL: success, time and cost as every question must give them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
from statsmodels.stats.proportion import (  # type: ignore[import-untyped]
    confint_proportions_2indep,
    proportion_confint,
)

from tests.analytics.varied import counts

if TYPE_CHECKING:
    from afteraction.model import Invocation

Interval = tuple[float | None, float | None, float | None]


class Cost(NamedTuple):
    """Dollars in all and per success, where a price is known, and how many runs have none."""

    in_all: float | None
    per_success: float | None
    without_price: int


def rate_with_interval(success: int, runs: int) -> Interval:
    """The rate and Wilson's bounds as statsmodels has them; None without runs."""
    if not runs:
        return None, None, None
    low, high = proportion_confint(success, runs, method="wilson")
    return close(success / runs), close(low), close(high)


def difference(earlier: tuple[int, int], later: tuple[int, int], *, few: int) -> Interval:
    """Later less earlier with Newcombe's bounds as statsmodels has them; None with few runs on either side."""
    if min(earlier[1], later[1]) < few:
        return None, None, None
    low, high = confint_proportions_2indep(*later, *earlier, method="newcomb", compare="diff")
    return close(later[0] / later[1] - earlier[0] / earlier[1]), close(low), close(high)


def took(records: list[Invocation]) -> list[int]:
    """The known durations in ms."""
    return [record.execution_time_ms for record in records if record.execution_time_ms is not None]


def quantile(records: list[Invocation], share: float) -> int | None:
    """A quantile of the known durations, between two of them in proportion; a half is rounded up."""
    known = took(records)
    return int(np.floor(np.quantile(known, share) + 0.5)) if known else None


def cost(records: list[Invocation]) -> Cost:
    """What the runs cost; a run without a known price adds neither dollars nor a success."""
    priced = [record for record in records if record.metadata.cost_usd is not None]
    dollars = sum(record.metadata.cost_usd or 0.0 for record in priced)
    good = counts(priced)[0]
    return Cost(
        close(dollars) if priced else None,
        close(dollars / good) if good else None,
        len(records) - len(priced),
    )


def close(value: float) -> Any:
    """Equal to what differs by rounding only; sums of dollars are rounded to a millionth."""
    return pytest.approx(value, rel=1e-9, abs=1.01e-6)
