"""Who is to be given a task, on a terminal: the verdict in words, then the agents with what each is judged by.

The verdict comes first and says what is not known, because a ranking of few runs looks like any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from afteraction.analytics.agents import FEW
from afteraction.output import figures, rates
from afteraction.output.durations import UNKNOWN

if TYPE_CHECKING:
    from afteraction.analytics.best import Advice, Candidate
    from afteraction.output.terminal import Screen

_SHOWN = 8


def draw_advice(advice: Advice, task: str, screen: Screen) -> None:
    """Draw the task, the verdict, the agents, and where to go next."""
    screen.line(("TASK ", "dim"), (screen.safe(task), "bold"), (f" ({advice.task_type})", "dim"))
    screen.line(_verdict(advice, screen))
    if not advice.candidates:
        screen.next_command("agents")
        return
    screen.line()
    table = screen.table()
    table.add_column("AGENT", overflow="fold")
    for name in ("EXPECTED", "95%", "LIKE TASKS", advice.task_type.upper(), "ALL RUNS"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in advice.candidates[:_SHOWN]:
        table.add_row(
            Text(screen.safe(one.agent_name), "bold" if one.is_enough else "dim"),
            Text(figures.percent(one.expected), rates.colour(one.expected_low, FEW)) if one.is_enough else "few",
            rates.interval(one.expected_low, one.expected_high) if one.is_enough else "",
            _of(one.like_good, one.like_runs),
            _of(one.type_good, one.type_runs),
            _of(one.all_good, one.all_runs),
        )
    screen.console.print(table)
    hidden = len(advice.candidates) - _SHOWN
    if hidden > 0:
        screen.line((f"and {figures.counted(hidden, 'more agent')}: --json lists them", "dim"))
    _like(advice.candidates[0], screen)
    screen.line(("counted: ended well and was not rejected, of runs; no candidate: who never had such a task", "dim"))
    screen.next_command("agent", advice.candidates[0].agent_name)


def _verdict(advice: Advice, screen: Screen) -> str:
    if advice.verdict == "not enough data":
        return f"not enough data: no agent had {FEW} runs of such tasks"
    first = screen.safe(advice.candidates[0].agent_name)
    basis = "tasks like this" if advice.basis == "like tasks" else f"{advice.task_type} tasks; of any like this too few"
    if advice.verdict == "best":
        return f"{first}, by {basis}"
    return f"no clear best; {first} is the surest, by {basis}"


def _of(good: int, runs: int) -> str:
    return f"{figures.count(good)}/{figures.count(runs)}" if runs else UNKNOWN


def _like(first: Candidate, screen: Screen) -> None:
    for text in first.examples:
        line = Text(f"  like: {screen.safe(text)}", "dim")
        line.truncate(screen.width, overflow="crop")
        screen.console.print(line, soft_wrap=True)
