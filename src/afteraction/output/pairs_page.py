"""Pairs of agents on a terminal: a matrix of how often they meet, then a line for each pair with how it goes.

A matrix and not a drawing of nodes and lines, because only the numbers tell a strong pair from a frequent one.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.text import Text

from afteraction.analytics.agents import FEW
from afteraction.analytics.concentration import FALSE_FINDS
from afteraction.output import figures, rates
from afteraction.output.durations import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from afteraction.analytics.pairs import Pair
    from afteraction.output.terminal import Screen

_MOST_AGENTS, _MOST_PAIRS = 8, 15
_CELL = 5


def draw_pairs(rows: Sequence[Pair], screen: Screen) -> None:
    """Draw the matrix, the most frequent pairs, a legend, and where to go next."""
    _matrix(rows, screen)
    screen.line()
    table = screen.table()
    table.add_column("PAIR", overflow="fold")
    for name in ("BOTH", "EXPECTED", "LIFT", "OK", "95%", "CHANGE"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows[:_MOST_PAIRS]:
        sure = row.false_discovery_rate <= FALSE_FINDS
        table.add_row(
            Text(f"{screen.safe(row.agent_a)} + {screen.safe(row.agent_b)}", "bold" if sure else ""),
            figures.count(row.workflows),
            f"{row.expected:,.1f}",
            Text(f"{screen.glyphs.rise if sure else ''}{row.lift:.1f}x", "green" if sure else ""),
            rates.rate(row.both_succeeded, row.workflows, row.both_low),
            rates.interval(row.both_low, row.both_high) if row.workflows >= FEW else Text("few", "dim"),
            Text("few", "dim") if row.change is None else rates.change(
                row.change, row.change_low, row.change_high, screen
            ),
        )  # fmt: skip
    screen.console.print(table)
    screen.line()
    if len(rows) > _MOST_PAIRS:
        screen.line((f"and {figures.counted(len(rows) - _MOST_PAIRS, 'pair')} more: --csv or a pipe gives all", "dim"))
    rise = screen.glyphs.rise
    screen.line((f"BOTH: workflows with both; {rise} more than chance; OK: all runs of both succeeded", "dim"))
    screen.line(("CHANGE: their runs' success in these workflows against all others, in points", "dim"))
    screen.next_command("workflows", "--agent", rows[0].agent_a)


def _matrix(rows: Sequence[Pair], screen: Screen) -> None:
    """How often the agents that meet most often meet each other."""
    meets: Counter[str] = Counter()
    for row in rows:
        meets[row.agent_a] += row.workflows
        meets[row.agent_b] += row.workflows
    agents = sorted(name for name, _ in sorted(meets.items(), key=lambda item: (-item[1], item[0]))[:_MOST_AGENTS])
    counts = {(row.agent_a, row.agent_b): row.workflows for row in rows}
    table = screen.table()
    table.add_column("WORKFLOWS WITH BOTH", overflow="fold")
    for number in range(1, len(agents)):
        table.add_column(f"{number:>{_CELL}}", justify="right", no_wrap=True)
    for number, agent in enumerate(agents, start=1):
        cells = (figures.count(counts.get((other, agent), 0)) for other in agents[: number - 1])
        blank = Text(UNKNOWN, "dim")
        row_cells: list[str | Text] = [*cells, *([blank] if number < len(agents) else [])]
        row_cells += [""] * (len(agents) - 1 - len(row_cells))
        table.add_row(Text(f"{number} {screen.safe(agent)}"), *row_cells)
    screen.console.print(table)
