"""What failures have in common: clusters of like messages.

A run that was cut short counts as a failure here as it does in the success rate: whoever asks what to mend wants both,
and each cluster says how many of it were partial.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.store.index import Index

MOST = 6
"""So many clusters are asked for unless more are wanted."""


@dataclass(frozen=True, slots=True)
class FailureCluster:
    """Runs that did not succeed for the same reason, in the same words."""

    cluster: int
    """1 for the most frequent, 2 for the next."""
    category: str | None
    """Why they did not succeed, see outcomes.md; None where no record says."""
    message: str | None
    """What their error messages have in common, see ``store/masking.sql``; None where they have none."""
    failed: int
    """How many runs."""
    partial: int
    """How many of them were cut short rather than failures."""
    share: float
    """Of all runs that did not succeed, as a fraction of 1."""
    share_low: float
    """Wilson's lower bound."""
    share_high: float
    agents: list[str]
    """The agents it happened to, most often first."""
    agent_counts: list[int]
    """How often it happened to each of them."""
    first_seen_ms: int | None
    """Start of the first run, epoch ms."""
    last_seen_ms: int | None
    examples: list[str]
    """Ids of the three newest invocations."""
    sample: str | None
    """The newest message as it was recorded."""


def failure_clusters(index: Index, scope: Scope, *, most: int = MOST) -> list[FailureCluster]:
    """The ``most`` frequent clusters of failures, most frequent first."""
    return index.ask("failure_clusters", FailureCluster, **scope.values(), most=most)
