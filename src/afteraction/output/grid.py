"""Any rows on a terminal: as a table where the columns fit, else each row as a list of its values.

Every value is shown in full somewhere: what is too long for a cell folds, and more rows than anybody reads are left to
a pipe.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from rich.text import Text

from afteraction.output.tabular import tab_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from afteraction.output.terminal import Screen

_MOST_ROWS = 200
_LEAST_WIDTH = 8
"""A table with less room than this for each column is no longer readable."""


def draw_grid(names: Sequence[str], rows: Iterable[Sequence[Any]], screen: Screen) -> None:
    """Draw the first rows, and say so when there are more."""
    left = iter(rows)
    shown = list(islice(left, _MOST_ROWS))
    if len(names) * (_LEAST_WIDTH + 1) > screen.width:
        _draw_lists(names, shown, screen)
    else:
        _draw_table(names, shown, screen)
    if next(left, None) is not None:
        screen.line((f"the first {_MOST_ROWS} rows; --csv or a pipe gives all", "dim"))


def _draw_table(names: Sequence[str], rows: Sequence[Sequence[Any]], screen: Screen) -> None:
    table = screen.table()
    for at, name in enumerate(names):
        numbers = any(_is_number(row[at]) for row in rows)
        table.add_column(screen.safe(name), justify="right" if numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(value, screen)) for value in row))
    screen.console.print(table)


def _draw_lists(names: Sequence[str], rows: Sequence[Sequence[Any]], screen: Screen) -> None:
    width = max(len(screen.safe(name)) for name in names)
    for row in rows:
        for name, value in zip(names, row, strict=True):
            if value is not None:
                screen.line((f"{screen.safe(name):<{width}}  ", "bold"), _cell(value, screen))
        screen.line()


def _cell(value: Any, screen: Screen) -> str:
    return f"{value:.6g}" if isinstance(value, float) else screen.safe(tab_cell(value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
