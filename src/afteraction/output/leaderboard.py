"""The leaderboard on a terminal: a line per agent with its rate drawn inside its interval.

The interval is drawn, not only printed, because the eye then ranks by what is certain; eighty columns hold it all, and
a wider terminal gives the room to the drawing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from afteraction.analytics.agents import FEW, RECENT_DAYS, Agent
from afteraction.output import figures, rates
from afteraction.output.durations import UNKNOWN, duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from afteraction.analytics.summary import Summary
    from afteraction.output.terminal import Screen

_BAR_LEAST, _BAR_MOST = 13, 41
_OTHER_COLUMNS = 40
"""What runs, rate, change, median, cost and the gaps between all columns take."""


def draw_leaderboard(rows: Sequence[Agent], total: Summary, screen: Screen) -> None:
    """Draw the head, the table, what changed for certain, and where to go next."""
    _head(total, screen)
    bar = _bar_width(rows, screen)
    table = screen.table()
    table.add_column("AGENT", overflow="fold")
    table.add_column("RUNS", justify="right", no_wrap=True)
    table.add_column("OK", justify="right", no_wrap=True)
    table.add_column(rates.bar_head(bar), no_wrap=True)
    table.add_column(f"{RECENT_DAYS}-DAY", justify="right", no_wrap=True)
    table.add_column("MEDIAN", justify="right", no_wrap=True)
    table.add_column("$/OK", justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            Text(screen.safe(row.agent_name), "dim" if row.invocations < FEW else "bold"),
            figures.count(row.invocations),
            rates.rate(row.success, row.invocations, row.success_low),
            _bar(row, bar, screen),
            _change(row, screen),
            duration(row.median_ms),
            figures.money(row.cost_per_success),
        )
    screen.console.print(table)
    _feet(rows, total, screen)


def _head(total: Summary, screen: Screen) -> None:
    days = figures.counted(total.days, "day") if total.days else ""
    cost = "" if total.cost_usd is None else f"${figures.money(total.cost_usd)}"
    agents = figures.counted(total.agents, "agent")
    screen.line(screen.joined(figures.counted(total.invocations, "agent run"), days, cost, agents))
    screen.line()


def _bar_width(rows: Sequence[Agent], screen: Screen) -> int:
    longest = max((len(screen.safe(row.agent_name)) for row in rows), default=0)
    return max(_BAR_LEAST, min(_BAR_MOST, screen.width - _OTHER_COLUMNS - longest))


def _bar(row: Agent, width: int, screen: Screen) -> Text:
    bounds = (row.success_low, row.success_rate, row.success_high)
    return rates.bar(bounds, width, rates.colour(row.success_low, row.invocations), screen)


def _change(row: Agent, screen: Screen) -> Text:
    if row.change is None:
        return Text("few" if row.recent_invocations else UNKNOWN, "dim")
    return rates.change(row.change, row.change_low, row.change_high, screen)


def _feet(rows: Sequence[Agent], total: Summary, screen: Screen) -> None:
    screen.line()
    for row in rows:
        sure = rates.direction(row.change_low, row.change_high)
        if row.change is not None and sure:
            verb, style = ("rose", "green") if sure > 0 else ("fell", "red")
            by = figures.counted(abs(round(row.change * 100)), "point")
            screen.line((screen.safe(row.agent_name), style), f" {verb} {by} in {RECENT_DAYS} days")
    if total.cost_usd is not None and total.invocations_without_price:
        screen.line((f"{figures.counted(total.invocations_without_price, 'run')} without a known price", "dim"))
    worst = _most_telling(rows)
    if worst is not None and worst.last_not_success is not None:
        screen.next_command("show", worst.last_not_success)
    else:
        screen.next_command("workflow", "last")


def _most_telling(rows: Sequence[Agent]) -> Agent | None:
    """The agent whose last failure is worth a look: the one that fell most, else the one that fails most."""
    fallen = [row for row in rows if rates.direction(row.change_low, row.change_high) < 0]
    if fallen:
        return min(fallen, key=lambda row: row.change or 0)
    failing = [row for row in rows if row.last_not_success is not None]
    return min(failing, key=lambda row: (row.success_high, -row.invocations), default=None)
