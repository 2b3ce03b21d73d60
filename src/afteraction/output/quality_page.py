"""Quality on a terminal: what the user said beside what was inferred, and what had to be done over.

The two kinds of acceptance stand in columns of their own and as counts: an inference is no vote, and few people vote.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from afteraction.analytics.agents import FEW
from afteraction.output import figures, rates
from afteraction.output.durations import UNKNOWN, duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from afteraction.analytics.quality import Quality, QualityWeek
    from afteraction.output.terminal import Screen


def draw_quality(rows: Sequence[Quality], screen: Screen) -> None:
    """Draw a line for each agent, and what the columns mean."""
    table = screen.table()
    table.add_column("AGENT", overflow="fold")
    for name in ("RUNS", "SAID", "INFERRED", "UNKNOWN", "REDONE", "95%", "AGAIN"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        few = row.success < FEW
        table.add_row(
            Text(screen.safe(row.agent_name), "dim" if row.invocations < FEW else "bold"),
            figures.count(row.invocations),
            _votes(row.explicit_accepted, row.explicit_rejected),
            _votes(row.inferred_accepted, row.inferred_rejected),
            _share(row.unknown, row.invocations),
            _share(row.false_completions, row.success),
            "few" if few else rates.interval(row.false_low, row.false_high),
            _share(row.repeated, row.invocations),
        )
    screen.console.print(table)
    screen.line()
    for text in (
        "SAID: accepted and rejected by the user; INFERRED: from what happened after",
        "REDONE: of those that ended well, rejected either way; at least so many",
        "AGAIN: the same words given to the agent again in the session",
    ):
        screen.line((text, "dim"))


def draw_weeks(weeks: Sequence[QualityWeek], screen: Screen) -> None:
    """Draw a line for each week of one agent."""
    screen.line()
    table = screen.table()
    table.add_column("WEEK", no_wrap=True)
    for name in ("RUNS", "SAID", "INFERRED", "REDONE", "95%", "MEDIAN", "MEAN"):
        table.add_column(name, justify="right", no_wrap=True)
    for week in weeks:
        table.add_row(
            week.week,
            figures.count(week.invocations),
            _votes(week.explicit_accepted, week.explicit_rejected),
            _votes(week.inferred_accepted, week.inferred_rejected),
            _share(week.false_completions, week.success),
            "few" if week.success < FEW else rates.interval(week.false_low, week.false_high),
            duration(week.median_ms),
            duration(week.mean_ms),
        )
    screen.console.print(table)


def _votes(accepted: int, rejected: int) -> Text:
    if not accepted + rejected:
        return Text(UNKNOWN, "dim")
    return Text.assemble((f"+{figures.count(accepted)}", "green"), " ", (f"-{figures.count(rejected)}", "red"))


def _share(number: int, of: int) -> str:
    """``12%``, or ``1/4`` of few; ``-`` of none."""
    if not of:
        return UNKNOWN
    return f"{number}/{of}" if of < FEW else figures.percent(number / of)
