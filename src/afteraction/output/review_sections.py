"""A review as sections of sentences and tables, before anything is drawn.

A terminal and a markdown file show the same review; what is said in both is decided here once. Cells are text as it
stands in records: whoever draws makes them safe.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from afteraction.analytics.agents import FEW
from afteraction.analytics.reviews import DailyReview, MonthlyReview
from afteraction.output import figures, rates
from afteraction.output.durations import UNKNOWN, duration

if TYPE_CHECKING:
    from afteraction.analytics.difference import Difference
    from afteraction.analytics.review_period import Period
    from afteraction.analytics.review_week import Bottleneck, WeeklyReview, WorkflowWeekSums
    from afteraction.analytics.reviews import AgentReview, Satisfaction
    from afteraction.analytics.sequences import Sequence

_MOST = 10
_TO_ACT_ON = ("deprecate", "needs work", "improving")


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a review."""

    title: str
    lines: list[str] = field(default_factory=list)
    """Sentences above the table."""
    columns: tuple[str, ...] = ()
    """Headings; the first column is left-aligned and may wrap. Without any there is no table."""
    rows: list[tuple[str, ...]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Page:
    """A review, ready to be drawn."""

    title: str
    sections: list[Section]
    notes: list[str]
    next_command: tuple[str, ...]
    """The one command that goes deeper, without the program's name."""


def page(review: MonthlyReview | WeeklyReview | DailyReview) -> Page:
    """What a review says."""
    if isinstance(review, MonthlyReview):
        return _monthly(review)
    return _daily(review) if isinstance(review, DailyReview) else _weekly(review)


def _head(what: str, period: Period) -> str:
    until = period.until[:16].replace("T", " ")
    before = "the day" if period.days == 1 else f"the {period.days}"
    return f"{what}: {figures.counted(period.days, 'day')} to {until} UTC, against {before} before"


def _monthly(review: MonthlyReview) -> Page:
    acted = [Section(verdict, _reasons(review.agents, verdict)) for verdict in _TO_ACT_ON]
    return Page(
        title=_head("Agent effectiveness", review.period),
        sections=[
            *(section for section in acted if section.lines),
            Section(
                "all agents",
                columns=("AGENT", "RUNS", "OK", "95%", "CHANGE", "MEDIAN", "COST", "VERDICT"),
                rows=[_agent(row) for row in review.agents],
            ),
        ],
        notes=[
            "CHANGE: success in points against the period before, when both have enough runs",
            "a verdict is more than chance among so many agents: of those given, one in twenty may be wrong",
        ],
        next_command=("agent", review.agents[0].agent_name) if review.agents else ("agents",),
    )


def _reasons(rows: list[AgentReview], verdict: str) -> list[str]:
    return [f"{row.agent_name}: {row.reason}" for row in rows if row.verdict == verdict]


def _agent(row: AgentReview) -> tuple[str, ...]:
    few = row.invocations < FEW
    return (
        row.agent_name,
        figures.count(row.invocations),
        rates.rate(row.success, row.invocations, row.success_low).plain,
        "few" if few else rates.interval(row.success_low, row.success_high),
        UNKNOWN if row.change is None else figures.points(row.change),
        duration(row.median_ms),
        figures.money(row.cost_usd),
        row.verdict,
    )


def _weekly(review: WeeklyReview) -> Page:
    example = review.combinations[0].examples[0] if review.combinations else "last"
    return Page(
        title=_head("Workflow efficiency", review.period),
        sections=[
            Section("workflows", [_sums("now", review.now), _sums("before", review.before), _certain(review.change)]),
            Section(
                "combinations",
                columns=("SEQUENCE", "WORKFLOWS", "OK", "95%", "MEDIAN", "COST"),
                rows=[_combination(row) for row in review.combinations],
            ),
            Section(
                "bottlenecks",
                columns=("AGENT", "SHARE", "BEFORE", "TIME", "IN", "LONGEST IN"),
                rows=[_bottleneck(row) for row in review.bottlenecks[:_MOST]],
            ),
        ],
        notes=[
            "workflows of several agents; OK: every run of the workflow succeeded",
            "SHARE: of the time on critical paths, now and before; IN: workflows that waited for it",
        ],
        next_command=("workflow", example),
    )


def _combination(row: Sequence) -> tuple[str, ...]:
    return (
        row.sequence,
        figures.count(row.workflows),
        rates.rate(row.succeeded, row.workflows, row.success_low).plain,
        "few" if row.workflows < FEW else rates.interval(row.success_low, row.success_high),
        duration(row.median_ms),
        figures.money(row.cost_usd),
    )


def _bottleneck(row: Bottleneck) -> tuple[str, ...]:
    return (
        row.agent_name,
        figures.percent(row.share),
        UNKNOWN if row.share_before is None else figures.percent(row.share_before),
        duration(row.critical_ms),
        figures.count(row.workflows),
        figures.count(row.longest_in),
    )


def _sums(name: str, sums: WorkflowWeekSums | None) -> str:
    if sums is None:
        return f"{name}: no workflow of several agents"
    cost = "" if sums.cost_usd is None else f", ${figures.money(sums.cost_usd)}"
    range_ = rates.interval(sums.success_low, sums.success_high)
    rate = "" if sums.workflows < FEW else f" ({figures.percent(sums.success_rate)}, 95%: {range_})"
    return (
        f"{name}: {figures.counted(sums.workflows, 'workflow')}, {figures.count(sums.succeeded)} succeeded{rate}, "
        f"median {duration(sums.median_ms)}{cost}"
    )


def _daily(review: DailyReview) -> Page:
    rows = review.agents
    runs = figures.counted(sum(row.invocations for row in rows), "run")
    unknown = figures.count(sum(row.unknown for row in rows))
    return Page(
        title=_head("Satisfaction", review.period),
        sections=[
            Section("said by the user", [_judgements(review.said), _certain(review.said)]),
            Section("inferred", [_judgements(review.inferred), _certain(review.inferred)]),
            Section(
                "agents",
                lines=[f"{runs}; of {unknown} nothing tells whether the work was wanted"],
                columns=("AGENT", "RUNS", "SAID", "INFERRED", "UNKNOWN", "CORRECTED", "REDONE", "AGAIN"),
                rows=[_satisfaction(row) for row in rows],
            ),
        ],
        notes=[
            "SAID, INFERRED: accepted/rejected, by the user's word and by what happened afterwards",
            "CORRECTED: the next prompt said it was wrong; REDONE: the same task given again",
            "AGAIN: it had run in the same session before, for this task or for another",
        ],
        next_command=("quality",),
    )


def _judgements(found: Difference) -> str:
    before = f"{found.earlier_success} accepted, {found.earlier_runs - found.earlier_success} rejected"
    return f"{found.later_success} accepted, {found.later_runs - found.later_success} rejected; before: {before}"


def _satisfaction(row: Satisfaction) -> tuple[str, ...]:
    return (
        row.agent_name,
        figures.count(row.invocations),
        f"{row.said_accepted}/{row.said_rejected}",
        f"{row.inferred_accepted}/{row.inferred_rejected}",
        *map(figures.count, (row.unknown, row.corrected, row.redone, row.reinvoked)),
    )


def _certain(found: Difference) -> str:
    if found.change is None or found.change_low is None or found.change_high is None:
        return f"change: not enough data, fewer than {FEW} on a side"
    sure = rates.direction(found.change_low, found.change_high)
    word = {1: "better for certain", -1: "worse for certain", 0: "no certain change"}[sure]
    return (
        f"change: {figures.points(found.change)} points ({rates.bounds(found.change_low, found.change_high)}), {word}"
    )
