"""What speaks for and against each agent: counts only, so that whoever judges them chooses the comparison."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.store.index import Index


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """One agent's counts over a scope."""

    agent_name: str
    runs: int
    success: int
    judged: int
    """Runs of which it is known whether the user accepted them, said or inferred."""
    accepted: int
    model_tier: str | None
    """The tier it ran with most often."""


def track_records(index: Index, scope: Scope) -> list[TrackRecord]:
    """Every agent's counts, by name."""
    return index.ask("track_record", TrackRecord, **scope.values())
