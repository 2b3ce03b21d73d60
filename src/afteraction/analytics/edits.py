"""Whether an edit of an agent's definition helped.

Told from the runs alone: each knows the hash of the definition it ran with, so no history of the file is needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.analytics.agents import FEW

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.store.index import Index


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit of a definition, and the runs from the edit before it to the edit after it."""

    agent_name: str
    definition_path: str | None
    sha_before: str
    sha_after: str
    first_run_before_ms: int
    """Start of the first run with the earlier version, epoch ms."""
    first_run_after_ms: int
    """Start of the first run with the new version; the edit lies shortly before."""
    last_run_after_ms: int
    success_before: int
    runs_before: int
    rate_before: float
    """Fraction of 1."""
    before_low: float
    """Wilson's lower bound."""
    before_high: float
    success_after: int
    runs_after: int
    rate_after: float
    after_low: float
    """Wilson's lower bound."""
    after_high: float
    change: float | None
    """Rate after less rate before; None when either side has fewer than ``FEW`` runs."""
    change_low: float | None
    """Newcombe's lower bound; the edit helped for certain only when this is above 0."""
    change_high: float | None
    """It did harm for certain only when this is below 0."""


def edits(index: Index, scope: Scope) -> list[Edit]:
    """Success before and after every edit of a definition, oldest edit first."""
    return index.ask("edits", Edit, **scope.values(), few=FEW)
