"""Which agents made the runs that somebody has checked.

A check names the run and not the agent, so that it cannot name the wrong one; the records know who ran.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from afteraction.analytics.scope import Scope
    from afteraction.store.index import Index


@dataclass(frozen=True, slots=True)
class CheckedRun:
    """One run that was checked."""

    invocation_id: str
    agent_name: str


def checked_runs(index: Index, scope: Scope, invocation_ids: Collection[str]) -> list[CheckedRun]:
    """Those of the ids of which a run is recorded in the scope."""
    if not invocation_ids:
        return []
    return index.ask("checked", CheckedRun, **scope.values(), invocation_ids=" ".join(sorted(invocation_ids)))
