"""What the columns of the view ``invocations`` mean: the contract of ``sql`` and ``export``.

Said once, here; a test holds the names against the view itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from afteraction.store.index import Index

MEANINGS = {
    "invocation_id": "The invocation: inv-<UTC date>-<key>.",
    "workflow_id": "The workflow it belongs to.",
    "parent_invocation_id": "The invocation that spawned it.",
    "agent_name": "The client's agent type, verbatim.",
    "task_description": "The spawn call's description, redacted.",
    "timestamp": "When it started, UTC, as the record has it.",
    "status": "success, failure or partial.",
    "execution_time_ms": "Time at work: the sum of its rounds.",
    "error_message": "What went wrong, redacted.",
    "error_masked": "The same without numbers, paths and ids, so that like messages are equal.",
    "user_accepted": "Whether the user accepted the work.",
    "started_at_ms": "When it started, milliseconds since 1970, UTC.",
    "ended_at_ms": "When its last round ended, milliseconds since 1970, UTC.",
    "date": "The UTC date on which it started.",
    "hour": "The UTC hour in which it started, 0 to 23.",
    "weekday": "The UTC weekday on which it started, 1 is Monday.",
    "model_tier": "haiku, sonnet, opus or the model family's name.",
    "tools_used": "Tools in order of first use.",
    "files_modified": "Files it changed, relative to the project.",
    "schema_version": "The version of the record's schema.",
    "source": "hook, import or api.",
    "client": "The program that ran it.",
    "client_version": "That program's version.",
    "session_id": "The client's session.",
    "prompt_id": "The user's prompt that set it off.",
    "tool_use_id": "The call that spawned it.",
    "agent_id": "The client's own id of it.",
    "traceparent": "The caller's trace, where its environment named one.",
    "project": "The folder the session works in.",
    "model": "The model of its last reply.",
    "tokens_input": "Input tokens, without cached ones.",
    "tokens_output": "Output tokens.",
    "tokens_cache_read": "Tokens read from the prompt cache.",
    "tokens_cache_creation": "Tokens written to the prompt cache.",
    "cost_usd": "What it cost in US dollars; null without a known price.",
    "tool_calls": "Calls of tools, denied ones included.",
    "tool_errors": "Tool results marked as errors.",
    "tools": "Tool and how often it was called.",
    "files_read": "Files it read, relative to the project.",
    "lines_added": "Lines its edits added.",
    "lines_removed": "Lines its edits removed.",
    "background": "Whether it ran beside its parent.",
    "depth": "1 when the main thread spawned it, 2 below that, and so on.",
    "rounds": "How often it was set to work.",
    "definition_path": "The file that defines the agent.",
    "definition_sha256": "That file's digest at the time.",
    "task_type": "What kind of task it was: as the record says, else by docs/task-types.md.",
    "outcome_category": "Why it has its status.",
    "outcome_evidence": "The events and lines that decided it.",
    "acceptance_source": "explicit or inferred.",
    "acceptance_signal": "What told of acceptance.",
    "acceptance_at": "When that was.",
    "acceptance_evidence": "The transcript line that told.",
    "acceptance_note": "What the user said about it, redacted.",
}
"""Column → meaning; null is unknown in each."""


@dataclass(frozen=True, slots=True)
class NamedType:
    """A column and its type as DuckDB names it."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the view ``invocations``."""

    name: str
    type: str
    """As DuckDB names it."""
    meaning: str


def columns(index: Index) -> list[Column]:
    """The columns of the view in order."""
    return [Column(found.name, found.type, MEANINGS[found.name]) for found in index.ask("columns", NamedType)]
