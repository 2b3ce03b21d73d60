"""Success of every agent over time, in a few equal parts, for a line in a table cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.store.index import Index

PARTS = 16


@dataclass(frozen=True, slots=True)
class SparkPart:
    """One agent in one part of the time."""

    agent_name: str
    part: int
    """0 for the oldest."""
    invocations: int
    success: int


def sparklines(index: Index, scope: Scope) -> dict[str, list[SparkPart]]:
    """The parts in which each agent ran, oldest first, of ``PARTS`` between the first and the last run of the scope."""
    found: dict[str, list[SparkPart]] = {}
    for row in index.ask("sparklines", SparkPart, **scope.values(), parts=PARTS):
        found.setdefault(row.agent_name, []).append(row)
    return found
