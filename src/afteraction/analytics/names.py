"""The names of agents: of all, so that a mistyped one can be answered with the nearest, and of some invocations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from afteraction.store.index import Index


@dataclass(frozen=True, slots=True)
class AgentName:
    """An agent that ran."""

    agent_name: str


def agent_names(index: Index) -> list[str]:
    """The names of all agents that ever ran, in order."""
    return [row.agent_name for row in index.ask("names", AgentName)]


@dataclass(frozen=True, slots=True)
class NamedInvocation:
    """Whose an invocation is."""

    invocation_id: str
    agent_name: str


def agents_of(index: Index, invocation_ids: Iterable[str]) -> dict[str, str]:
    """The agent of each of these invocations that is recorded."""
    ids = " ".join(one for one in invocation_ids if " " not in one)
    return {row.invocation_id: row.agent_name for row in index.ask("agents_of", NamedInvocation, ids=ids)}
