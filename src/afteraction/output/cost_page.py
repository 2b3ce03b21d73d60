"""Costs on a terminal: a line per part with its share drawn, and the sum of all.

Tokens stand apart by kind, because a token read from the cache costs a tenth of one that is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from afteraction.output import figures
from afteraction.output.durations import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from afteraction.analytics.cost import Cost, CostBy
    from afteraction.output.terminal import Screen

_BAR_LEAST, _BAR_MOST = 3, 24
_OTHER_COLUMNS = 56
_OTHER_COLUMNS_LEAST = 50
"""So much they take when the names are long: a name is not broken for the sake of a bar."""
_TIMES = ("day", "week", "month")


def draw_cost(rows: Sequence[Cost], by: CostBy, screen: Screen) -> None:
    """Draw the sum, a line for each part, and where to go next."""
    _head(rows, by, screen)
    longest = max(len(_name(row, screen)) for row in rows)
    bar = max(min(6, screen.width - _OTHER_COLUMNS_LEAST - longest), screen.width - _OTHER_COLUMNS - longest)
    bar = max(_BAR_LEAST, min(_BAR_MOST, bar))
    table = screen.table()
    table.add_column(by.upper(), overflow="fold")
    table.add_column("RUNS", justify="right", no_wrap=True)
    table.add_column("$", justify="right", no_wrap=True)
    table.add_column("SHARE", no_wrap=True)
    for name in ("$/OK", "IN", "OUT", "CACHED"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            Text(_name(row, screen), "" if row.part is not None else "dim"),
            figures.count(row.invocations),
            figures.money(row.cost_usd),
            _share(row.cost_share, bar, screen),
            figures.money(row.cost_per_success),
            figures.compact(row.tokens_input),
            figures.compact(row.tokens_output),
            figures.compact(_sum((row.tokens_cache_read, row.tokens_cache_creation))),
        )
    screen.console.print(table)
    screen.line()
    unpriced = sum(row.invocations_without_price for row in rows)
    if unpriced:
        screen.line((f"{figures.counted(unpriced, 'run')} without a known price, in no sum of dollars", "dim"))
    if by == "agent" and rows[0].part is not None:
        screen.next_command("cost", "--agent", rows[0].part, "--by", "model")
    else:
        screen.next_command("agents", "--sort", "cost")


def _head(rows: Sequence[Cost], by: CostBy, screen: Screen) -> None:
    known = [row.cost_usd for row in rows if row.cost_usd is not None]
    total = f"${figures.money(sum(known))}" if known else "no known price"
    runs = sum(row.invocations for row in rows)
    screen.line(screen.joined(total, figures.counted(runs, "agent run"), f"by {by}{', UTC' if by in _TIMES else ''}"))
    screen.line()


def _name(row: Cost, screen: Screen) -> str:
    return "(unknown)" if row.part is None else screen.safe(row.part)


def _share(share: float | None, width: int, screen: Screen) -> Text:
    if share is None:
        return Text(UNKNOWN, "dim")
    filled = round(share * width)
    text = Text.assemble((screen.glyphs.line * filled, "cyan"), (screen.glyphs.track * (width - filled), "dim"))
    return text.append(f" {figures.percent(share):>4}")


def _sum(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
