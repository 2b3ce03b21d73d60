"""What a workflow is, computed from its invocations. Pure.

Agents of one parent that were at work at the same time form a parallel group; the sequence of groups of the top level
is the shape that reports compare. A sum is None only when no invocation knows its part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.model import Invocation, Status, Tokens, Workflow, WorkflowInvocation, WorkflowTotals
from afteraction.moments import epoch_ms, utc_timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Frame:
    """What is known of a workflow apart from its invocations, for one in which nothing ran."""

    session_id: str | None
    project: str | None
    started_at: str
    """UTC timestamp of the prompt."""


def build_workflow(workflow_id: str, records: Sequence[Invocation], *, denied: int, frame: Frame) -> Workflow:
    """Link the records of one workflow; without any, only what was denied is left to tell."""
    ordered = sorted(records, key=lambda record: (record.timestamp, record.invocation_id))
    listed = tuple(
        WorkflowInvocation(
            invocation_id=record.invocation_id,
            parent_invocation_id=record.parent_invocation_id,
            agent_name=record.agent_name,
            status=record.status,
            started_at=record.timestamp,
            ended_at=ended_at(record),
            user_accepted=record.user_accepted,
        )
        for record in ordered
    )
    ends = [one.ended_at for one in listed]
    end = max((e for e in ends if e is not None), default=None)
    started = listed[0].started_at if listed else frame.started_at
    first = ordered[0].metadata if ordered else None
    return Workflow(
        workflow_id=workflow_id,
        session_id=first.session_id if first is not None else frame.session_id,
        project=first.project if first is not None else frame.project,
        started_at=started,
        ended_at=end,
        duration_ms=max(epoch_ms(end) - epoch_ms(started), 0) if end is not None else None,
        status=_status(ordered),
        invocations=listed,
        agents=parallel_groups(listed),
        totals=_totals(ordered, denied),
    )


def ended_at(record: Invocation) -> str | None:
    """When an invocation ended: as recorded, else its start and its time at work."""
    if record.metadata.ended_at is not None:
        return record.metadata.ended_at
    if record.execution_time_ms is None:
        return None
    return utc_timestamp(epoch_ms(record.timestamp) + record.execution_time_ms)


def parallel_groups(listed: Sequence[WorkflowInvocation]) -> tuple[tuple[str, ...], ...]:
    """The top-level agents in order of start; those whose times overlap share a group."""
    inside = {one.invocation_id for one in listed}
    top = [one for one in listed if one.parent_invocation_id not in inside]
    groups: list[list[str]] = []
    until = ""
    for one in top:
        if groups and one.started_at < until:
            groups[-1].append(one.agent_name)
        else:
            groups.append([one.agent_name])
            until = ""
        until = max(until, one.ended_at or one.started_at)
    return tuple(tuple(group) for group in groups)


def _status(records: Sequence[Invocation]) -> Status | None:
    found = {record.status for record in records}
    if not found:
        return None
    return found.pop() if len(found) == 1 else "partial"


def _totals(records: Sequence[Invocation], denied: int) -> WorkflowTotals:
    tokens = [record.metadata.tokens for record in records if record.metadata.tokens is not None]
    return WorkflowTotals(
        invocations=len(records),
        success=sum(record.status == "success" for record in records),
        failure=sum(record.status == "failure" for record in records),
        partial=sum(record.status == "partial" for record in records),
        denied=denied,
        tool_calls=_sum(record.metadata.tool_calls for record in records),
        tool_errors=_sum(record.metadata.tool_errors for record in records),
        tokens=Tokens(
            input=_sum(one.input for one in tokens),
            output=_sum(one.output for one in tokens),
            cache_read=_sum(one.cache_read for one in tokens),
            cache_creation=_sum(one.cache_creation for one in tokens),
        )
        if tokens
        else None,
        cost_usd=_sum_costs(record.metadata.cost_usd for record in records),
    )


def _sum(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _sum_costs(costs: Iterable[float | None]) -> float | None:
    known = [cost for cost in costs if cost is not None]
    return round(sum(known), 9) if known else None
