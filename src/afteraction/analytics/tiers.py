"""How an agent does on one tier of models against another, like with like.

Who chose the tier chose it for a reason. Comparing within types of task takes the reason out that the records show, and
no other: it is evidence, not an experiment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.analytics.agents import FEW
from afteraction.analytics.statistics.over_representation import Stratum, chance_of_as_many

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.store.index import Index


@dataclass(frozen=True, slots=True)
class TierComparison:
    """An agent's runs on two tiers, of the types of task that it had on both."""

    agent_name: str
    tier_a: str
    """haiku, sonnet, opus or the model family's name."""
    tier_b: str
    runs_a: int
    success_a: int
    runs_b: int
    success_b: int
    difference: float
    """Success on b less that on a, as a fraction of 1, weighted over types of task."""
    difference_low: float
    """Lower bound of its 95% interval."""
    difference_high: float
    cost_a_usd: float | None
    """What a run costs on a, weighted alike; None when no type of task has a price on both."""
    cost_b_usd: float | None
    stratum_runs: list[int]
    """Runs of each type of task on both tiers together."""
    stratum_success: list[int]
    stratum_b: list[int]
    """Of these runs, those on b."""

    @property
    def chance(self) -> float:
        """How likely b does as well or better if the tier made no difference (exact, within types of task)."""
        counts = zip(self.stratum_runs, self.stratum_success, self.stratum_b, strict=True)
        return chance_of_as_many(self.success_b, [Stratum(*one) for one in counts])


def tiers(index: Index, scope: Scope) -> list[TierComparison]:
    """Every agent's tiers that can be compared, each pair of them both ways."""
    return index.ask("tiers", TierComparison, **scope.values(), few=FEW)
