"""Usage on a terminal: a line per agent with its share drawn, the hours of the week, and what is hardly used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from afteraction.moments import DAY_MS, utc_date
from afteraction.output import figures
from afteraction.output.durations import UNKNOWN, duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from afteraction.analytics.usage import AgentUsage, BusyHour, HardlyUsed, Usage
    from afteraction.output.terminal import Screen

_BAR_LEAST, _BAR_MOST = 6, 30
_OTHER_COLUMNS = 50
_HOURS = 24
_SHADES, _ASCII_SHADES = " ░▒▓█", " .:+#"
_UNUSED_SHOWN = 10


def draw_usage(found: Usage, now_ms: int, screen: Screen) -> None:
    """Draw the agents, the hours of the week, what is hardly used, and where to go next."""
    runs = sum(one.invocations for one in found.agents)
    screen.line(screen.joined(figures.counted(runs, "agent run"), figures.counted(len(found.agents), "agent")))
    screen.line()
    _agents(found.agents, now_ms, screen)
    if found.hours:
        screen.line()
        _hours(found.hours, screen)
    if found.hardly_used:
        screen.line()
        _hardly_used(found.hardly_used, screen)
    screen.line()
    screen.next_command("agent", found.agents[0].agent_name)


def _agents(rows: Sequence[AgentUsage], now_ms: int, screen: Screen) -> None:
    longest = max(len(screen.safe(row.agent_name)) for row in rows)
    bar = max(_BAR_LEAST, min(_BAR_MOST, screen.width - _OTHER_COLUMNS - longest))
    table = screen.table()
    table.add_column("AGENT", overflow="fold")
    table.add_column("RUNS", justify="right", no_wrap=True)
    table.add_column("SHARE", no_wrap=True)
    for name in ("SESSIONS", "DAYS", "TIME", "LAST"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        filled = round(row.share * bar)
        drawn = Text.assemble((screen.glyphs.line * filled, "cyan"), (screen.glyphs.track * (bar - filled), "dim"))
        sessions = UNKNOWN if row.session_share is None else f"{row.sessions} {figures.percent(row.session_share):>4}"
        table.add_row(
            Text(screen.safe(row.agent_name), "bold"),
            figures.count(row.invocations),
            drawn.append(f" {figures.percent(row.share):>4}"),
            sessions,
            figures.count(row.days),
            duration(row.total_time_ms),
            _ago(row.last_started_at_ms, now_ms),
        )
    screen.console.print(table)


def _ago(at_ms: int | None, now_ms: int) -> str:
    """How long ago: ``today``, ``3 days``; ``-`` when unknown."""
    if at_ms is None:
        return UNKNOWN
    days = max(0, now_ms // DAY_MS - at_ms // DAY_MS)
    return "today" if days == 0 else figures.counted(days, "day")


def _hours(hours: Sequence[BusyHour], screen: Screen) -> None:
    """A grid of the week, each hour the darker the more ran in it, and the busiest in words."""
    counts = {(one.weekday, one.hour): one.invocations for one in hours}
    most = max(counts.values())
    shades = _SHADES if screen.glyphs.dot == "●" else _ASCII_SHADES
    screen.line(("UTC  0     6     12    18   23", "bold"))
    for weekday, name in enumerate(figures.WEEKDAYS, start=1):
        cells = (counts.get((weekday, hour), 0) for hour in range(_HOURS))
        screen.line((f"{name}  ", ""), ("".join(shades[_shade(count, most)] for count in cells), "cyan"))
    weekday, hour = max(counts, key=lambda place: (counts[place], place))
    busiest = f"busiest: {figures.WEEKDAYS[weekday - 1]} {hour:02d}:00 to {hour:02d}:59 UTC"
    screen.line((f"{busiest}, {figures.counted(most, 'run')}", "dim"))


def _shade(count: int, most: int) -> int:
    """From 0 for nothing to 4 for the most; anything at all is seen."""
    return 0 if count == 0 else min(4, 1 + 4 * (count - 1) // most)


def _hardly_used(rows: Sequence[HardlyUsed], screen: Screen) -> None:
    screen.line(("defined, and hardly used", "bold"))
    for row in rows[:_UNUSED_SHOWN]:
        runs = "never ran" if row.invocations == 0 else figures.counted(row.invocations, "run")
        since = f"changed {utc_date(row.modified_ms)}"
        screen.line("  ", (screen.safe(row.agent_name), "bold"), f"  {runs}, {since}, {screen.safe(row.path)}")
    if len(rows) > _UNUSED_SHOWN:
        screen.line((f"  and {len(rows) - _UNUSED_SHOWN} more: --json lists them", "dim"))
