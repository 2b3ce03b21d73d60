"""Acceptance of suggestions on a terminal: a table by agent, one by confidence, one of checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from afteraction.analytics.agents import FEW
from afteraction.output import figures, rates
from afteraction.output.durations import duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from afteraction.learning.acceptance import Acceptance
    from afteraction.output.terminal import Screen

_HEADS = {
    "agent": ("AGENT", "SUGGESTED", "TAKEN"),
    "confidence": ("CONFIDENCE", "SUGGESTED", "TAKEN"),
    "check": ("CHECK", "MADE", "PASSED"),
}


def draw_suggestions(rows: Sequence[Acceptance], screen: Screen) -> None:
    """Draw each kind that has rows, and a legend."""
    for by, heads in _HEADS.items():
        some = [row for row in rows if row.by == by]
        if some:
            _table(some, heads, screen)
            screen.line()
    screen.line(("DECIDED: the outcome is known; rates are of these. ignored counts as not taken", "dim"))
    screen.next_command("rules", "suggest")


def _table(rows: Sequence[Acceptance], heads: tuple[str, str, str], screen: Screen) -> None:
    table = screen.table()
    table.add_column(heads[0], overflow="fold")
    for name in (heads[1], "DECIDED", heads[2], "95%", "TIME"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        enough = row.decided >= FEW
        table.add_row(
            Text(screen.safe(row.name), "bold"),
            figures.count(row.total),
            figures.count(row.decided),
            rates.rate(row.accepted, row.decided, row.low),
            rates.interval(row.low, row.high) if enough else Text("few", "dim"),
            duration(row.median_decide_ms),
        )
    screen.console.print(table)
