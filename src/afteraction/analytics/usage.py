"""How much agents are used, when, and which of those that are defined are not.

What is defined comes from the definition files, which only the caller can find; an agent that never ran leaves nothing
in the records to count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.store.later import Later

if TYPE_CHECKING:
    from collections.abc import Iterable

    from afteraction.analytics.scope import Scope
    from afteraction.store.index import Index

RARELY = 3
"""An agent with at most so many runs is listed as hardly used."""


@dataclass(frozen=True, slots=True)
class AgentUsage:
    """How much one agent is used."""

    agent_name: str
    invocations: int
    share: float
    """Of all runs in the scope, as a fraction of 1."""
    sessions: int
    """Sessions in which it ran."""
    session_share: float | None
    """Of the sessions in which any agent ran; None when no run knows its session."""
    projects: int
    workflows: int
    days: int
    """UTC days on which it ran."""
    first_started_at_ms: int | None
    """Epoch ms."""
    last_started_at_ms: int | None
    total_time_ms: int | None
    """Time at work in all; None when no run tells."""


@dataclass(frozen=True, slots=True)
class BusyHour:
    """One hour of the week in which agents ran."""

    weekday: int
    """1 is Monday, UTC."""
    hour: int
    """0 to 23, UTC."""
    invocations: int


@dataclass(frozen=True, slots=True)
class DefinedAgent:
    """An agent that a file defines."""

    agent_name: str
    path: str
    """As records name it: relative to the project, or beginning with the name of the client's folder."""
    modified_ms: int
    """When the file was last changed, epoch ms."""


@dataclass(frozen=True, slots=True)
class HardlyUsed:
    """A defined agent that ran hardly ever, or never."""

    agent_name: str
    path: str
    modified_ms: int
    invocations: int
    last_started_at_ms: int | None
    """None when it never ran."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Everything about usage in a scope."""

    agents: list[AgentUsage]
    hours: list[BusyHour]
    hardly_used: list[HardlyUsed]
    """Defined agents with at most ``RARELY`` runs, those without any first."""


def busy_hours(index: Index, scope: Scope) -> list[BusyHour]:
    """The hours of the week in which agents ran."""
    return index.ask("busy_hours", BusyHour, **scope.values())


def usage(index: Index, scope: Scope, defined: Iterable[DefinedAgent] = ()) -> Usage:
    """Most and least used agents, the hours in which they run, and which of the ``defined`` ones hardly ran."""
    hours = Later(index, lambda beside: busy_hours(beside, scope))
    agents = index.ask("usage", AgentUsage, **scope.values())
    runs = {one.agent_name: one for one in agents}
    hardly = [
        HardlyUsed(
            agent_name=one.agent_name,
            path=one.path,
            modified_ms=one.modified_ms,
            invocations=runs[one.agent_name].invocations if one.agent_name in runs else 0,
            last_started_at_ms=runs[one.agent_name].last_started_at_ms if one.agent_name in runs else None,
        )
        for one in defined
        if one.agent_name not in runs or runs[one.agent_name].invocations <= RARELY
    ]
    return Usage(
        agents=agents,
        hours=hours.get(),
        hardly_used=sorted(hardly, key=lambda one: (one.invocations, one.agent_name)),
    )
