"""Agents by type of task on a terminal: a block for each type, in it the agents as on the leaderboard."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from rich.text import Text

from afteraction.analytics.agents import FEW
from afteraction.output import figures, rates
from afteraction.output.durations import duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from afteraction.analytics.task_types import AgentTask
    from afteraction.output.terminal import Screen


def draw_task_types(rows: Sequence[AgentTask], screen: Screen) -> None:
    """Draw all types in one table, and where to go next."""
    table = screen.table()
    for name in ("TASK", "AGENT"):
        table.add_column(name, overflow="fold")
    for name in ("RUNS", "OK", "95%", "MEDIAN", "$/OK"):
        table.add_column(name, justify="right", no_wrap=True)
    for task_type, agents in groupby(rows, key=lambda row: row.task_type):
        for place, row in enumerate(agents):
            table.add_row(
                Text("" if place else screen.safe(task_type or "unknown"), "bold"),
                Text(screen.safe(row.agent_name), "dim" if row.invocations < FEW else ""),
                figures.count(row.invocations),
                rates.rate(row.success, row.invocations, row.success_low),
                "few" if row.invocations < FEW else rates.interval(row.success_low, row.success_high),
                duration(row.median_ms),
                figures.money(row.cost_per_success),
            )
    screen.console.print(table)
    screen.line()
    screen.next_command("agent", max(rows, key=lambda row: row.invocations).agent_name)
