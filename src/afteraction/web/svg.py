"""Pictures as SVG elements, drawn here and sent with the page: they are there at the first paint and need no script.

Colours and line widths are classes of the style sheet, because the content security policy allows no inline style and
dark mode is the style sheet's business. Every picture has a text for those who do not see it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Points = "Iterable[tuple[float, float]]"


def tag(name: str, *inside: str, **attributes: str | float | None) -> Markup:
    """An element; texts are escaped, ``Markup`` is not, ``class_`` and ``text_anchor`` are written with their signs."""
    written = [
        f' {key.rstrip("_").replace("_", "-")}="{escape(_number(value))}"'
        for key, value in attributes.items()
        if value is not None
    ]
    return Markup(f"<{name}{''.join(written)}>{''.join(escape(part) for part in inside)}</{name}>")  # noqa: S704 - all parts are escaped


def picture(width: float, height: float, label: str, *inside: str, class_: str = "chart") -> Markup:
    """A whole picture of so many units, which the style sheet gives its size."""
    return tag(
        "svg", tag("title", label), *inside, viewBox=f"0 0 {_number(width)} {_number(height)}", class_=class_,
        role="img", aria_label=label,
    )  # fmt: skip


def interval_bar(low: float, rate: float, high: float, grade: str) -> Markup:
    """A rate as a dot on its interval, from 0 to 100%; ``grade`` is good, fair, poor or few."""
    width, height = 160.0, 14.0
    middle = height / 2
    at = [6 + (width - 12) * value for value in (low, rate, high)]
    return picture(
        width, height, f"{rate:.0%}, 95% interval {low:.0%} to {high:.0%}",
        *(tag("line", x1=6 + (width - 12) * tick, y1=1, x2=6 + (width - 12) * tick, y2=height - 1, class_="tick")
          for tick in (0, 0.5, 1)),
        tag("line", x1=at[0], y1=middle, x2=at[2], y2=middle, class_=f"reach {grade}"),
        tag("circle", cx=at[1], cy=middle, r=4, class_=f"dot {grade}"),
        class_="bar",
    )  # fmt: skip


def sparkline(values: Sequence[float | None], label: str) -> Markup:
    """Rates over time as a small line, with gaps where nothing ran; the last one is a dot."""
    width, height = 96.0, 20.0
    step = (width - 8) / max(1, len(values) - 1)
    placed = [
        None if value is None else (4 + at * step, height - 4 - (height - 8) * value) for at, value in enumerate(values)
    ]
    last = next((point for point in reversed(placed) if point), None)
    dot = [tag("circle", cx=last[0], cy=last[1], r=2.2, class_="end")] if last else []
    joined = [point for point in placed if point]
    return picture(width, height, label, tag("polyline", points=path_of(joined), class_="line"), *dot, class_="spark")


def path_of(points: Iterable[tuple[float, float]]) -> str:
    """Points as the attribute of a line writes them."""
    return " ".join(f"{_number(x)},{_number(y)}" for x, y in points)


def _number(value: str | float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
