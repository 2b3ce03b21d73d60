"""Agents to retire on a terminal: what speaks against each, and who does its tasks better."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from afteraction.analytics.agents import FEW
from afteraction.output import figures, rates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from afteraction.analytics.retirement import Retirement
    from afteraction.output.terminal import Screen


def draw_retirements(rows: Sequence[Retirement], few: int, screen: Screen) -> None:
    """Draw the candidates, or that there is none, and of how many agents too little is known."""
    if rows:
        table = screen.table()
        table.add_column("AGENT", overflow="fold")
        for name in ("RUNS", "OK", "95%", "$"):
            table.add_column(name, justify="right", no_wrap=True)
        table.add_column("INSTEAD", overflow="fold")
        for row in rows:
            table.add_row(
                Text(screen.safe(row.agent_name), "bold"),
                figures.count(row.invocations),
                rates.rate(row.success, row.invocations, row.success_low),
                rates.interval(row.success_low, row.success_high),
                figures.money(row.cost_usd),
                _instead(row, screen),
            )
        screen.console.print(table)
    else:
        screen.line("No agent fails more often than not for certain.")
    if few:
        less = f"{figures.counted(few, 'agent')} with fewer than {FEW} runs: not enough data"
        screen.line((less, "dim"))
    screen.line()
    if rows:
        screen.next_command("failures", "--agent", rows[0].agent_name)
    else:
        screen.next_command("agents")


def _instead(row: Retirement, screen: Screen) -> Text:
    task = screen.safe(row.task_type or "such")
    if row.substitute is None:
        return Text(f"nobody did {task} tasks better for certain", "dim")
    runs = figures.counted(row.substitute_runs or 0, "run")
    interval = rates.interval(row.substitute_low, row.substitute_high)
    return Text(f"{screen.safe(row.substitute)}: {interval} in {runs} of {task} tasks")
