"""One agent on a terminal: how it does, how that went over time, what its edits did, why it fails, on what it runs.

Ordered as the questions come: is it good, is it getting better, did my change help, what goes wrong, and last what it
was used for.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from rich.text import Text

from afteraction.analytics.agents import FEW, RECENT_DAYS
from afteraction.moments import utc_date
from afteraction.output import figures, rates
from afteraction.output.chart import draw_chart
from afteraction.output.durations import UNKNOWN, duration
from afteraction.output.trend_page import change_marks, draw_changes

if TYPE_CHECKING:
    from afteraction.analytics.agent import AgentReport
    from afteraction.analytics.agents import Agent
    from afteraction.analytics.breakdown import Slice
    from afteraction.analytics.compare import Comparison
    from afteraction.analytics.edits import Edit
    from afteraction.analytics.recent import RecentRun
    from afteraction.output.terminal import Screen

_EDITS_SHOWN = 5
_VALUES_SHOWN = 5
_SHA_SHOWN = 8


def draw_agent(report: AgentReport, screen: Screen) -> None:
    """Draw everything about one agent, and where to go next."""
    agent = report.agent
    _head(agent, screen)
    screen.line()
    draw_chart(report.trend.buckets, _marks(report, screen), screen)
    draw_changes(report.trend, screen)
    for edit, versions in list(zip(report.edits, report.versions, strict=True))[-_EDITS_SHOWN:]:
        _edit(edit, screen)
        _versions(versions, screen)
    _table(
        "WHY NOT", [one for one in report.slices if one.circumstance == "outcome" and not one.success], agent, screen
    )
    for circumstance in ("task type", "model", "project", "agent version"):
        values = [one for one in report.slices if one.circumstance == circumstance]
        _table(circumstance.upper(), values, agent, screen)
    _recent(report.recent, screen)
    screen.line()
    if agent.last_not_success is None:
        screen.next_command("trend", "--agent", agent.agent_name)
    else:
        screen.next_command("failures", "--agent", agent.agent_name)


def _head(agent: Agent, screen: Screen) -> None:
    interval = "" if agent.invocations < FEW else f"95%: {rates.interval(agent.success_low, agent.success_high)}"
    rate = rates.rate(agent.success, agent.invocations, agent.success_low)
    few = "few runs" if agent.invocations < FEW else ""
    runs = figures.counted(agent.invocations, "agent run")
    ok = screen.joined(f"{rate.plain} ok", interval, few)
    screen.line(
        (screen.safe(agent.agent_name), "bold"), f"{screen.glyphs.separator}{runs}{screen.glyphs.separator}", ok
    )
    took = f"median {duration(agent.median_ms)}, 90% within {duration(agent.p90_ms)}"
    cost = "" if agent.cost_usd is None else f"${figures.money(agent.cost_usd)}"
    success = "" if agent.cost_per_success is None else f"${figures.money(agent.cost_per_success)} per success"
    unpriced = agent.invocations_without_price
    without = f"{figures.counted(unpriced, 'run')} without a price" if unpriced else ""
    screen.line(screen.joined(took, cost, success, without))
    if agent.change is None or agent.change_low is None or agent.change_high is None:
        recent = figures.counted(agent.recent_invocations, "run")
        screen.line((f"last {RECENT_DAYS} days: {recent}, few to compare with before", "dim"))
    else:
        change = rates.change(agent.change, agent.change_low, agent.change_high, screen)
        bounds = rates.bounds(agent.change_low, agent.change_high)
        line = Text.assemble(f"last {RECENT_DAYS} days against before: ", change, f" points ({bounds})")
        screen.console.print(line)


def _marks(report: AgentReport, screen: Screen) -> dict[str, str]:
    """What stands below a bucket: E for an edit of the definition, else the sign of a change."""
    marks = change_marks(report.trend, screen)
    starts = [bucket.bucket for bucket in report.trend.buckets]
    for edit in report.edits:
        day = utc_date(edit.first_run_after_ms)
        within = [start for start in starts if start <= day]
        if within:
            marks[within[-1]] = "E"
    return marks


def _edit(edit: Edit, screen: Screen) -> None:
    before = _counted(edit.success_before, edit.runs_before)
    after = _counted(edit.success_after, edit.runs_after)
    versions = f"{screen.safe(edit.sha_before)[:_SHA_SHOWN]} to {screen.safe(edit.sha_after)[:_SHA_SHOWN]}"
    change = Text("few to compare", "dim")
    if edit.change is not None and edit.change_low is not None and edit.change_high is not None:
        points = rates.change(edit.change, edit.change_low, edit.change_high, screen)
        change = Text.assemble(points, f" points ({rates.bounds(edit.change_low, edit.change_high)})")
    when = utc_date(edit.first_run_after_ms)
    screen.console.print(Text.assemble(f"E {when} {versions}: {before} before, {after} after: ", change))


def _versions(found: Comparison, screen: Screen) -> None:
    """What else came with an edit: time, cost, acceptance, and whether the cases were alike."""
    texts = [f"median {duration(found.a_median_ms)} to {duration(found.b_median_ms)}"]
    texts.append(f"$/ok {figures.money(found.a_cost_per_success)} to {figures.money(found.b_cost_per_success)}")
    for word, (a_yes, a, b_yes, b) in (
        ("said", (found.a_explicit_accepted, found.a_explicit, found.b_explicit_accepted, found.b_explicit)),
        ("inferred", (found.a_inferred_accepted, found.a_inferred, found.b_inferred_accepted, found.b_inferred)),
    ):
        if a + b:
            texts.append(f"accepted, {word}: {a_yes}/{a} to {b_yes}/{b}")
    if found.alike_difference is not None and found.alike_low is not None and found.alike_high is not None:
        bounds = rates.bounds(found.alike_low, found.alike_high)
        texts.append(f"like with like {figures.points(found.alike_difference)} points ({bounds})")
    for line in textwrap.wrap(screen.joined(*texts), screen.width - 2, break_on_hyphens=False):
        screen.line((f"  {line}", "dim"))


def _counted(success: int, runs: int) -> str:
    rate = f"{success}" if runs < FEW else figures.percent(success / runs)
    return f"{rate} of {figures.count(runs)}"


def _table(title: str, values: list[Slice], agent: Agent, screen: Screen) -> None:
    if not values:
        return
    screen.line()
    table = screen.table()
    table.add_column(title, overflow="fold")
    table.add_column("RUNS", justify="right", no_wrap=True)
    table.add_column("SHARE", justify="right", no_wrap=True)
    failed = title == "WHY NOT"
    if not failed:
        table.add_column("OK", justify="right", no_wrap=True)
        table.add_column("95%", justify="right", no_wrap=True)
    table.add_column("MEDIAN", justify="right", no_wrap=True)
    table.add_column("$", justify="right", no_wrap=True)
    for one in values[:_VALUES_SHOWN]:
        share = figures.percent(one.invocations / agent.invocations) if agent.invocations >= FEW else UNKNOWN
        name = Text("unknown", "dim") if one.value is None else Text(screen.safe(one.value))
        rate = rates.rate(one.success, one.invocations, one.success_low)
        interval = "few" if one.invocations < FEW else rates.interval(one.success_low, one.success_high)
        success = () if failed else (rate, interval)
        table.add_row(
            name, figures.count(one.invocations), share, *success, duration(one.median_ms), figures.money(one.cost_usd)
        )
    screen.console.print(table)
    if len(values) > _VALUES_SHOWN:
        screen.line((f"and {len(values) - _VALUES_SHOWN} more: --csv lists them", "dim"))


def _recent(runs: list[RecentRun], screen: Screen) -> None:
    glyphs = screen.glyphs
    signs = {"success": glyphs.succeeded, "failure": glyphs.failed, "partial": glyphs.partial}
    styles = {"success": "green", "failure": "red", "partial": "yellow"}
    screen.line()
    screen.line(("NEWEST RUNS", "bold"))
    for run in runs:
        when = figures.moment(run.started_at_ms).removesuffix(" UTC")[:16]
        task = screen.safe(run.task_description or run.outcome_category or "")
        line = Text.assemble(
            (signs[run.status], styles[run.status]),
            f" {when} {duration(run.execution_time_ms):>6} {screen.safe(run.invocation_id)} {task}",
        )
        line.truncate(screen.width, overflow="crop")
        screen.console.print(line, soft_wrap=True)
