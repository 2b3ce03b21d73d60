"""The runs of a scope cut by one circumstance at a time: which models, projects and versions, how they ended.

One question for all of them rather than one each: they differ in nothing but the column, and one scan serves them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.store.index import Index


@dataclass(frozen=True, slots=True)
class Slice:
    """The runs that share one value of one circumstance; rates are fractions of 1."""

    circumstance: Literal["all", "model", "project", "agent version", "task type", "outcome"]
    value: str | None
    """The model's id, the project's path, the first 12 digits of the definition's sha256, the type of task, the
    outcome's category. None of ``all``, and where it is not known."""
    invocations: int
    success: int
    failure: int
    partial: int
    success_rate: float
    success_low: float
    """Wilson's lower bound."""
    success_high: float
    median_ms: int | None
    p90_ms: int | None
    cost_usd: float | None
    """None when no run has a known price; else the sum over those that have."""
    cost_per_success: float | None
    """What the runs with a known price cost, per success among them."""
    invocations_without_price: int
    first_started_at_ms: int | None
    """Epoch ms."""
    last_started_at_ms: int | None


def breakdown(index: Index, scope: Scope) -> list[Slice]:
    """All runs first, then each model, project, agent version, type of task and outcome, the most frequent first."""
    return index.ask("breakdown", Slice, **scope.values())
