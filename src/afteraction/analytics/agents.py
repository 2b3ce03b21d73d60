"""The leaderboard of agents.

Ranked by the lower bound of the success rate's interval, so that three lucky runs do not beat three hundred good ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from afteraction.moments import DAY_MS, HOUR_MS

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.store.index import Index

FEW = 10
"""Fewer runs than this are counted, not turned into a percentage."""

RECENT_DAYS = 7
"""How many days count as "lately" when a change is looked for."""

Sort = Literal["success", "cost", "runs", "speed", "change"]


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent's record over a scope; rates and differences are fractions of 1, intervals cover 95%."""

    agent_name: str
    invocations: int
    success: int
    failure: int
    partial: int
    success_rate: float
    success_low: float
    """Wilson's lower bound."""
    success_high: float
    recent_invocations: int
    """Runs in the last ``RECENT_DAYS`` days of the scope."""
    change: float | None
    """Success rate lately less the rate before; None when either side has fewer than ``FEW`` runs."""
    change_low: float | None
    """Newcombe's lower bound of the change; it is a rise only when this is above 0."""
    change_high: float | None
    """It is a fall only when this is below 0."""
    median_ms: int | None
    p90_ms: int | None
    tokens: int | None
    """All kinds, cached ones included, over the runs that tell; None when none does."""
    cost_usd: float | None
    """None when no run has a known price; else the sum over those that have."""
    cost_per_success: float | None
    """What the runs with a known price cost, per success among them."""
    invocations_without_price: int
    last_run: str | None
    """When it last started, UTC."""
    last_not_success: str | None
    """The id of its last invocation that failed or was partial."""
    explicit_accepted: int
    """By the user's word, or that of a writer that names no source; see `quality` for rates."""
    explicit_rejected: int
    inferred_accepted: int
    """By what happened afterwards; never added to the explicit ones."""
    inferred_rejected: int


def agents(index: Index, scope: Scope, *, now_ms: int, sort: Sort = "success", min_runs: int = 0) -> list[Agent]:
    """How often each agent succeeds, how sure that is, how fast it is and what it costs; the best by ``sort`` first."""
    end_ms = now_ms if scope.until_ms is None else min(now_ms, scope.until_ms)
    recent_ms = (end_ms - RECENT_DAYS * DAY_MS) // HOUR_MS * HOUR_MS  # whoever asks again soon asks the same
    return index.ask("agents", Agent, **scope.values(), recent_ms=recent_ms, few=FEW, sort=sort, min_runs=min_runs)
