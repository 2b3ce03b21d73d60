"""Where a confidence threshold should move: up for agents that do worse than the others, down for those that do better.

The yardstick is the median of the other agents' rates, for one bad agent must not make all others look good. A move is
proposed only when three things hold: the agent's interval lies beyond the yardstick by a margin, so great a distance is
more than chance even among so many agents, and kinds of evidence do not contradict each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from afteraction.analytics.agents import FEW
from afteraction.analytics.concentration import FALSE_FINDS
from afteraction.analytics.statistics.binomial import chance_of_at_least
from afteraction.analytics.statistics.false_discovery import false_discovery_rates
from afteraction.analytics.statistics.wilson import wilson
from afteraction.learning.proposal import Proposal, TooFew, percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from afteraction.learning.rules_file import AgentRule, Rules

MARGIN = 0.05
"""So far beyond the yardstick an interval has to lie: the yardstick itself is not known exactly."""
SMALLEST_MOVE = 0.01
OTHERS = 2
"""So many other agents make a yardstick; one of few runs is none."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How often something went well for one agent."""

    agent: str
    good: int
    n: int


@dataclass(frozen=True, slots=True)
class Gap:
    """How far one agent lies from the others, where it is certain."""

    what: str
    """The name of the evidence, such as ``success``."""
    tally: Tally
    usual: float
    """The median rate of the other agents."""
    chance: float

    @property
    def size(self) -> float:
        """The agent's rate less the usual one."""
        return self.tally.good / self.tally.n - self.usual


def threshold_moves(rules: Rules, evidence: Mapping[str, Sequence[Tally]]) -> list[Proposal]:
    """A proposal for each agent of the file whose threshold the evidence would move; it is given by its name."""
    gaps = {what: _gaps(what, found) for what, found in evidence.items()}
    moves = []
    for rule in rules.agents:
        found = [gap for what in gaps if (gap := gaps[what].get(rule.name)) is not None]
        one_way = len({gap.size > 0 for gap in found}) == 1
        if rule.threshold is not None and one_way:
            move = _move(rules, rule, rule.threshold, max(found, key=lambda gap: abs(gap.size)))
            moves += [] if move is None else [move]
    return moves


def too_few(rules: Rules, success: Sequence[Tally]) -> list[TooFew]:
    """The agents of the file about which nothing can be said."""
    runs = {one.agent: one.n for one in success}
    known = sum(one.n >= FEW for one in success)
    found = []
    for rule in rules.agents:
        n = runs.get(rule.name, 0)
        if n < FEW:
            found.append(TooFew(rule.name, f"{n} of the {FEW} runs that a comparison needs"))
        elif known <= OTHERS:
            found.append(TooFew(rule.name, f"fewer than {OTHERS} other agents with {FEW} runs to compare with"))
    return found


def _gaps(what: str, tallies: Sequence[Tally]) -> dict[str, Gap]:
    known = [one for one in tallies if one.n >= FEW]
    if len(known) <= OTHERS:
        return {}
    usual = [median(other.good / other.n for other in known if other is not one) for one in known]
    chances = [_chance(one, at) for one, at in zip(known, usual, strict=True)]
    gaps = {}
    for one, at, chance, rate in zip(known, usual, chances, false_discovery_rates(chances), strict=True):
        low, high = wilson(one.good, one.n)
        if rate <= FALSE_FINDS and (low > at + MARGIN or high < at - MARGIN):
            gaps[one.agent] = Gap(what, one, at, chance)
    return gaps


def _chance(one: Tally, usual: float) -> float:
    """How likely so great a distance from the yardstick is, beyond the margin, in either direction."""
    better = chance_of_at_least(one.good, one.n, usual + MARGIN)
    worse = chance_of_at_least(one.n - one.good, one.n, 1 - usual + MARGIN)
    return min(1.0, 2 * min(better, worse))


def _move(rules: Rules, rule: AgentRule, now: float, gap: Gap) -> Proposal | None:
    wanted = now - rules.feedback_weight * gap.size
    after = round(min(max(wanted, rules.floor), rules.ceiling), 2)
    # a threshold that somebody put outside the bounds is not pulled the wrong way by them
    if abs(after - now) < SMALLEST_MOVE - 1e-9 or (after > now) != (gap.size < 0):
        return None
    low, high = wilson(gap.tally.good, gap.tally.n)
    rate = gap.tally.good / gap.tally.n
    side = "below" if gap.size < 0 else "above"
    reason = (
        f"{gap.what} {percent(rate)} of {gap.tally.n} (95%: {percent(low)} to {percent(high)}) "
        f"lies {side} the {percent(gap.usual)} usual among the other agents"
    )
    return Proposal(
        rule.name, "threshold", before=now, after=after, reason=reason, n=gap.tally.n, rate=rate, low=low, high=high,
        chance=gap.chance,
    )  # fmt: skip
