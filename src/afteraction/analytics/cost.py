"""What runs cost: by agent, model, project, day, week or month.

The price of a success divides what all priced runs cost by those of them that succeeded: what failed was paid for too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.store.index import Index

CostBy = Literal["agent", "model", "project", "day", "week", "month"]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one part of a scope cost."""

    part: str | None
    """The agent, model or project, or the first day of the time (UTC); None where it is not known."""
    invocations: int
    success: int
    cost_usd: float | None
    """The sum over the runs with a known price; None when no run has one."""
    cost_share: float | None
    """Of what the whole scope cost, as a fraction of 1."""
    cost_per_success: float | None
    """What the runs with a known price cost, per success among them; None without one."""
    invocations_without_price: int
    tokens_input: int | None
    """Input tokens without cached ones; None when no run tells."""
    tokens_output: int | None
    tokens_cache_read: int | None
    tokens_cache_creation: int | None
    invocations_without_tokens: int


def cost(index: Index, scope: Scope, *, by: CostBy = "agent") -> list[Cost]:
    """The cost of each part; the dearest first, times in their order."""
    return index.ask("cost", Cost, **scope.values(), by=by)
