"""The larger pictures: success over time, cost over time, busy hours, a workflow in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from afteraction.output.durations import duration
from afteraction.output.figures import WEEKDAYS, money
from afteraction.output.text import plain
from afteraction.web.svg import path_of, picture, tag

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markupsafe import Markup

    from afteraction.analytics.cost import Cost
    from afteraction.analytics.timeline import Timeline
    from afteraction.analytics.trend import Trend, TrendBucket
    from afteraction.analytics.usage import BusyHour

_WIDTH, _HEIGHT = 720.0, 240.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 44.0, 12.0, 12.0, 28.0
MOST_STEPS = 1_000
"""A workflow with more is drawn without the rest: nobody reads that many lines."""
_ROW, _LABEL = 22.0, 200.0


def trend_chart(trend: Trend, edited: Sequence[str] = ()) -> Markup:
    """Success by bucket inside its interval; ``edited`` are the first days of buckets in which a definition changed."""
    buckets = trend.buckets
    step = (_WIDTH - _LEFT - _RIGHT) / max(1, len(buckets))
    at = {bucket.bucket: _LEFT + step * (place + 0.5) for place, bucket in enumerate(buckets)}
    parts: list[str] = [*_rate_axis(), *_time_axis([bucket.bucket for bucket in buckets], at)]
    for stretch in _stretches(buckets):
        upper = [(at[one.bucket], _rate_y(one.success_high or 0)) for one in stretch]
        lower = [(at[one.bucket], _rate_y(one.success_low or 0)) for one in reversed(stretch)]
        parts.append(tag("polygon", points=path_of([*upper, *lower]), class_="band"))
        line = [(at[one.bucket], _rate_y(one.success_rate or 0)) for one in stretch]
        parts.append(tag("polyline", points=path_of(line), class_="line"))
        parts += [tag("circle", cx=x, cy=y, r=2.4, class_="end") for x, y in line]
    for point in trend.change_points:
        parts += _mark(at.get(point.bucket), "change", "from here on another rate")
    for day in edited:
        parts += _mark(at.get(day), "edit", "definition edited")
    return picture(
        _WIDTH, _HEIGHT, f"Success by {trend.by}, with its 95% interval; the table below has the numbers", *parts
    )


def _stretches(buckets: Sequence[TrendBucket]) -> Iterator[list[TrendBucket]]:
    """Buckets with runs, cut where nothing is known: a line across them would invent something."""
    stretch: list[TrendBucket] = []
    for bucket in buckets:
        if bucket.success_rate is not None:
            stretch.append(bucket)
        elif bucket.state == "no data" and stretch:
            yield stretch
            stretch = []
    if stretch:
        yield stretch


def _mark(x: float | None, kind: str, label: str) -> list[str]:
    if x is None:
        return []
    return [tag("line", tag("title", label), x1=x, y1=_TOP, x2=x, y2=_HEIGHT - _BOTTOM, class_=f"mark {kind}")]


def _rate_y(rate: float) -> float:
    return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - rate)


def _rate_axis() -> list[str]:
    return [
        part
        for rate in (0, 0.25, 0.5, 0.75, 1)
        for part in (
            tag("line", x1=_LEFT, y1=_rate_y(rate), x2=_WIDTH - _RIGHT, y2=_rate_y(rate), class_="grid"),
            tag("text", f"{rate:.0%}", x=_LEFT - 6, y=_rate_y(rate) + 4, text_anchor="end"),
        )
    ]


def _time_axis(names: Sequence[str], at: dict[str, float]) -> list[str]:
    """The first, the last and a few names in between, none of which overlap."""
    every = max(1, -(-len(names) // 8))
    shown = list(names)[::every]
    return [tag("text", name, x=at[name], y=_HEIGHT - 8, text_anchor="middle") for name in shown]


def cost_chart(rows: Sequence[Cost]) -> Markup:
    """Dollars by bucket as columns; a bucket without a known price has none."""
    known = [row for row in rows if row.part is not None]
    most = max((row.cost_usd or 0 for row in known), default=0) or 1
    step = (_WIDTH - _LEFT - _RIGHT) / max(1, len(known))
    at = {row.part or "": _LEFT + step * (place + 0.5) for place, row in enumerate(known)}
    room = _HEIGHT - _TOP - _BOTTOM
    parts: list[str] = [
        part
        for share in (0, 0.5, 1)
        for part in (
            tag("line", x1=_LEFT, y1=_TOP + room * (1 - share), x2=_WIDTH - _RIGHT, y2=_TOP + room * (1 - share),
                class_="grid"),
            tag("text", f"${money(most * share)}", x=_LEFT - 6, y=_TOP + room * (1 - share) + 4, text_anchor="end"),
        )
    ]  # fmt: skip
    parts += _time_axis(list(at), at)
    parts += [
        tag("rect", tag("title", f"{row.part}: ${money(row.cost_usd)}"), x=at[row.part or ""] - step * 0.38,
            y=_TOP + room * (1 - (row.cost_usd or 0) / most), width=step * 0.76,
            height=room * (row.cost_usd or 0) / most, class_="column")
        for row in known
    ]  # fmt: skip
    return picture(_WIDTH, _HEIGHT, "Cost over time; the table below has the numbers", *parts)


def hours_chart(hours: Sequence[BusyHour]) -> Markup:
    """Runs by weekday and hour (UTC) as a grid of shades."""
    most = max((one.invocations for one in hours), default=1)
    cell, left, top = 27.0, 40.0, 18.0
    parts: list[str] = [
        tag("text", day, x=left - 6, y=top + cell * (row + 0.62), text_anchor="end") for row, day in enumerate(WEEKDAYS)
    ]
    parts += [
        tag("text", str(hour), x=left + cell * (hour + 0.5), y=12, text_anchor="middle") for hour in range(0, 24, 3)
    ]
    parts += [
        tag("rect", tag("title", f"{WEEKDAYS[one.weekday - 1]} {one.hour}:00: {one.invocations:,}"),
            x=left + cell * one.hour + 1, y=top + cell * (one.weekday - 1) + 1, width=cell - 2, height=cell - 2, rx=3,
            class_=f"heat h{min(5, 1 + 5 * one.invocations // (most + 1))}")
        for one in hours
    ]  # fmt: skip
    return picture(left + cell * 24, top + cell * 7 + 4, "Runs by weekday and hour, UTC", *parts)


def waterfall(times: Timeline) -> Markup:
    """A line per invocation, in its place in the tree and in time; the critical path is outlined, a failure crossed."""
    steps = times.steps[:MOST_STEPS]
    whole = times.duration_ms or 1
    width, room = 860.0, 860.0 - _LABEL - 76
    parts: list[str] = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        x = _LABEL + room * share
        parts.append(tag("line", x1=x, y1=18, x2=x, y2=24 + _ROW * len(steps), class_="grid"))
        parts.append(tag("text", duration(whole * share), x=x, y=12, text_anchor="middle"))
    for row, step in enumerate(steps):
        y = 24 + _ROW * row
        name = plain(step.agent_name)
        label = ("└ " if step.depth else "") + (name if len(name) <= 22 else name[:21] + "…")  # noqa: PLR2004 - what fits
        parts.append(tag("text", tag("title", name), label, x=4 + 12 * min(step.depth, 6), y=y + 14, class_="name"))
        if step.offset_ms is None:
            continue
        x = _LABEL + room * step.offset_ms / whole
        length = max(2.0, room * (step.duration_ms or 0) / whole)
        kind = f"span {step.status}" + (" critical" if step.critical else "")
        said = f"{name}: {step.status}, {duration(step.duration_ms)}"
        parts.append(tag("rect", tag("title", said), x=x, y=y + 3, width=length, height=_ROW - 7, rx=2, class_=kind))
        mark = {"failure": "✗ ", "partial": "◐ "}.get(step.status, "")
        parts.append(tag("text", mark + duration(step.duration_ms), x=x + length + 5, y=y + 15, class_="took"))
    failed = sum(step.status != "success" for step in steps)
    label = f"{len(steps)} runs in {duration(times.duration_ms)}, {failed} without success; the table below lists them"
    return picture(width, 30 + _ROW * len(steps), label, *parts, class_="waterfall")
