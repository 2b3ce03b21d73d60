"""A trend on a terminal: a line for each bucket, and below it in words whether anything changed for certain.

Buckets in which nothing ran stand in one line together: they are to be seen, not to be scrolled through.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from rich.text import Text

from afteraction.analytics.agents import FEW
from afteraction.output import figures, rates
from afteraction.output.durations import duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from afteraction.analytics.scope import Scope
    from afteraction.analytics.trend import ChangePoint, Trend, TrendBucket
    from afteraction.output.terminal import Screen

_BAR_LEAST, _BAR_MOST = 13, 41
_OTHER_COLUMNS = 46


def draw_trend(trend: Trend, scope: Scope, screen: Screen) -> None:
    """Draw the head, a line for each bucket, what changed for certain, and where to go next."""
    _head(trend, scope, screen)
    marks = change_marks(trend, screen)
    bar = max(_BAR_LEAST, min(_BAR_MOST, screen.width - _OTHER_COLUMNS))
    table = screen.table()
    table.add_column(trend.by.upper(), no_wrap=True)
    table.add_column("RUNS", justify="right", no_wrap=True)
    table.add_column("OK", justify="right", no_wrap=True)
    table.add_column(rates.bar_head(bar), no_wrap=True)
    table.add_column("MEDIAN", justify="right", no_wrap=True)
    table.add_column("$/OK", justify="right", no_wrap=True)
    table.add_column("$", justify="right", no_wrap=True)
    for state, together in itertools.groupby(trend.buckets, key=lambda bucket: bucket.state):
        buckets = list(together)
        if state == "runs":
            for bucket in buckets:
                table.add_row(*_cells(bucket, marks, bar, screen))
        else:
            count = figures.counted(len(buckets), trend.by)
            table.add_row(Text(buckets[0].bucket, "dim"), "", "", Text(f"{count}: {state}", "dim"), "", "", "")
    screen.console.print(table)
    screen.line()
    draw_changes(trend, screen)
    unpriced = sum(bucket.invocations_without_price for bucket in trend.buckets)
    if unpriced and any(bucket.cost_usd is not None for bucket in trend.buckets):
        screen.line((f"{figures.counted(unpriced, 'run')} without a known price", "dim"))
    if scope.agent is not None:
        screen.next_command("failures", "--agent", scope.agent)
    else:
        screen.next_command("agents", "--sort", "change")


def draw_changes(trend: Trend, screen: Screen) -> None:
    """Say what changed for certain: the later half against the earlier, then each change point."""
    screen.line(_halves(trend))
    for point in trend.change_points:
        _change_point(point, screen)


def change_marks(trend: Trend, screen: Screen) -> dict[str, str]:
    """The sign of each bucket in which another success rate begins."""
    glyphs = screen.glyphs
    return {
        point.bucket: glyphs.rise if (point.difference.later_rate or 0) > (point.difference.earlier_rate or 0)
        else glyphs.fall
        for point in trend.change_points
    }  # fmt: skip


def _head(trend: Trend, scope: Scope, screen: Screen) -> None:
    runs = sum(bucket.invocations for bucket in trend.buckets)
    costs = [bucket.cost_usd for bucket in trend.buckets if bucket.cost_usd is not None]
    who = "all agents" if scope.agent is None else screen.safe(scope.agent)
    cost = f"${figures.money(sum(costs))}" if costs else ""
    screen.line(screen.joined(who, figures.counted(runs, "agent run"), cost, f"by {trend.by}, UTC"))
    screen.line()


def _cells(bucket: TrendBucket, marks: dict[str, str], bar: int, screen: Screen) -> Iterator[str | Text]:
    mark = marks.get(bucket.bucket, "")
    style = "green" if mark == screen.glyphs.rise else "red"
    yield Text.assemble(bucket.bucket, " ", (mark, style)) if mark else Text(bucket.bucket)
    yield figures.count(bucket.invocations)
    yield rates.rate(bucket.success, bucket.invocations, bucket.success_low)
    low, at, high = bucket.success_low, bucket.success_rate, bucket.success_high
    if low is None or at is None or high is None:
        yield ""
    else:
        yield rates.bar((low, at, high), bar, rates.colour(low, bucket.invocations), screen)
    yield duration(bucket.median_ms)
    yield figures.money(bucket.cost_per_success)
    yield figures.money(bucket.cost_usd)


def _halves(trend: Trend) -> str:
    halves = trend.halves
    if halves.change is None or halves.change_low is None or halves.change_high is None:
        few = f"{figures.count(halves.earlier_runs)} and {figures.count(halves.later_runs)}"
        return f"few: {few} runs in the two halves; a trend needs {FEW} in each"
    sure = rates.direction(halves.change_low, halves.change_high)
    word = {1: "improving", -1: "declining", 0: "no trend for certain"}[sure]
    was, now = figures.percent(halves.earlier_rate or 0), figures.percent(halves.later_rate or 0)
    since = f"since {trend.middle} {now} succeed, before it {was}"
    return f"{word}: {since} ({rates.bounds(halves.change_low, halves.change_high)} points)"


def _change_point(point: ChangePoint, screen: Screen) -> None:
    found = point.difference
    rose = (found.later_rate or 0) > (found.earlier_rate or 0)
    sign, style = (screen.glyphs.rise, "green") if rose else (screen.glyphs.fall, "red")
    was = _counted_rate(found.earlier_success, found.earlier_runs)
    now = _counted_rate(found.later_success, found.later_runs)
    screen.line((f"{sign} {point.bucket}", style), f" the rate changed: {was} before, {now} from here")


def _counted_rate(success: int, runs: int) -> str:
    if runs < FEW:
        return f"{success} of {runs}"
    return f"{figures.percent(success / runs)} of {figures.count(runs)}"
