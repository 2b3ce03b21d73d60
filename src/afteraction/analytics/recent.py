"""The newest runs of a scope, each in a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.model import Status
    from afteraction.store.index import Index


@dataclass(frozen=True, slots=True)
class RecentRun:
    """One invocation in short; ``afteraction show`` tells the rest."""

    invocation_id: str
    agent_name: str
    started_at_ms: int | None
    """Epoch ms."""
    status: Status
    outcome_category: str | None
    execution_time_ms: int | None
    cost_usd: float | None
    project: str | None
    task_description: str | None
    error_message: str | None


def recent(index: Index, scope: Scope, *, most: int) -> list[RecentRun]:
    """The ``most`` recent runs, newest first."""
    return index.ask("recent", RecentRun, **scope.values(), most=most)
