"""Workflows on a terminal: the common sequences, and week by week whether workflows get better."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from afteraction.analytics.agents import FEW
from afteraction.output import figures, rates
from afteraction.output.durations import duration

if TYPE_CHECKING:
    from collections.abc import Sequence as Rows

    from afteraction.analytics.sequences import Sequence
    from afteraction.analytics.workflow_trend import WorkflowTrend
    from afteraction.output.terminal import Screen

_BAR_LEAST, _BAR_MOST = 13, 41
_OTHER_COLUMNS = 45


def draw_sequences(rows: Rows[Sequence], screen: Screen) -> None:
    """Draw each sequence with how often it ran and how it went, and where to go next."""
    table = screen.table()
    table.add_column("SEQUENCE", overflow="fold")
    for name in ("WORKFLOWS", "OK", "95%", "MEDIAN", "$"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            Text(screen.safe(row.sequence), "dim" if row.workflows < FEW else "bold"),
            figures.count(row.workflows),
            rates.rate(row.succeeded, row.workflows, row.success_low),
            rates.interval(row.success_low, row.success_high) if row.workflows >= FEW else Text("few", "dim"),
            duration(row.median_ms),
            figures.money(row.cost_usd),
        )
    screen.console.print(table)
    screen.line()
    screen.line(("A + B > C: A and B at the same time, then C; OK: every run of the workflow succeeded", "dim"))
    screen.next_command("workflow", rows[0].examples[0])


def draw_workflow_trend(found: WorkflowTrend, screen: Screen) -> None:
    """Draw a line for each week, what changed for certain, and where to go next."""
    bar = max(_BAR_LEAST, min(_BAR_MOST, screen.width - _OTHER_COLUMNS))
    table = screen.table()
    table.add_column("WEEK", no_wrap=True)
    table.add_column("WORKFLOWS", justify="right", no_wrap=True)
    table.add_column("OK", justify="right", no_wrap=True)
    table.add_column(rates.bar_head(bar), no_wrap=True)
    table.add_column("MEDIAN", justify="right", no_wrap=True)
    table.add_column("$", justify="right", no_wrap=True)
    for row in found.weeks:
        bounds = (row.success_low, row.success_rate, row.success_high)
        table.add_row(
            row.week,
            figures.count(row.workflows),
            rates.rate(row.succeeded, row.workflows, row.success_low),
            rates.bar(bounds, bar, rates.colour(row.success_low, row.workflows), screen),
            duration(row.median_ms),
            figures.money(row.cost_usd),
        )
    screen.console.print(table)
    screen.line()
    screen.line(_verdict(found))
    screen.next_command("workflows")


def _verdict(found: WorkflowTrend) -> str:
    halves = found.halves
    if halves.change is None or halves.change_low is None or halves.change_high is None:
        few = f"{figures.count(halves.earlier_runs)} and {figures.count(halves.later_runs)}"
        return f"few: {few} workflows in the two halves; a trend needs {FEW} in each"
    sure = rates.direction(halves.change_low, halves.change_high)
    word = {1: "improving", -1: "declining", 0: "no trend for certain"}[sure]
    was, now = figures.percent(halves.earlier_rate or 0), figures.percent(halves.later_rate or 0)
    told = rates.bounds(halves.change_low, halves.change_high)
    return f"{word}: since {found.middle} {now} succeed, before it {was} ({told} points)"
