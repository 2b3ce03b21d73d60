"""Builds records and workflow files as the collector leaves them, for tests that read.

Seeded, so that every run of the tests sees the same history; times count forward from one fixed moment.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import msgspec

from afteraction.model import (
    AgentDefinition,
    Invocation,
    Metadata,
    Outcome,
    Status,
    Tokens,
    Workflow,
    WorkflowInvocation,
    WorkflowTotals,
)
from afteraction.moments import DAY_MS, epoch_ms, utc_timestamp

if TYPE_CHECKING:
    from pathlib import Path

NOW_MS = epoch_ms("2025-10-30T18:00:00Z")
"""The moment at which the tests ask."""

PROFILES = {"Explore": 0.97, "code-reviewer": 0.9, "test-runner": 0.72, "frontend-developer": 0.6}
"""Agents of a generated history and how often each succeeds."""


def invocation(  # a builder: every keyword overrides one plausible value
    number: int = 1,
    *,
    agent: str = "Explore",
    status: Status = "success",
    started_ms: int = NOW_MS - DAY_MS,
    took_ms: int | None = 41_000,
    metadata: Metadata | None = None,
    **changes: Any,
) -> Invocation:
    """A plausible record; ``number`` makes its id."""
    record = Invocation(
        invocation_id=f"inv-{_compact_date(started_ms)}-{number:012x}",
        workflow_id=f"wf-{_compact_date(started_ms)}-{number:08x}",
        parent_invocation_id=None,
        agent_name=agent,
        task_description="Find where sessions are stored",
        timestamp=utc_timestamp(started_ms),
        status=status,
        execution_time_ms=took_ms,
        error_message=None if status == "success" else "API Error: 529 overloaded",
        user_accepted=None,
        metadata=full_metadata(status) if metadata is None else metadata,
    )
    return msgspec.structs.replace(record, **changes)


def full_metadata(status: Status = "success", **changes: Any) -> Metadata:
    """Metadata in which everything is known."""
    metadata = Metadata(
        model_tier="sonnet",
        tools_used=("Read", "Edit", "Bash"),
        files_modified=("src/auth.py",),
        schema_version=1,
        source="hook",
        client="claude-code",
        client_version="2.1.330",
        session_id="6f0c6a43-5a3e-4e0a-9a44-0d5f3f1c2b7e",
        prompt_id="1b9d2c57-8a63-4f0e-bb0f-3a1c5d7e9f20",
        tool_use_id="toolu_01ABC",
        agent_id="a37bc1d94e5f60718",
        project="/home/user/shop",
        model="claude-sonnet-4-5-20250929",
        tokens=Tokens(input=1_200, output=850, cache_read=45_000, cache_creation=3_000),
        cost_usd=0.0421,
        tool_calls=6,
        tool_errors=1,
        tools={"Read": 3, "Edit": 2, "Bash": 1},
        files_read=("src/auth.py", "src/session.py"),
        lines_added=12,
        lines_removed=3,
        background=False,
        depth=1,
        rounds=1,
        agent_definition=AgentDefinition(path=".claude/agents/explore.md", sha256="ab" * 32),
        outcome=Outcome(
            category="completed" if status == "success" else "api_error",
            evidence=("transcript: last reply ended its turn" if status == "success" else "transcript: API error 529",),
        ),
    )
    return msgspec.structs.replace(metadata, **changes)


def history(count: int, *, days: int = 28, seed: int = 7) -> list[Invocation]:
    """A seeded history of ``count`` records over the days before ``NOW_MS``."""
    dice = random.Random(seed)  # noqa: S311 - a history, not a secret
    records = []
    for number in range(count):
        agent = dice.choice(list(PROFILES))
        fails: Status = dice.choice(("failure", "failure", "partial"))
        status: Status = "success" if dice.random() < PROFILES[agent] else fails
        started_ms = NOW_MS - dice.randrange(1, days * DAY_MS)
        took_ms = round(dice.lognormvariate(10.5, 0.8))
        cost = None if dice.random() < 0.05 else round(dice.lognormvariate(-3, 0.7), 6)
        metadata = full_metadata(status, cost_usd=cost)
        records.append(
            invocation(number, agent=agent, status=status, started_ms=started_ms, took_ms=took_ms, metadata=metadata)
        )
    return records


def write_records(root: Path, *records: Invocation) -> list[Path]:
    """Write each record where spec §4 puts it below a telemetry root."""
    paths = []
    for record in records:
        folder = root / "invocations" / record.timestamp[:10]
        folder.mkdir(parents=True, exist_ok=True)
        name = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in record.agent_name)
        path = folder / f"{name}-{record.invocation_id.rpartition('-')[2]}.json"
        path.write_bytes(msgspec.json.format(msgspec.json.encode(record), indent=2))
        paths.append(path)
    return paths


def workflow(*records: Invocation, workflow_id: str = "wf-20251030-5d41402a") -> Workflow:
    """The workflow that links the records, in their order."""
    starts = [epoch_ms(record.timestamp) for record in records]
    ends = [_ended_ms(record) for record in records]
    known = [end for end in ends if end is not None]
    end = max(known) if known else None
    statuses = [record.status for record in records]
    return Workflow(
        workflow_id=workflow_id,
        session_id="6f0c6a43-5a3e-4e0a-9a44-0d5f3f1c2b7e",
        project="/home/user/shop",
        started_at=utc_timestamp(min(starts)),
        ended_at=None if end is None else utc_timestamp(end),
        duration_ms=None if end is None else end - min(starts),
        status="success" if set(statuses) == {"success"} else "partial",
        invocations=tuple(
            WorkflowInvocation(
                invocation_id=record.invocation_id,
                parent_invocation_id=record.parent_invocation_id,
                agent_name=record.agent_name,
                status=record.status,
                started_at=record.timestamp,
                ended_at=None if ended is None else utc_timestamp(ended),
            )
            for record, ended in zip(records, ends, strict=True)
        ),
        agents=tuple((record.agent_name,) for record in records if record.parent_invocation_id is None),
        totals=WorkflowTotals(
            invocations=len(records),
            success=statuses.count("success"),
            failure=statuses.count("failure"),
            partial=statuses.count("partial"),
            denied=0,
            tool_calls=6 * len(records),
            tool_errors=len(records),
            tokens=None,
            cost_usd=0.42,
        ),
    )


def denied_workflow(number: int = 1, *, started_ms: int = NOW_MS, denied: int = 2) -> Workflow:
    """A workflow in which nothing ran, because every spawn call was denied; ``number`` makes its id."""
    return Workflow(
        workflow_id=f"wf-{_compact_date(started_ms)}-{number:08x}",
        session_id="6f0c6a43-5a3e-4e0a-9a44-0d5f3f1c2b7e",
        project="/home/user/shop",
        started_at=utc_timestamp(started_ms),
        ended_at=None,
        duration_ms=None,
        status=None,
        invocations=(),
        agents=(),
        totals=WorkflowTotals(
            invocations=0, success=0, failure=0, partial=0, denied=denied,
            tool_calls=None, tool_errors=None, tokens=None, cost_usd=None,
        ),
    )  # fmt: skip


def write_workflow(root: Path, found: Workflow) -> Path:
    """Write a workflow file where spec §4 puts it."""
    (root / "workflows").mkdir(parents=True, exist_ok=True)
    path = root / "workflows" / f"{found.workflow_id}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2))
    return path


def busy_workflow() -> tuple[list[Invocation], Workflow]:
    """Eleven runs, nested and parallel, two of them failed: the one of the design sketch."""
    plan: list[tuple[str, int, int, int | None, Status]] = [
        # agent, start s, length s, number of its parent, status
        ("Plan", 0, 62, None, "success"),
        ("Explore", 78, 41, None, "success"),
        ("Explore", 78, 80, None, "success"),
        ("Explore", 78, 58, None, "success"),
        ("frontend-developer", 160, 252, None, "failure"),
        ("test-runner", 318, 80, 4, "failure"),
        ("test-runner", 160, 132, None, "success"),
        ("debug-specialist", 200, 85, 6, "success"),
        ("frontend-developer", 420, 132, None, "success"),
        ("test-runner", 500, 52, 8, "success"),
        ("code-reviewer", 560, 80, None, "success"),
    ]
    start_ms = epoch_ms("2025-10-30T12:35:00Z")
    records: list[Invocation] = []
    for number, (agent, start, length, parent, status) in enumerate(plan):
        records.append(
            invocation(
                0xA0 + number,
                agent=agent,
                status=status,
                started_ms=start_ms + start * 1000,
                took_ms=length * 1000,
                workflow_id="wf-20251030-5d41402a",
                parent_invocation_id=None if parent is None else records[parent].invocation_id,
            )
        )
    return records, workflow(*records)


def _ended_ms(record: Invocation) -> int | None:
    return None if record.execution_time_ms is None else epoch_ms(record.timestamp) + record.execution_time_ms


def _compact_date(at_ms: int) -> str:
    return utc_timestamp(at_ms)[:10].replace("-", "")
