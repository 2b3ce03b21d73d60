"""Why runs fail: how many, in which words, and where they concentrate.

One function for all of it, because the clusters and the places they concentrate in are numbered alike and mean nothing
apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.analytics.concentration import FALSE_FINDS, Concentration, concentrations
from afteraction.analytics.failure_clusters import MOST, FailureCluster, failure_clusters
from afteraction.analytics.quality import RejectedGroup, rejected
from afteraction.analytics.suggestions import suggestion
from afteraction.store.later import Later

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.store.index import Index


@dataclass(frozen=True, slots=True)
class FailureTotals:
    """How many runs did not succeed."""

    runs: int
    failure: int
    partial: int
    failure_rate: float | None
    """Failures and partial results of all runs, as a fraction of 1; None without runs."""
    failure_low: float | None
    """Wilson's lower bound."""
    failure_high: float | None


@dataclass(frozen=True, slots=True)
class Failures:
    """Everything about the failures of a scope."""

    total: FailureTotals
    clusters: list[FailureCluster]
    suggestions: list[str]
    """What to change, for each cluster."""
    rejected: list[RejectedGroup]
    """Runs that ended well, and what they delivered was rejected: in none of the figures above."""
    concentrations: list[Concentration]
    """Every place that was looked at, for all failures (0) and each cluster; the most surprising first."""

    def found(self, cluster: int) -> list[Concentration]:
        """Where a cluster (0: all failures) concentrates beyond chance."""
        return [
            one for one in self.concentrations if one.cluster == cluster and one.false_discovery_rate <= FALSE_FINDS
        ]


def failure_totals(index: Index, scope: Scope) -> FailureTotals:
    """How many runs did not succeed."""
    return index.ask("failure_totals", FailureTotals, **scope.values())[0]


def failures(index: Index, scope: Scope, *, most: int = MOST) -> Failures:
    """How many runs failed, in which ``most`` frequent ways, and where they concentrate."""
    found = Later(index, lambda beside: failure_clusters(beside, scope, most=most))
    total = Later(index, lambda beside: failure_totals(beside, scope))
    thrown_away = Later(index, lambda beside: rejected(beside, scope))
    places = concentrations(index, scope, most=most)
    clusters = found.get()
    return Failures(
        total=total.get(),
        clusters=clusters,
        suggestions=[suggestion(cluster.category) for cluster in clusters],
        rejected=thrown_away.get(),
        concentrations=places,
    )
