"""Templates, and the words and pictures they may use.

Whatever a template shows is escaped, and every text is made plain before: a name with an escape sequence or a mark that
turns the writing around is shown as what it is, by construction and not by remembering a filter.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from afteraction.analytics.agents import FEW
from afteraction.moments import known_epoch_ms
from afteraction.output import figures, rates
from afteraction.output.durations import UNKNOWN, duration
from afteraction.output.text import plain
from afteraction.web import charts, svg

FOLDER = Path(__file__).parent
STYLE = FOLDER / "static" / "style.css"
_DIRECTIONS = {1: "rise", -1: "fall", 0: ""}
_SIGNS = {1: "▲", -1: "▼", 0: "="}


def direction(low: float | None, high: float | None) -> str:
    """``rise`` or ``fall`` for a difference that is one for certain, else nothing: a class of the style sheet."""
    return _DIRECTIONS[rates.direction(low, high)]


def change(difference: float | None, low: float | None, high: float | None) -> str:
    """``▲ +14 pt``, ``▼ -31 pt``, ``= +4 pt``; ``few`` where it is unknown."""
    if difference is None:
        return "few"
    return f"{_SIGNS[rates.direction(low, high)]} {figures.points(difference)} pt"


def spark(parts: list[Any], count: int) -> Any:
    """The sparkline of an agent's parts of the time."""
    values: list[float | None] = [None] * count
    for part in parts:
        values[part.part] = part.success / part.invocations
    return svg.sparkline(values, "success over time")


def timestamp(text: str | None) -> str:
    """A record's time as people read it."""
    return figures.moment(known_epoch_ms(text))


def _shown(value: Any) -> Any:
    if value is None:
        return UNKNOWN
    return plain(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def environment() -> Environment:
    """The templates with everything they need but the page's own values."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "count": figures.count, "counted": figures.counted, "compact": figures.compact, "duration": duration,
        "moment": figures.moment, "money": figures.money, "percent": figures.percent, "points": figures.points,
        "size": figures.size, "timestamp": timestamp,
    }  # fmt: skip
    made.globals |= {
        "FEW": FEW, "UNKNOWN": UNKNOWN, "change": change, "cost_chart": charts.cost_chart, "direction": direction,
        "fine_money": figures.fine_money, "grade": rates.grade, "hours_chart": charts.hours_chart,
        "interval": rates.interval,
        "interval_bar": svg.interval_bar, "rate": rates.rate_text, "spark": spark, "trend_chart": charts.trend_chart,
        "waterfall": charts.waterfall,
        "weekdays": figures.WEEKDAYS,
    }  # fmt: skip
    return made
