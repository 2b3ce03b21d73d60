"""What is stored of suggested agents and of validations, besides the records.

One JSON file for each event, by UTC day like the records: who suggests agents writes often and from several processes
at once, and files of their own need no lock and no order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from afteraction.store.atomic import write_atomic

if TYPE_CHECKING:
    from afteraction.paths import Root

EVENT_VERSION = 1
Decision = Literal["accepted", "rejected", "modified", "ignored"]


class SuggestedAgent(msgspec.Struct, frozen=True, kw_only=True):
    """One agent that was suggested."""

    agent_name: str
    confidence: float | None = None
    """0 to 1, as whoever suggested it says."""
    reasons: tuple[str, ...] = ()
    """What triggered it, redacted."""


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """Agents that were suggested for one task, and what the user made of it."""

    suggestion_id: str
    """``sug-20251030-9f3c2a71b0de``."""
    timestamp: str
    """When it was logged, UTC."""
    workflow_id: str | None = None
    task_description: str | None = None
    """Redacted."""
    suggested: tuple[SuggestedAgent, ...]
    """In the order in which they were shown."""
    decision: Decision | None = None
    """None while the user has not decided, or nobody knows."""
    chosen: tuple[str, ...] | None = None
    """The agents that were used instead or after all; None when not known."""
    time_to_decide_ms: int | None = None
    schema_version: int = EVENT_VERSION


class Validation(msgspec.Struct, frozen=True, kw_only=True):
    """The result of one check of an agent's work."""

    validation_id: str
    """``val-20251030-9f3c2a71b0de``."""
    timestamp: str
    """When it was logged, UTC."""
    invocation_id: str | None = None
    workflow_id: str | None = None
    check: str
    """What was checked, such as ``tests`` or ``review``."""
    passed: bool | None = None
    """None when it could not be said."""
    score: float | None = None
    details: str | None = None
    """Redacted."""
    schema_version: int = EVENT_VERSION


def store_event(root: Root, event: Suggestion | Validation) -> None:
    """Write an event into its folder's day. OSError when it cannot be written."""
    folder, event_id = (
        (root.suggestions, event.suggestion_id)
        if isinstance(event, Suggestion)
        else (root.validations, event.validation_id)
    )
    content = msgspec.json.format(msgspec.json.encode(event), indent=2) + b"\n"
    write_atomic(folder / event.timestamp[:10] / f"{event_id}.json", content)
