"""What every agent has done since the first record, by how it ended and by model.

The whole of durations and counts is answered, not an average: whoever makes metrics of it needs distributions, and
bounds of buckets belong to their convention, not here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from afteraction.model import Status
    from afteraction.store.index import Index


@dataclass(frozen=True, slots=True)
class AgentTotal:
    """All invocations of one agent that ended alike on one model."""

    agent_name: str
    status: Status
    category: str | None
    model: str | None
    first_started_at_ms: int
    """When the first invocation of all started, of whichever agent."""
    invocations: int
    cost_usd: float | None
    """None when no invocation has a known price."""
    durations_ms: list[int] | None
    """None when none is known."""
    input_tokens: list[int] | None
    """Of each invocation, those from and for the cache included; None when none is known."""
    output_tokens: list[int] | None


def agent_totals(index: Index) -> list[AgentTotal]:
    """What every agent has done since the first record, by how it ended and by model."""
    return index.ask("agent_totals", AgentTotal)
