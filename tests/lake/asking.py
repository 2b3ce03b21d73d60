"""What a lake answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from afteraction.analytics.recent import recent
from afteraction.analytics.scope import Scope

if TYPE_CHECKING:
    from afteraction.analytics.recent import RecentRun
    from afteraction.store.index import Index


def runs(index: Index) -> list[RecentRun]:
    """Every invocation that it counts, as often as it counts it."""
    return recent(index, Scope(), most=100_000)


def ids(index: Index) -> list[str]:
    """Their ids."""
    return sorted(run.invocation_id for run in runs(index))
