"""Each agent on one tier of models against itself on another, within the types of task that it was given on both.

An agent with itself and never with another: that agents differ says nothing of models. The type of task is all that is
held equal; who chose the model for a run may have had other reasons, which no record tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.analytics.agents import FEW

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.store.index import Index


@dataclass(frozen=True, slots=True)
class TierPair:
    """One agent on two tiers, other less this one; counts are of the types of task that both had."""

    agent_name: str
    tier: str
    """haiku, sonnet, opus or the model family's name."""
    runs: int
    success: int
    other_tier: str
    other_runs: int
    other_success: int
    alike_types: int
    """Types of task that both had."""
    difference: float
    """Of the success rates within these types, weighted by Mantel and Haenszel; a fraction of 1."""
    difference_low: float
    """95%: the other tier succeeds more often for certain only when this is above 0."""
    difference_high: float
    priced: int
    """Runs with a known price."""
    median_usd: float | None
    """Median cost of these; None without one."""
    median_low_usd: float | None
    """Lower end of the median's 95% interval."""
    median_high_usd: float | None
    other_priced: int
    other_median_usd: float | None
    other_median_low_usd: float | None
    other_median_high_usd: float | None

    @property
    def other_is_cheaper(self) -> bool:
        """Whether the other tier's median cost is lower for certain: the intervals of the two medians lie apart."""
        if self.priced < FEW or self.other_priced < FEW:
            return False
        low, high = self.median_low_usd, self.other_median_high_usd
        return low is not None and high is not None and high < low


def tier_pairs(index: Index, scope: Scope) -> list[TierPair]:
    """Every pair of tiers on which an agent has ``FEW`` runs of shared types of task, from either side; by agent."""
    return index.ask("tiers", TierPair, **scope.values(), few=FEW)
