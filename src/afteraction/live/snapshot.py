"""What runs and what has just ended, as plain values.

Nothing in a snapshot moves with the clock: two looks at a world in which nothing happened are equal, so whoever shows
it compares them to learn whether there is anything to show, and counts the elapsed time himself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from afteraction.model import Status


@dataclass(frozen=True, slots=True)
class RunningAgent:
    """One subagent at work; every text is cleared as a record's would be."""

    agent_id: str
    agent_name: str
    description: str | None
    """What it was asked, in short; None while the client has not written it down."""
    started_at_ms: int
    """When its present round began, epoch ms."""
    background: bool | None
    """None where nothing tells."""
    parent_agent_id: str | None
    """The subagent that started it; None for the main thread's, and where nothing tells."""
    session_id: str | None
    project: str | None


@dataclass(frozen=True, slots=True)
class EndedAgent:
    """One subagent that has ended: its record, or until there is one what the hooks claim."""

    agent_id: str | None
    invocation_id: str | None
    """None while there is no record."""
    agent_name: str
    description: str | None
    started_at_ms: int | None
    """Epoch ms."""
    ended_at_ms: int | None
    """Epoch ms; None where nobody saw the end."""
    execution_time_ms: int | None
    status: Status | None
    """None while nothing is decided."""
    reason: str | None
    """The outcome's category; None while nothing is decided."""
    error_message: str | None
    session_id: str | None
    project: str | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One moment."""

    running: tuple[RunningAgent, ...] = ()
    """By the time they started; an agent stands behind its parent."""
    ended: tuple[EndedAgent, ...] = ()
    """The newest first."""
