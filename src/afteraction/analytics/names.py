"""The names of all agents, so that a mistyped one can be answered with the nearest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from afteraction.store.index import Index


@dataclass(frozen=True, slots=True)
class AgentName:
    """An agent that ran."""

    agent_name: str


def agent_names(index: Index) -> list[str]:
    """The names of all agents that ever ran, in order."""
    return [row.agent_name for row in index.ask("names", AgentName)]
