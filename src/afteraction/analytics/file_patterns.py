"""Which kinds of files an agent really changes, as patterns that rules can be written with.

Only endings and first folders: deeper patterns would be many, each of few runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.analytics.agents import FEW

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.store.index import Index


@dataclass(frozen=True, slots=True)
class FilePattern:
    """How often one agent changes files of one kind."""

    agent_name: str
    pattern: str
    """``**/*.py`` or ``src/**``."""
    runs: int
    """Runs that changed such a file."""
    agent_runs: int
    """Runs of the agent that changed any file of their project."""
    share: float
    """``runs`` of ``agent_runs``, as a fraction of 1."""
    share_low: float
    """Wilson's lower bound."""
    share_high: float


def file_patterns(index: Index, scope: Scope) -> list[FilePattern]:
    """Every pattern of every agent that changed files in at least ``FEW`` runs; the most frequent first."""
    return index.ask("file_patterns", FilePattern, **scope.values(), few=FEW)
