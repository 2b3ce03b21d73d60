"""Reviews: how agents did this month, how workflows went this week, how content the user was today.

Each compares its period with the one before. A monthly verdict takes two things: the agent's interval says so, and it
is more than chance among so many agents (a false discovery rate of 5%). By intervals alone one agent in twenty would be
marked for nothing, and a review of twenty agents would mostly name one.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from afteraction.analytics.agents import FEW
from afteraction.analytics.concentration import FALSE_FINDS
from afteraction.analytics.difference import Difference, difference
from afteraction.analytics.retirement import BELOW
from afteraction.analytics.review_period import Period, span
from afteraction.analytics.statistics.binomial import chance_of_at_least
from afteraction.analytics.statistics.false_discovery import false_discovery_rates
from afteraction.analytics.statistics.over_representation import Stratum, chance_of_as_many

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from afteraction.analytics.scope import Scope
    from afteraction.store.index import Index

GOOD = 0.8
"""An agent whose upper bound lies below this needs work, whether or not it changed."""

Verdict = Literal["deprecate", "needs work", "improving", "steady", "no comparison", "few runs"]
_ORDER: tuple[Verdict, ...] = ("deprecate", "needs work", "improving", "steady", "no comparison", "few runs")


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
    found = index.ask("review_agents", AgentMonth, **at.values(), few=FEW)
    rows = [_judged(row, sure) for row, sure in zip(found, _certain(found), strict=True)]
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


@dataclass(frozen=True, slots=True)
class _Sure:
    """Which claims about one agent are more than chance among so many agents."""

    changed: bool
    below_good: bool
    below_half: bool


def _certain(rows: Sequence[AgentMonth]) -> list[_Sure]:
    """One for each row. Agents with few runs are not looked at, and cost the others nothing."""
    return [
        _Sure(*claims)
        for claims in zip(
            _believed([None if row.change is None else _chance_of_change(row) for row in rows]),
            _believed([_chance_of_level(row, GOOD) for row in rows]),
            _believed([_chance_of_level(row, BELOW) for row in rows]),
            strict=True,
        )
    ]


def _believed(chances: Sequence[float | None]) -> list[bool]:
    rates = iter(false_discovery_rates([chance for chance in chances if chance is not None]))
    return [chance is not None and next(rates) <= FALSE_FINDS for chance in chances]


def _chance_of_change(row: AgentMonth) -> float:
    """How likely so great a difference is where there is none, in either direction (Fisher's exact test)."""
    runs = row.invocations + row.invocations_before
    success = row.success + row.success_before
    rose = chance_of_as_many(row.success, [Stratum(runs, success, row.invocations)])
    fell = chance_of_as_many(row.invocations - row.success, [Stratum(runs, runs - success, row.invocations)])
    return min(1.0, 2 * min(rose, fell))


def _chance_of_level(row: AgentMonth, level: float) -> float | None:
    """How likely so few successes are for an agent of that rate (binomial, exact); None with few runs."""
    if row.invocations < FEW:
        return None
    return chance_of_at_least(row.invocations - row.success, row.invocations, 1 - level)


def _judged(row: AgentMonth, sure: _Sure) -> AgentReview:
    verdict, reason = _judge(row, sure)
    return AgentReview(**asdict(row), verdict=verdict, reason=reason)


def _judge(row: AgentMonth, sure: _Sure) -> tuple[Verdict, str]:
    """What to think of an agent, and why. A certain rise saves a bad agent: whoever is mending it should go on."""
    rate = f"{row.success} of {row.invocations} runs, 95%: {_range(row.success_low, row.success_high)}"
    if row.invocations < FEW:
        return "few runs", f"{row.success} of {row.invocations} runs, not enough to judge"
    if sure.changed and row.change_low is not None and row.change_low > 0:
        still = f", still below {GOOD:.0%}" if row.success_high < GOOD and sure.below_good else ""
        return "improving", f"rose {_change(row)}{still}: {rate}"
    if row.success_high < BELOW and sure.below_half:
        return "deprecate", f"below {BELOW:.0%} for certain: {rate}"
    if sure.changed and row.change_high is not None and row.change_high < 0:
        return "needs work", f"fell {_change(row)}: {rate}"
    if row.success_high < GOOD and sure.below_good:
        return "needs work", f"below {GOOD:.0%} for certain: {rate}"
    return _unmarked(row, rate)


def _unmarked(row: AgentMonth, rate: str) -> tuple[Verdict, str]:
    """What to say of an agent of which nothing is certain; only one that was compared is called steady."""
    if row.change is None or row.change_low is None or row.change_high is None:
        return "no comparison", f"fewer than {FEW} runs before, nothing to compare with: {rate}"
    if row.change_low <= 0 <= row.change_high:
        return "steady", f"no certain change: {rate}"
    went = "rose" if row.change > 0 else "fell"
    return "steady", f"{went} {_change(row)}, no more than chance among so many agents: {rate}"


def _range(low: float, high: float) -> str:
    return f"{round(low * 100)}-{round(high * 100)}%"


def _change(row: AgentMonth) -> str:
    low, change, high = (round((number or 0) * 100) for number in (row.change_low, row.change, row.change_high))
    return f"{abs(change)} points (95%: {low:+d} to {high:+d})"
