"""A success rate over time as a small chart of characters: a dot in its band, a column for each bucket.

The band is Wilson's interval, so that a day of three runs looks as unsure as it is. What did not run leaves its column
empty, and the line below says whether it was idle or is not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from afteraction.output import rates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from afteraction.analytics.trend import TrendBucket
    from afteraction.output.terminal import Screen

_ROWS = 8
_SCALE_WIDTH = 6
_COLUMN_MOST = 3


def draw_chart(buckets: Sequence[TrendBucket], marks: Mapping[str, str], screen: Screen) -> None:
    """Draw the newest buckets that fit; ``marks`` are signs below the bucket of that name."""
    shown = buckets[-(screen.width - _SCALE_WIDTH) :]
    width = min(_COLUMN_MOST, (screen.width - _SCALE_WIDTH) // max(len(shown), 1))
    for row in range(_ROWS):
        scale = {0: "100%", _ROWS // 2: " 50%", _ROWS - 1: "  0%"}.get(row, "")
        line = Text(f"{scale:<{_SCALE_WIDTH}}", "dim")
        for bucket in shown:
            line.append_text(_cell(bucket, row, width, screen))
        _write(line, screen)
    _below(shown, marks, width, screen)


def _cell(bucket: TrendBucket, row: int, width: int, screen: Screen) -> Text:
    low, at, high = bucket.success_low, bucket.success_rate, bucket.success_high
    if low is None or at is None or high is None or not _level(high) <= row <= _level(low):
        return Text(" " * width)
    style = rates.colour(low, bucket.invocations)
    if row == _level(at):
        return Text(f"{screen.glyphs.dot:<{width}}", style)
    return Text(f"{screen.glyphs.beside:<{width}}", "dim")


def _level(rate: float) -> int:
    """The row, counted from the top, in which a rate lies."""
    return round((1 - rate) * (_ROWS - 1))


def _below(shown: Sequence[TrendBucket], marks: Mapping[str, str], width: int, screen: Screen) -> None:
    glyphs = screen.glyphs
    states = {"runs": glyphs.main, "idle": glyphs.track, "no data": "?"}
    signs = [states[bucket.state] for bucket in shown]
    indent = " " * _SCALE_WIDTH
    _write(Text(indent + "".join(f"{sign:<{width}}" for sign in signs), "dim"), screen)
    if any(bucket.bucket in marks for bucket in shown):
        _write(Text(indent + "".join(f"{marks.get(bucket.bucket, ''):<{width}}" for bucket in shown)), screen)
    if shown:
        first, last = shown[0].bucket, shown[-1].bucket
        gap = max(2, len(shown) * width - len(first) - len(last))
        dates = first if first == last else f"{first}{' ' * gap}{last}"
        _write(Text(indent + dates, "dim"), screen)
    used = {bucket.state for bucket in shown}
    screen.line(
        (f"{glyphs.dot} success  {glyphs.beside} 95% interval", "dim"),
        (f"  {glyphs.track} idle" if "idle" in used else "", "dim"),
        ("  ? no data" if "no data" in used else "", "dim"),
        (f"  {glyphs.rise}{glyphs.fall} change" if {glyphs.rise, glyphs.fall} & set(marks.values()) else "", "dim"),
        ("  E definition edited" if "E" in marks.values() else "", "dim"),
    )


def _write(line: Text, screen: Screen) -> None:
    line.rstrip()
    screen.console.print(line, soft_wrap=True)
