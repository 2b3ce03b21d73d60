"""Two agents, or one before and after an edit: which succeeds more often, by how much, and whether that compares.

The plain difference answers "which did better", the one within models "which is better": an agent that was given the
larger model, or the easier project, should not win by that. Where nothing is shared, nothing is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from afteraction.analytics.agents import FEW

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.analytics.sides import Side
    from afteraction.store.index import Index


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides and what lies between them, always b less a; rates and their differences are fractions of 1."""

    a: str
    """What the side was called."""
    b: str
    a_runs: int
    a_success: int
    a_rate: float
    a_low: float
    """Wilson's lower bound."""
    a_high: float
    b_runs: int
    b_success: int
    b_rate: float
    b_low: float
    b_high: float
    difference: float | None
    """None when either side has fewer than ``FEW`` runs."""
    difference_low: float | None
    """Newcombe's lower bound; b succeeds more often for certain only when this is above 0."""
    difference_high: float | None
    """It succeeds less often only when this is below 0."""
    alike_models: int
    """Models that both sides used."""
    alike_a_runs: int
    """Runs with one of these."""
    alike_b_runs: int
    alike_difference: float | None
    """The difference within these models, weighted by Mantel and Haenszel; None when either side has fewer than
    ``FEW`` runs with one of them: then the sides are not comparable."""
    alike_low: float | None
    alike_high: float | None
    a_median_ms: int | None
    b_median_ms: int | None
    median_difference_ms: int | None
    """None when either side has fewer than ``FEW`` runs of known duration."""
    median_low_ms: int | None
    """b is slower for certain only when this is above 0."""
    median_high_ms: int | None
    """It is faster only when this is below 0."""
    a_cost_usd: float | None
    """None when no run has a known price; else the sum over those that have."""
    b_cost_usd: float | None
    a_cost_per_success: float | None
    """What the runs with a known price cost, per success among them."""
    b_cost_per_success: float | None
    a_without_price: int
    b_without_price: int


@dataclass(frozen=True, slots=True)
class CaseMix:
    """How often each side ran with one model, in one project, or at one type of task."""

    circumstance: Literal["model", "project", "task type"]
    value: str | None
    """The model's id, the project's path, or the type of task; None where it is not known."""
    a_runs: int
    a_success: int
    a_low: float | None
    """Wilson's lower bound of the success rate; None without runs."""
    a_high: float | None
    b_runs: int
    b_success: int
    b_low: float | None
    b_high: float | None


def compare(index: Index, scope: Scope, a: Side, b: Side) -> Comparison | None:
    """Success, time and cost of two sides and what lies between them; None when either has no run in the scope."""
    rows = index.ask("compare", Comparison, **scope.values(), **_values(a, b), a=a.name, b=b.name, few=FEW)
    return rows[0] if rows else None


def case_mix(index: Index, scope: Scope, a: Side, b: Side) -> list[CaseMix]:
    """The runs of two sides by model, project and type of task, the most frequent first."""
    return index.ask("case_mix", CaseMix, **scope.values(), **_values(a, b))


def _values(a: Side, b: Side) -> dict[str, str | float | None]:
    return {
        "agent_a": a.agent,
        "agent_b": b.agent,
        "sha_a": a.sha256,
        "sha_b": b.sha256,
        "since_a": a.since_ms,
        "since_b": b.since_ms,
    }
