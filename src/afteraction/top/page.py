"""The live view drawn: a head, who runs, who ended.

The same drawing serves the terminal view and a single snapshot. Eighty columns hold it; what an agent was asked takes
the room that is left and is cut first.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from afteraction.moments import known_epoch_ms
from afteraction.output import figures
from afteraction.output.durations import UNKNOWN, duration

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from afteraction.output.terminal import Screen
    from afteraction.top.board import Board, LiveRow

_STYLES = {"success": "green", "failure": "red", "partial": "yellow"}
_AGENT_WIDTH, _REASON_WIDTH, _PROJECT_WIDTH = 24, 16, 14


def draw_board(board: Board, screen: Screen) -> None:
    """Write one snapshot."""
    screen.console.print(page(board, screen))


def page(board: Board, screen: Screen) -> RenderableType:
    """Everything, from the head down."""
    parts: list[RenderableType] = [head(board, screen), Text()]
    if board.running:
        parts += [_running(board, screen), Text()]
    else:
        parts += [_nothing_runs(board, screen), Text()]
    if board.ended:
        parts.append(_ended(board, screen))
    return Group(*parts)


def head(board: Board, screen: Screen) -> Text:
    """How many run, and what today came to."""
    today = board.today
    parts = [f"{len(board.running):,} running"]
    if today is not None:
        parts.append(f"today (UTC) {today.invocations:,} ended")
        counts = {"success": today.success, "failure": today.failure, "partial": today.partial}
        parts += [f"{number:,} {name}" for name, number in counts.items() if number]
        parts.append(f"${figures.money(today.cost_usd)}" if today.cost_usd is not None else "")
    return Text(screen.joined(*parts), "bold")


def _nothing_runs(board: Board, screen: Screen) -> Text:
    if not board.ended:
        return Text(
            "no subagent runs, and none is on record. It appears here when one starts in a session with hooks: "
            "'afteraction install --user' installs them, 'afteraction doctor' tells what is missing."
        )
    last = board.ended[0]
    said = last.status or "not judged yet"
    return Text(f"no subagent runs; the last ended {_ago(last, board)} ago: {screen.safe(last.agent_name)}, {said}")


def _running(board: Board, screen: Screen) -> Table:
    table = screen.table()
    table.expand = True
    table.add_column("RUNNING", no_wrap=True, overflow="ellipsis", max_width=_AGENT_WIDTH)
    table.add_column("FOR", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("USUALLY", no_wrap=True)
    table.add_column("TASK", no_wrap=True, overflow="ellipsis", ratio=1)
    table.add_column("PROJECT", no_wrap=True, overflow="ellipsis", max_width=_PROJECT_WIDTH)
    depths: dict[str | None, int] = {None: -1}
    for row in board.running:
        depth = depths.get(row.parent_agent_id, -1) + 1
        depths[row.agent_id] = depth
        branch = "  " * (depth - 1) + screen.glyphs.last_branch if depth else ""
        table.add_row(
            Text(branch + screen.safe(row.agent_name), "bold"),
            duration(row.elapsed_ms),
            Text(f"{screen.glyphs.rise} long" if row.is_long else "", "yellow"),
            _usual(row),
            Text(screen.safe(row.description or UNKNOWN)),
            Text(screen.safe(posixpath.basename(row.project or "") or UNKNOWN), "dim"),
        )
    return table


def _ended(board: Board, screen: Screen) -> Table:
    glyphs = screen.glyphs
    signs = {"success": glyphs.succeeded, "failure": glyphs.failed, "partial": glyphs.partial}
    table = screen.table()
    table.expand = True
    table.add_column("ENDED", no_wrap=True, overflow="ellipsis", max_width=_AGENT_WIDTH)
    table.add_column("", no_wrap=True)
    table.add_column("WHY", no_wrap=True, overflow="ellipsis", max_width=_REASON_WIDTH)
    table.add_column("TOOK", justify="right", no_wrap=True)
    table.add_column("AGO", justify="right", no_wrap=True)
    table.add_column("TASK", no_wrap=True, overflow="ellipsis", ratio=1)
    for row in board.ended:
        state = f"{signs[row.status]} {row.status}" if row.status is not None else f"{glyphs.track} judging"
        lost = row.status is None and row.ended_at is None
        table.add_row(
            Text(screen.safe(row.agent_name)),
            Text(state, _STYLES.get(row.status or "", "dim")),
            Text("client gone" if lost else screen.safe(row.reason or UNKNOWN)),
            duration(row.elapsed_ms),
            _ago(row, board),
            Text(screen.safe(row.description or UNKNOWN), "dim"),
        )
    return table


def _usual(row: LiveRow) -> str:
    """``2m00``, ``2m00 to 4m10`` where enough runs tell how long nine of ten take."""
    if row.usual_p90_ms is None:
        return duration(row.usual_ms)
    return f"{duration(row.usual_ms)} to {duration(row.usual_p90_ms)}"


def _ago(row: LiveRow, board: Board) -> str:
    at_ms = known_epoch_ms(row.ended_at or row.started_at)
    return duration(max(board.at_ms - at_ms, 0)) if at_ms is not None else UNKNOWN
