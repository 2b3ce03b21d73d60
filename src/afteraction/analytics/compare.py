"""Two agents, or one before and after an edit: which succeeds more often, by how much, and whether that compares.

The plain difference answers "which did better", the one within models and types of task "which is better": an agent
that was given the larger model, or the easier tasks, should not win by that. Where nothing is shared, nothing is said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from afteraction.analytics.agents import FEW
from afteraction.analytics.sides import Side

if TYPE_CHECKING:
    from afteraction.analytics.edits import Edit
    from afteraction.analytics.scope import Scope
    from afteraction.store.index import Index

_SHA_SAID = 8


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
    alike_cases: int
    """Pairs of model and type of task that both sides had."""
    alike_a_runs: int
    """Runs of one of these."""
    alike_b_runs: int
    alike_difference: float | None
    """The difference within these cases, weighted by Mantel and Haenszel; None when either side has fewer than
    ``FEW`` runs of one of them: then the sides are not comparable."""
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
    a_explicit_accepted: int
    a_explicit: int
    """Runs of which the user, or a writer that names no source, said whether they were accepted."""
    b_explicit_accepted: int
    b_explicit: int
    explicit_difference: float | None
    """Accepted of these, b less a; None when either side has fewer than ``FEW`` of them."""
    explicit_low: float | None
    """Newcombe's lower bound."""
    explicit_high: float | None
    a_inferred_accepted: int
    a_inferred: int
    """Runs of which acceptance was inferred, see acceptance.md."""
    b_inferred_accepted: int
    b_inferred: int
    inferred_difference: float | None
    """The same of these, never of both together."""
    inferred_low: float | None
    inferred_high: float | None


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


def compare_versions(index: Index, scope: Scope, edit: Edit) -> Comparison:
    """What lies between the runs before an edit of a definition and those after it, up to the last of these."""
    a = Side(
        f"{edit.agent_name}@{edit.sha_before[:_SHA_SAID]}", edit.agent_name, edit.sha_before, edit.first_run_before_ms
    )
    b = Side(
        f"{edit.agent_name}@{edit.sha_after[:_SHA_SAID]}", edit.agent_name, edit.sha_after, edit.first_run_after_ms
    )
    found = compare(index, replace(scope, until_ms=edit.last_run_after_ms + 1), a, b)
    assert found is not None  # noqa: S101 - an edit has runs on both sides
    return found
