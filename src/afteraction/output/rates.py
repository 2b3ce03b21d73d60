"""Success rates and their differences as every screen shows them.

A rate of few runs is the count it is, and colour follows the lower bound: what is certain, not what was seen. A
difference is a rise or a fall, with its sign, only when its interval excludes 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from rich.text import Text

from afteraction.analytics.agents import FEW
from afteraction.output import figures
from afteraction.output.durations import UNKNOWN

if TYPE_CHECKING:
    from afteraction.output.terminal import Screen

Grade = Literal["good", "fair", "poor", "few"]
_GOOD, _FAIR = 0.8, 0.6
"""Lower bounds from which on a rate is good or fair."""
_COLOURS: dict[Grade, str] = {"good": "green", "fair": "yellow", "poor": "red", "few": "dim"}


def grade(low: float | None, runs: int) -> Grade:
    """What a success rate with that lower bound is; ``few`` where there are too few runs to say."""
    if runs < FEW or low is None:
        return "few"
    if low >= _GOOD:
        return "good"
    return "fair" if low >= _FAIR else "poor"


def colour(low: float | None, runs: int) -> str:
    """The style of a success rate with that lower bound."""
    return _COLOURS[grade(low, runs)]


def rate_text(success: int, runs: int) -> str:
    """``97%``, or ``3/4`` of few runs; ``-`` of none."""
    if not runs:
        return UNKNOWN
    return f"{success}/{runs}" if runs < FEW else figures.percent(success / runs)


def rate(success: int, runs: int, low: float | None) -> Text:
    """The same in the colour of its lower bound."""
    return Text(rate_text(success, runs), colour(low, runs))


def interval(low: float | None, high: float | None) -> str:
    """``61-80%``; ``-`` when unknown."""
    return UNKNOWN if low is None or high is None else f"{round(low * 100)}-{round(high * 100)}%"


def bar(bounds: tuple[float, float, float], width: int, style: str, screen: Screen) -> Text:
    """A rate drawn inside its interval, given as low, rate and high, over a track from 0 to 1."""
    glyphs = screen.glyphs
    low, at, high = (round(bound * (width - 1)) for bound in bounds)
    cells = [glyphs.line if low <= cell <= high else glyphs.track for cell in range(width)]
    cells[at] = glyphs.dot
    return Text("".join(cells), style)


def bar_head(width: int) -> str:
    """The heading over bars of that width."""
    title = "95% interval" if width >= len("0 95% interval 100") else "95%"
    return f"0{title:^{width - 4}}100"


def direction(low: float | None, high: float | None) -> int:
    """1 for a difference that is a rise for certain, -1 for a fall, 0 for neither."""
    if low is not None and low > 0:
        return 1
    return -1 if high is not None and high < 0 else 0


def change(difference: float, low: float | None, high: float | None, screen: Screen) -> Text:
    """``▲+14`` for a rise, ``▼-31`` for a fall, ``+4`` for neither, in percentage points."""
    sure = direction(low, high)
    if sure == 0:
        return Text(figures.points(difference))
    sign, style = (screen.glyphs.rise, "green") if sure > 0 else (screen.glyphs.fall, "red")
    return Text(f"{sign}{figures.points(difference)}", style)


def bounds(low: float, high: float) -> str:
    """``95%: +9 to +24``: the interval of a difference, in percentage points."""
    return f"95%: {figures.points(low)} to {figures.points(high)}"
