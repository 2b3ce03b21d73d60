"""How an agent did before and after its rule was changed.

Before is as long as after, but at least ``LEAST_DAYS``: a rule of yesterday is compared with weeks, not with a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.analytics.agents import FEW
from afteraction.moments import DAY_MS

if TYPE_CHECKING:
    from afteraction.store.index import Index

LEAST_DAYS = 28


@dataclass(frozen=True, slots=True)
class RuleEffect:
    """One agent's runs on both sides of a moment; differences are fractions of 1, their intervals Newcombe's, 95%."""

    runs_before: int
    success_before: int
    runs_after: int
    success_after: int
    change: float | None
    """Success rate after less before; None when either side has fewer than ``FEW`` runs."""
    change_low: float | None
    """It is a rise for certain only when this is above 0."""
    change_high: float | None
    judged_before: int
    """Runs of which it is known whether the user accepted them."""
    accepted_before: int
    judged_after: int
    accepted_after: int
    accepted_change: float | None
    """Rate of acceptance after less before; None when either side has fewer than ``FEW`` verdicts."""
    accepted_change_low: float | None
    accepted_change_high: float | None


def rule_effect(index: Index, agent: str, *, at_ms: int, until_ms: int) -> RuleEffect:
    """What an agent did before ``at_ms``, and from then on until ``until_ms``; both epoch ms."""
    before_ms = at_ms - max(until_ms - at_ms, LEAST_DAYS * DAY_MS)
    values: dict[str, str | float | None] = {"from_ms": before_ms, "at_ms": at_ms, "until_ms": until_ms}
    (found,) = index.ask("rule_effect", RuleEffect, agent=agent, few=FEW, **values)
    return found
