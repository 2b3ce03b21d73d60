"""What one invocation and one workflow are: the shape of the files that users own.

These are frozen ``msgspec`` structs rather than dataclasses: the same class is the schema, the decoder and the
encoder, and decoding 100,000 files takes one second instead of ten. Every field but the ten that a foreign writer
must give has a default of None: absent reads as unknown, and unknown is never 0.
"""

from __future__ import annotations

from typing import Literal

import msgspec

SCHEMA_VERSION = 1

Status = Literal["success", "failure", "partial"]


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens summed over the distinct message ids of the subagent's own transcript."""

    input: int | None = None
    output: int | None = None
    cache_read: int | None = None
    cache_creation: int | None = None


class AgentDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """The definition file of an agent as it was when the invocation ran."""

    path: str | None = None
    sha256: str | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Why an invocation has its status."""

    category: str
    """One of ``afteraction.collector.outcome.CATEGORIES``."""
    evidence: tuple[str, ...] = ()
    """What decided, each as ``where: what``; identifiers and fixed words only, never text of the session."""


class Acceptance(msgspec.Struct, frozen=True, kw_only=True):
    """Who or what told whether the user accepted the work."""

    source: Literal["explicit", "inferred"]
    signal: str | None = None
    """``feedback`` for the user's own word, else the name of the rule that inferred it."""
    at: str | None = None
    """When it was said or done, UTC."""
    evidence: tuple[str, ...] = ()
    """What an inference rests on, as in ``Outcome``; empty for the user's own word."""
    note: str | None = None
    """What the user added to it, redacted."""


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known about an invocation beyond the ten top-level keys; None is unknown."""

    model_tier: str | None = None
    """The model's family: haiku, sonnet, opus, or the family name as the model id gives it."""
    tools_used: tuple[str, ...] | None = None
    """Distinct tool names in order of first use."""
    files_modified: tuple[str, ...] | None = None
    """Relative to the project where inside it, in order of first change."""
    schema_version: int | None = None
    source: Literal["hook", "import", "api"] | None = None
    client: str | None = None
    client_version: str | None = None
    session_id: str | None = None
    prompt_id: str | None = None
    tool_use_id: str | None = None
    agent_id: str | None = None
    traceparent: str | None = None
    """Where the client's caller stood in its own trace, as W3C Trace Context writes it."""
    project: str | None = None
    model: str | None = None
    tokens: Tokens | None = None
    cost_usd: float | None = None
    tool_calls: int | None = None
    tool_errors: int | None = None
    tools: dict[str, int] | None = None
    files_read: tuple[str, ...] | None = None
    lines_added: int | None = None
    lines_removed: int | None = None
    background: bool | None = None
    depth: int | None = None
    """1 for an agent the main thread spawned, 2 for one that such an agent spawned, and so on."""
    rounds: int | None = None
    """How often the agent was set to work: 1, and one more for each message that resumed it."""
    ended_at: str | None = None
    """When its last round ended, UTC; later than timestamp + execution_time_ms when it waited between rounds."""
    agent_definition: AgentDefinition | None = None
    task_type: str | None = None
    outcome: Outcome | None = None
    acceptance: Acceptance | None = None


class Invocation(msgspec.Struct, frozen=True, kw_only=True):
    """One subagent's life, from spawn to its last stop: the record, one JSON file each."""

    invocation_id: str
    workflow_id: str | None
    parent_invocation_id: str | None
    agent_name: str
    task_description: str | None
    timestamp: str
    """When it started, UTC, ``2025-10-30T12:35:00.123Z``."""
    status: Status
    execution_time_ms: int | None
    error_message: str | None
    user_accepted: bool | None
    metadata: Metadata = Metadata()


class WorkflowInvocation(msgspec.Struct, frozen=True, kw_only=True):
    """One invocation as its workflow lists it."""

    invocation_id: str
    parent_invocation_id: str | None
    agent_name: str
    status: Status
    started_at: str
    ended_at: str | None
    user_accepted: bool | None = None


class WorkflowTotals(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over a workflow; a sum is None when no invocation knows its part."""

    invocations: int
    success: int
    failure: int
    partial: int
    denied: int
    """Spawn calls that a hook, a permission or the user refused before any subagent existed."""
    tool_calls: int | None
    tool_errors: int | None
    tokens: Tokens | None
    cost_usd: float | None


class Workflow(msgspec.Struct, frozen=True, kw_only=True):
    """All invocations that one user prompt set off, or that share ``OAK_WORKFLOW_ID``."""

    workflow_id: str
    session_id: str | None
    project: str | None
    started_at: str
    ended_at: str | None
    duration_ms: int | None
    status: Status | None
    """None when nothing ran: every spawn call was denied."""
    invocations: tuple[WorkflowInvocation, ...]
    agents: tuple[tuple[str, ...], ...]
    """The top-level agents in order; agents of one inner list ran at the same time."""
    totals: WorkflowTotals
    schema_version: int = SCHEMA_VERSION
