"""How much was recorded in all: the head of a report.

A question of its own rather than a sum over the leaderboard's rows, because arithmetic belongs to SQL and a leaderboard
with ``--min-runs`` does not show every run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.store.index import Index


@dataclass(frozen=True, slots=True)
class Summary:
    """Totals over a scope."""

    invocations: int
    agents: int
    cost_usd: float | None
    """None when no invocation has a known price; else the sum over those that have."""
    invocations_without_price: int
    first_started_at_ms: int | None
    last_started_at_ms: int | None
    days: int | None
    """UTC days from the first to the last, both counted."""


def summary(index: Index, scope: Scope) -> Summary:
    """How much was recorded in all."""
    return index.ask("summary", Summary, **scope.values())[0]
