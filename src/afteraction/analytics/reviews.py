"""Reviews: how agents did this month, how workflows went this week, how content the user was today.

Each compares its period with the one before and judges only by intervals. Of twenty agents that did not change one is
still marked as changed: that is what 95% means, and why a verdict carries its numbers.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from afteraction.analytics.agents import FEW
from afteraction.analytics.difference import Difference, difference
from afteraction.analytics.retirement import BELOW
from afteraction.analytics.review_period import Period, span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from afteraction.analytics.scope import Scope
    from afteraction.store.index import Index

GOOD = 0.8
"""An agent whose upper bound lies below this needs work, whether or not it changed."""

Verdict = Literal["deprecate", "needs work", "improving", "steady", "few runs"]
_ORDER: tuple[Verdict, ...] = ("deprecate", "needs work", "improving", "steady", "few runs")


@dataclass(frozen=True, slots=True)
class AgentMonth:
    """One agent in a period and in the one before; rates and differences are fractions of 1, intervals cover 95%."""

    agent_name: str
    invocations: int
    success: int
    success_rate: float
    success_low: float
    """Wilson's lower bound."""
    success_high: float
    invocations_before: int
    success_before: int
    change: float | None
    """Success rate less the rate before; None when either side has fewer than ``FEW`` runs."""
    change_low: float | None
    """Newcombe's lower bound; it is a rise only when this is above 0."""
    change_high: float | None
    """It is a fall only when this is below 0."""
    median_ms: int | None
    median_ms_before: int | None
    cost_usd: float | None
    """None when no run has a known price."""
    cost_usd_before: float | None
    invocations_without_price: int


@dataclass(frozen=True, slots=True)
class AgentReview(AgentMonth):
    """The same, judged."""

    verdict: Verdict
    reason: str
    """What the verdict rests on, in words with the numbers."""


@dataclass(frozen=True, slots=True)
class MonthlyReview:
    """How effective each agent is."""

    period: Period
    agents: list[AgentReview]
    """Those to act on first."""


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """Whether the user took what one agent delivered in a period, and in the one before."""

    agent_name: str
    invocations: int
    said_accepted: int
    """The user said so, or a writer that names no source."""
    said_rejected: int
    inferred_accepted: int
    """Concluded from what happened afterwards, see acceptance.md."""
    inferred_rejected: int
    unknown: int
    """Runs of which nothing tells."""
    corrected: int
    """The user's next prompt said that it was wrong."""
    redone: int
    """The main agent gave it the same task again."""
    reinvoked: int
    """Runs before which the same agent had run and ended in the same session."""
    invocations_before: int
    said_accepted_before: int
    said_rejected_before: int
    inferred_accepted_before: int
    inferred_rejected_before: int
    corrected_before: int
    redone_before: int
    reinvoked_before: int


@dataclass(frozen=True, slots=True)
class DailyReview:
    """How content the user was."""

    period: Period
    said: Difference
    """Accepted of those that the user judged: the period against the one before."""
    inferred: Difference
    """The same of those about which something was inferred; never added to the user's word."""
    agents: list[Satisfaction]
    """Those with most rejections first."""


def monthly(index: Index, scope: Scope, *, now_ms: int) -> MonthlyReview:
    """The last four weeks of each agent against the four before."""
    at = span("monthly", scope, now_ms=now_ms)
    rows = [_judged(row) for row in index.ask("review_agents", AgentMonth, **at.values(), few=FEW)]
    return MonthlyReview(at.told(), sorted(rows, key=lambda row: _ORDER.index(row.verdict)))


def daily(index: Index, scope: Scope, *, now_ms: int) -> DailyReview:
    """The last 24 hours against those before."""
    at = span("daily", scope, now_ms=now_ms)
    rows = index.ask("review_satisfaction", Satisfaction, **at.values())
    return DailyReview(
        period=at.told(),
        said=difference(
            index,
            earlier=_share((row.said_accepted_before, row.said_rejected_before) for row in rows),
            later=_share((row.said_accepted, row.said_rejected) for row in rows),
        ),
        inferred=difference(
            index,
            earlier=_share((row.inferred_accepted_before, row.inferred_rejected_before) for row in rows),
            later=_share((row.inferred_accepted, row.inferred_rejected) for row in rows),
        ),
        agents=[row for row in rows if row.invocations],
    )


def _share(judged: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """The accepted of all agents, and of how many, from (accepted, rejected) of each."""
    counts = list(judged)
    return sum(accepted for accepted, _ in counts), sum(map(sum, counts))


def _judged(row: AgentMonth) -> AgentReview:
    verdict, reason = judge(row)
    return AgentReview(**asdict(row), verdict=verdict, reason=reason)


def judge(row: AgentMonth) -> tuple[Verdict, str]:
    """What to think of an agent, and why. A certain rise saves a bad agent: whoever is mending it should go on."""
    rate = f"{row.success} of {row.invocations} runs, 95%: {_range(row.success_low, row.success_high)}"
    if row.invocations < FEW:
        return "few runs", f"{row.success} of {row.invocations} runs, not enough to judge"
    if row.change_low is not None and row.change_low > 0:
        still = f", still below {GOOD:.0%}" if row.success_high < GOOD else ""
        return "improving", f"rose {_change(row)}{still}: {rate}"
    if row.success_high < BELOW:
        return "deprecate", f"below {BELOW:.0%} for certain: {rate}"
    if row.change_high is not None and row.change_high < 0:
        return "needs work", f"fell {_change(row)}: {rate}"
    if row.success_high < GOOD:
        return "needs work", f"below {GOOD:.0%} for certain: {rate}"
    return "steady", f"{'nothing to compare with' if row.change is None else 'no certain change'}: {rate}"


def _range(low: float, high: float) -> str:
    return f"{round(low * 100)}-{round(high * 100)}%"


def _change(row: AgentMonth) -> str:
    low, change, high = (round((number or 0) * 100) for number in (row.change_low, row.change, row.change_high))
    return f"{abs(change)} points (95%: {low:+d} to {high:+d})"
