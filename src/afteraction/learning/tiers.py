"""Which tier of models an agent should run on: one that succeeds more often, or a cheaper one that does not do worse.

That a tier is better is claimed when it is more than chance among all that were compared. That it is no worse is never
shown by the lack of a difference: the whole interval has to lie above what is called worse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from afteraction.analytics.concentration import FALSE_FINDS
from afteraction.analytics.statistics.false_discovery import false_discovery_rates
from afteraction.analytics.statistics.wilson import wilson
from afteraction.learning.proposal import Proposal, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from afteraction.analytics.tiers import TierComparison
    from afteraction.analytics.track_record import TrackRecord
    from afteraction.learning.rules_file import Rules

NOT_WORSE = -0.05
"""A cheaper tier may cost this much success at most, for certain."""
CHEAPER = 0.8
"""A cheaper tier costs at most this share of what the other costs."""


def tier_changes(rules: Rules, compared: Sequence[TierComparison], records: Sequence[TrackRecord]) -> list[Proposal]:
    """At most one for each agent of the file; where that names no tier, the one of most runs is the one to leave."""
    usual = {one.agent_name: one.model_tier for one in records}
    now = {rule.name: rule.model_tier or usual.get(rule.name) for rule in rules.agents}
    leaving = [one for one in compared if one.tier_a == now.get(one.agent_name)]
    rates = false_discovery_rates([one.chance for one in leaving])
    better = [one for one, rate in zip(leaving, rates, strict=True) if rate <= FALSE_FINDS and one.difference_low > 0]
    cheaper = [one for one in leaving if _is_cheaper(one) and one.difference_low > NOT_WORSE]
    found = []
    for rule in rules.agents:
        own = [one for one in better if one.agent_name == rule.name]
        thrifty = [one for one in cheaper if one.agent_name == rule.name]
        if own:
            best = max(own, key=lambda one: one.difference_low)
            found.append(_proposal(rule.model_tier, best, f"{_alike(best)}; {_costs(best)}", best.chance))
        elif thrifty:
            best = min(thrifty, key=lambda one: one.cost_b_usd or 0.0)
            reason = f"{_costs(best)}, and is less than {-NOT_WORSE * 100:.0f} points worse for certain: {_alike(best)}"
            found.append(_proposal(rule.model_tier, best, reason, None))
    return found


def _is_cheaper(one: TierComparison) -> bool:
    return one.cost_a_usd is not None and one.cost_b_usd is not None and one.cost_b_usd < CHEAPER * one.cost_a_usd


def _proposal(written: str | None, one: TierComparison, reason: str, chance: float | None) -> Proposal:
    low, high = wilson(one.success_b, one.runs_b)
    return Proposal(
        one.agent_name, "tier", before=written, after=one.tier_b, reason=reason, n=one.runs_b,
        rate=one.success_b / one.runs_b, low=low, high=high, chance=chance,
    )  # fmt: skip


def _alike(one: TierComparison) -> str:
    a, b = one.success_a / one.runs_a, one.success_b / one.runs_b
    return (
        f"on {one.tier_b} {percent(b)} of {one.runs_b} runs succeed, on {one.tier_a} {percent(a)} of {one.runs_a}; "
        f"at like tasks {one.difference * 100:+.0f} points (95%: {one.difference_low * 100:+.0f} to "
        f"{one.difference_high * 100:+.0f})"
    )


def _costs(one: TierComparison) -> str:
    if one.cost_a_usd is None or one.cost_b_usd is None:
        return "what it costs is not known"
    return f"a run costs ${one.cost_b_usd:.4f} instead of ${one.cost_a_usd:.4f}"
