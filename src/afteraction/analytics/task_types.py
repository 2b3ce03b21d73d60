"""Which agent succeeds at which type of task.

Within a type agents are ranked as on the leaderboard, by the interval's lower bound; across types their rates do not
compare, because exploring succeeds more often than debugging whoever does it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.store.index import Index


@dataclass(frozen=True, slots=True)
class AgentTask:
    """One agent at one type of task; rates are fractions of 1, intervals cover 95%."""

    task_type: str | None
    agent_name: str
    invocations: int
    success: int
    failure: int
    partial: int
    success_rate: float
    success_low: float
    """Wilson's lower bound."""
    success_high: float
    median_ms: int | None
    cost_usd: float | None
    """None when no run has a known price; else the sum over those that have."""
    cost_per_success: float | None
    """What the runs with a known price cost, per success among them."""
    invocations_without_price: int


def agent_tasks(index: Index, scope: Scope, *, min_runs: int = 0) -> list[AgentTask]:
    """Every agent at every type of task that it was given; the most frequent type first, in it the best agent first."""
    return index.ask("task_types", AgentTask, **scope.values(), min_runs=min_runs)
