"""Success, runs, cost and time over time, and whether any of it is a trend.

Two answers, and neither by eye: the later half of the time in which it ran against the earlier half, called a rise or
a fall only when the interval of the difference excludes 0; and the points at which the rate changed for certain
(``change_points``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from afteraction.analytics.difference import Difference, difference
from afteraction.analytics.statistics.change_points import change_points
from afteraction.analytics.summary import summary
from afteraction.moments import DAY_MS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from afteraction.analytics.scope import Scope
    from afteraction.store.coverage import Coverage
    from afteraction.store.index import Index

By = Literal["day", "week", "month"]
State = Literal["runs", "idle", "no data"]

_MOST_BUCKETS = 31
"""Longer than this, a list of days or weeks is no longer read but counted."""


@dataclass(frozen=True, slots=True)
class TrendBucket:
    """A day, a week from Monday, or a month, in UTC."""

    bucket: str
    """Its first day, 2025-10-27; the scope may begin later and end earlier."""
    state: State
    """``idle``: nothing ran, and if anything had it would be known; ``no data``: it would not, for some of its days."""
    days: int
    """Days of it that lie in the scope."""
    days_known: int
    """Days of which anything would be known, because hooks or transcripts cover them."""
    invocations: int
    success: int
    failure: int
    partial: int
    success_rate: float | None
    """None without runs."""
    success_low: float | None
    """Wilson's lower bound."""
    success_high: float | None
    median_ms: int | None
    p90_ms: int | None
    cost_usd: float | None
    """None when no run has a known price; else the sum over those that have."""
    cost_per_success: float | None
    """What the runs with a known price cost, per success among them."""
    invocations_without_price: int


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """A bucket from which on another success rate holds."""

    bucket: str
    difference: Difference
    """The stretch that begins here against the one before, each up to the next change point."""


@dataclass(frozen=True, slots=True)
class Trend:
    """A scope over time."""

    by: By
    buckets: list[TrendBucket]
    middle: str | None
    """The first bucket of the later half of the time between the first and the last run; None with runs in fewer than
    two buckets."""
    halves: Difference
    """The later half of the time against the earlier."""
    change_points: list[ChangePoint]


def trend(index: Index, scope: Scope, coverage: Coverage, *, now_ms: int, by: By | None = None) -> Trend:
    """Success, runs, cost and time by day, week or month; without ``by`` the finest of which there are not too many."""
    chosen = by or _fitting(index, scope, now_ms if scope.until_ms is None else min(now_ms, scope.until_ms))
    today_ends_ms = (now_ms // DAY_MS + 1) * DAY_MS  # not the moment: whoever asks again today asks the same
    end_ms = today_ends_ms if scope.until_ms is None else min(today_ends_ms, scope.until_ms)
    covered = " ".join(f"{span.first}/{span.last}" for span in coverage.spans)
    buckets = index.ask("trend", TrendBucket, **scope.values(), end_ms=end_ms, by=chosen, covered=covered)
    ran = [at for at, bucket in enumerate(buckets) if bucket.invocations]
    middle = (ran[0] + ran[-1] + 1) // 2 if ran else 0
    return Trend(
        by=chosen,
        buckets=buckets,
        middle=buckets[middle].bucket if len(ran) > 1 else None,
        halves=_difference(index, buckets[:middle], buckets[middle:]),
        change_points=_change_points(index, buckets),
    )


def _fitting(index: Index, scope: Scope, end_ms: int) -> By:
    begin_ms = scope.since_ms if scope.since_ms is not None else summary(index, scope).first_started_at_ms
    days = 0 if begin_ms is None else (end_ms - begin_ms) // DAY_MS
    if days <= _MOST_BUCKETS:
        return "day"
    return "week" if days <= _MOST_BUCKETS * 7 else "month"


def _change_points(index: Index, buckets: Sequence[TrendBucket]) -> list[ChangePoint]:
    cuts = change_points([one.success for one in buckets], [one.invocations for one in buckets])
    edges = [0, *cuts, len(buckets)]
    return [
        ChangePoint(
            bucket=buckets[at].bucket,
            difference=_difference(index, buckets[edges[number - 1] : at], buckets[at : edges[number + 1]]),
        )
        for number, at in enumerate(cuts, start=1)
    ]


def _difference(index: Index, earlier: Sequence[TrendBucket], later: Sequence[TrendBucket]) -> Difference:
    return difference(index, earlier=_sums(earlier), later=_sums(later))


def _sums(buckets: Sequence[TrendBucket]) -> tuple[int, int]:
    return sum(one.success for one in buckets), sum(one.invocations for one in buckets)
