"""Which tier of models an agent should run on: one that succeeds more often, or a cheaper one that is no worse.

An agent is compared with itself, within types of task. "No worse" is a claim of its own and not the absence of a
difference: few runs show none whatever is true, so the interval of the difference has to lie above -5 points.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING

from afteraction.analytics.concentration import FALSE_FINDS
from afteraction.analytics.statistics.false_discovery import false_discovery_rates
from afteraction.analytics.statistics.wilson import wilson
from afteraction.learning.proposal import Proposal, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from afteraction.analytics.tiers import TierPair
    from afteraction.analytics.track_record import TrackRecord
    from afteraction.learning.rules_file import Rules

MARGIN = 0.05
"""So much better a tier has to be, and so much worse a cheaper one must not be; less is not worth a change."""
_NORMAL = NormalDist()
_Z = _NORMAL.inv_cdf(0.975)


def tier_changes(rules: Rules, records: Sequence[TrackRecord], pairs: Sequence[TierPair]) -> list[Proposal]:
    """At most one proposal for each agent of the file; a better tier goes before a cheaper one."""
    usual = {one.agent_name: one.model_tier for one in records}
    now = {
        rule.name: rule.model_tier.strip().lower() if rule.model_tier else usual.get(rule.name) for rule in rules.agents
    }
    asked = [one for one in pairs if now.get(one.agent_name) == one.tier]
    better = _certain(asked, MARGIN)
    no_worse = _certain([one for one in asked if one.other_is_cheaper], -MARGIN)
    found = []
    for rule in rules.agents:
        best = max(better.get(rule.name, ()), key=lambda one: one[0].difference_low, default=None)
        cheapest = min(no_worse.get(rule.name, ()), key=lambda one: one[0].other_median_usd or 0, default=None)
        chosen = best or cheapest
        if chosen is not None:
            reason = _why_better(chosen[0]) if best else _why_cheaper(chosen[0])
            found.append(_proposal(rule.model_tier, *chosen, reason))
    return found


def _certain(pairs: Sequence[TierPair], above: float) -> dict[str, list[tuple[TierPair, float]]]:
    """By agent, the pairs whose difference lies above that for certain among so many, with the chance of each."""
    chances = [_chance(one, above) for one in pairs]
    found: dict[str, list[tuple[TierPair, float]]] = {}
    for one, chance, rate in zip(pairs, chances, false_discovery_rates(chances), strict=True):
        if one.difference_low > above and rate <= FALSE_FINDS:
            found.setdefault(one.agent_name, []).append((one, chance))
    return found


def _chance(one: TierPair, above: float) -> float:
    """How likely so high a difference is where the true one is ``above``; doubled, as the interval has two sides."""
    reach = one.difference - one.difference_low
    return min(1.0, 2 * (1 - _NORMAL.cdf(_Z * (one.difference - above) / reach))) if reach > 0 else 1.0


def _proposal(before: str | None, one: TierPair, chance: float, reason: str) -> Proposal:
    low, high = wilson(one.other_success, one.other_runs)
    return Proposal(
        one.agent_name, "tier", before=before, after=one.other_tier, reason=reason, n=one.other_runs,
        rate=one.other_success / one.other_runs, low=low, high=high, chance=chance,
    )  # fmt: skip


def _why_better(one: TierPair) -> str:
    return f"{_sides(one)}: {_points(one)}; {_costs(one)}"


def _why_cheaper(one: TierPair) -> str:
    return f"{_costs(one)}; no worse by {MARGIN * 100:.0f} points or more, for certain: {_sides(one)}, {_points(one)}"


def _sides(one: TierPair) -> str:
    return (
        f"on {one.other_tier} succeeds in {percent(one.other_success / one.other_runs)} of {one.other_runs} runs, "
        f"on {one.tier} in {percent(one.success / one.runs)} of {one.runs}"
    )


def _points(one: TierPair) -> str:
    change, low, high = (round(number * 100) for number in (one.difference, one.difference_low, one.difference_high))
    return f"{change:+d} points within types of task (95%: {low:+d} to {high:+d})"


def _costs(one: TierPair) -> str:
    if one.median_usd is None or one.other_median_usd is None:
        return "their prices are not known"
    return (
        f"a run costs ${one.other_median_usd:.4f} on {one.other_tier} and ${one.median_usd:.4f} on {one.tier} "
        f"(medians of {one.other_priced} and {one.priced})"
    )
