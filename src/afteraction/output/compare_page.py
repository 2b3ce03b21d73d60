"""Two sides on a terminal: a column each, a third for what lies between them, and the verdict in words.

The verdict is about what is certain: "more often" only when the interval excludes 0, and "not comparable" where the
sides share neither model nor type of task to compare within.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from afteraction.analytics.agents import FEW
from afteraction.output import figures, rates
from afteraction.output.durations import UNKNOWN, duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from afteraction.analytics.compare import CaseMix, Comparison
    from afteraction.analytics.sides import Side
    from afteraction.output.terminal import Screen

_VALUES_SHOWN = 4


def draw_comparison(found: Comparison, mix: Sequence[CaseMix], sides: tuple[Side, Side], screen: Screen) -> None:
    """Draw both sides, what they were used on, the verdict, and where to go next."""
    a, b = screen.safe(found.a), screen.safe(found.b)
    screen.line(("A ", "dim"), (a, "bold"))
    screen.line(("B ", "dim"), (b, "bold"))
    screen.line()
    table = screen.table()
    table.add_column("")
    for name in ("A", "B"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("B LESS A", justify="right", no_wrap=True)
    table.add_column("95%", no_wrap=True)
    for row in (*_success(found, screen), *_accepted(found, screen), *_time_and_cost(found, screen)):
        table.add_row(*row)
    screen.console.print(table)
    for circumstance in ("task type", "model", "project"):
        _mix(circumstance, [one for one in mix if one.circumstance == circumstance], found, screen)
    screen.line()
    screen.line(_verdict(found, a, b))
    screen.line(_alike(found))
    screen.next_command("agent", sides[1].agent)


_Row = tuple[str, str | Text, str | Text, str | Text, str]


def _success(found: Comparison, screen: Screen) -> list[_Row]:
    rows: list[_Row] = [
        ("runs", figures.count(found.a_runs), figures.count(found.b_runs), "", ""),
        (
            "success", rates.rate(found.a_success, found.a_runs, found.a_low),
            rates.rate(found.b_success, found.b_runs, found.b_low),
            *_points(found.difference, found.difference_low, found.difference_high, screen),
        ),
        ("  95% interval", _interval(found.a_runs, found.a_low, found.a_high),
         _interval(found.b_runs, found.b_low, found.b_high), "", ""),
    ]  # fmt: skip
    if found.alike_cases:
        cases = figures.counted(found.alike_cases, "like case")
        runs = figures.count(found.alike_a_runs), figures.count(found.alike_b_runs)
        points = _points(found.alike_difference, found.alike_low, found.alike_high, screen)
        rows.append((f"  within {cases}, runs", *runs, *points))
    return rows


def _accepted(found: Comparison, screen: Screen) -> list[_Row]:
    """A line for what the users said and one for what was inferred, each only where there is anything of it."""
    rows: list[_Row] = []
    if found.a_explicit + found.b_explicit:
        rows.append((
            "accepted, said", _of(found.a_explicit_accepted, found.a_explicit),
            _of(found.b_explicit_accepted, found.b_explicit),
            *_points(found.explicit_difference, found.explicit_low, found.explicit_high, screen),
        ))  # fmt: skip
    if found.a_inferred + found.b_inferred:
        rows.append((
            "accepted, inferred", _of(found.a_inferred_accepted, found.a_inferred),
            _of(found.b_inferred_accepted, found.b_inferred),
            *_points(found.inferred_difference, found.inferred_low, found.inferred_high, screen),
        ))  # fmt: skip
    return rows


def _of(accepted: int, judged: int) -> str:
    return f"{figures.count(accepted)}/{figures.count(judged)}"


def _time_and_cost(found: Comparison, screen: Screen) -> list[_Row]:
    low, high = found.median_low_ms, found.median_high_ms
    between: tuple[str | Text, str] = (Text("few", "dim"), "")
    if found.median_difference_ms is not None and low is not None and high is not None:
        sure = rates.direction(low, high)
        sign, style = {1: (screen.glyphs.rise, "red"), -1: (screen.glyphs.fall, "green"), 0: ("", "")}[sure]
        between = Text(f"{sign}{_signed(found.median_difference_ms)}", style), f"{_signed(low)} to {_signed(high)}"
    success = found.a_cost_per_success, found.b_cost_per_success
    return [
        ("median time", duration(found.a_median_ms), duration(found.b_median_ms), *between),
        ("$ per success", figures.money(success[0]), figures.money(success[1]), _times(*success), ""),
        ("$ in all", figures.money(found.a_cost_usd), figures.money(found.b_cost_usd), "", ""),
        ("  runs without a price", figures.count(found.a_without_price), figures.count(found.b_without_price), "", ""),
    ]


def _points(difference: float | None, low: float | None, high: float | None, screen: Screen) -> tuple[str | Text, str]:
    if difference is None or low is None or high is None:
        return Text("few", "dim"), ""
    return rates.change(difference, low, high, screen), rates.bounds(low, high).removeprefix("95%: ")


def _interval(runs: int, low: float, high: float) -> str:
    return "few" if runs < FEW else rates.interval(low, high)


def _signed(ms: int) -> str:
    return f"{'-' if ms < 0 else '+'}{duration(abs(ms))}"


def _times(a: float | None, b: float | None) -> str:
    return f"{b / a:.1f}x" if a and b else UNKNOWN


def _mix(circumstance: str, values: list[CaseMix], found: Comparison, screen: Screen) -> None:
    screen.line()
    table = screen.table()
    table.add_column(circumstance.upper(), overflow="fold")
    for name in ("A RUNS", "OK", "B RUNS", "OK"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in values[:_VALUES_SHOWN]:
        table.add_row(
            Text("unknown", "dim") if one.value is None else screen.safe(one.value),
            _part(one.a_runs, found.a_runs),
            rates.rate(one.a_success, one.a_runs, one.a_low),
            _part(one.b_runs, found.b_runs),
            rates.rate(one.b_success, one.b_runs, one.b_low),
        )
    screen.console.print(table)
    if len(values) > _VALUES_SHOWN:
        screen.line((f"and {len(values) - _VALUES_SHOWN} more: --json lists them", "dim"))


def _part(runs: int, of: int) -> str:
    return f"{figures.count(runs)} ({figures.percent(runs / of)})" if of >= FEW else f"{runs}/{of}"


def _verdict(found: Comparison, a: str, b: str) -> str:
    if found.difference is None or found.difference_low is None or found.difference_high is None:
        return f"few: {found.a_runs} and {found.b_runs} runs; a difference needs {FEW} on each side"
    sure = rates.direction(found.difference_low, found.difference_high)
    if sure == 0:
        return "which of them succeeds more often cannot be told from these runs"
    better, worse = (b, a) if sure > 0 else (a, b)
    by = figures.counted(abs(round(found.difference * 100)), "point")
    return f"{better} succeeds {by} more often than {worse}"


def _alike(found: Comparison) -> str:
    if found.alike_difference is None or found.alike_low is None or found.alike_high is None:
        if not found.alike_cases:
            return "not comparable like with like: no model and type of task is common to both"
        shared = f"{found.alike_a_runs} and {found.alike_b_runs} runs of models and tasks that both had"
        return f"not comparable like with like: few, {shared}"
    sure = rates.direction(found.alike_low, found.alike_high)
    plain = rates.direction(found.difference_low, found.difference_high)
    if sure == plain:
        return "the same holds within the models and types of task that both had"
    word = {1: "B succeeds more often", -1: "A succeeds more often", 0: "no difference is certain"}[sure]
    return (
        f"within models and types of task, {word}: these differ, not the agents"
        if sure == 0
        else f"within models and types of task, {word}"
    )
