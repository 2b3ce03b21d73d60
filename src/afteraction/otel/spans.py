"""Records as spans: a workflow, below it its invocations, below each its tool calls. Pure.

A record counts the calls of each tool and does not say when they ran. So every call is a span without length at the
start of its invocation, in the order in which the tools were first used: their number and their place are true, and no
duration is made up.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, islice, repeat
from typing import TYPE_CHECKING

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanKind, Status, StatusCode

from afteraction.moments import known_epoch_ms
from afteraction.otel import conventions as name
from afteraction.otel.identity import context, span_id, trace_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opentelemetry.sdk.resources import Resource
    from opentelemetry.trace import SpanContext

    from afteraction.model import Invocation, Workflow

    Value = str | bool | int | float | list[str]

TOOL_CALLS_LIMIT = 500
"""Tool calls of one invocation that become spans; ``afteraction.tool_calls`` has the whole number."""
_NS = 1_000_000
_LARGEST = 2**63 - 1
_SCOPE = InstrumentationScope(name.SCOPE, schema_url=name.SCHEMA_URL)


@dataclass(frozen=True, slots=True)
class Sender:
    """What all spans of one export share."""

    resource: Resource
    with_text: bool
    """Whether the redacted description and error message go along."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the spans of one workflow's invocations belong."""

    workflow: Workflow | None
    """None for an invocation without a workflow, or one whose workflow file is missing."""
    caller: SpanContext | None
    """The span of whoever ran the client."""


def workflow_span(workflow: Workflow, caller: SpanContext | None, sender: Sender) -> ReadableSpan | None:
    """A workflow as a span; None when its start is no time."""
    ended = known_epoch_ms(workflow.ended_at)
    times = _times(workflow.started_at, ended)
    totals = workflow.totals
    ours = {
        "status": workflow.status,
        "project": workflow.project,
        "agents": [" + ".join(group) for group in workflow.agents],
        "invocations": totals.invocations,
        "failures": totals.failure,
        "denied": totals.denied,
        "cost_usd": totals.cost_usd,
    }
    attributes = {
        name.OPERATION: name.INVOKE_WORKFLOW,
        name.WORKFLOW_NAME: workflow.workflow_id,
        name.CONVERSATION_ID: workflow.session_id,
        **{name.OURS + key: value for key, value in ours.items()},
    }
    trace = trace_id(workflow.workflow_id, caller)
    return times and ReadableSpan(
        name.INVOKE_WORKFLOW,  # without the id: it would make every workflow a group of its own
        context=context(trace, span_id("workflow", workflow.workflow_id)),
        parent=caller,
        resource=sender.resource,
        attributes=_known(attributes),
        kind=SpanKind.INTERNAL,
        start_time=times[0],
        end_time=times[1],
        instrumentation_scope=_SCOPE,
    )


def invocation_spans(record: Invocation, place: Place, sender: Sender) -> list[ReadableSpan]:
    """An invocation as a span, and below it one for each tool call; none when its start is no time."""
    started = known_epoch_ms(record.timestamp)
    took = record.execution_time_ms
    ended = known_epoch_ms(record.metadata.ended_at)
    if ended is None and started is not None and took is not None:
        ended = started + took
    times = _times(record.timestamp, ended)
    if times is None:
        return []
    trace = trace_id(record.workflow_id or record.invocation_id, place.caller)
    own = context(trace, span_id("invocation", record.invocation_id))
    invocation = ReadableSpan(
        f"{name.INVOKE_AGENT} {record.agent_name}",
        context=own,
        parent=_parent(record, place, trace),
        resource=sender.resource,
        attributes=_known(_attributes(record, sender)),
        kind=SpanKind.INTERNAL,
        status=_status(record),
        start_time=times[0],
        end_time=times[1],
        instrumentation_scope=_SCOPE,
    )
    return [invocation, *_tool_spans(record, own, times[0], sender)]


def _tool_spans(record: Invocation, parent: SpanContext, start: int, sender: Sender) -> list[ReadableSpan]:
    counts = record.metadata.tools or {}
    calls = chain.from_iterable(repeat(tool, max(0, count)) for tool, count in counts.items())
    return [
        ReadableSpan(
            f"{name.EXECUTE_TOOL} {tool}",
            context=context(parent.trace_id, span_id("tool", record.invocation_id, str(number))),
            parent=parent,
            resource=sender.resource,
            attributes={name.OPERATION: name.EXECUTE_TOOL, name.TOOL_NAME: tool},
            kind=SpanKind.INTERNAL,
            start_time=start + number,  # nanoseconds: keeps the order, and is no time that anybody measured
            end_time=start + number,
            instrumentation_scope=_SCOPE,
        )
        for number, tool in enumerate(islice(calls, TOOL_CALLS_LIMIT))
    ]


def _parent(record: Invocation, place: Place, trace: int) -> SpanContext | None:
    above = record.parent_invocation_id
    if place.workflow is None:
        return place.caller
    if above is not None and any(above == other.invocation_id for other in place.workflow.invocations):
        return context(trace, span_id("invocation", above))
    return context(trace, span_id("workflow", place.workflow.workflow_id))


def _attributes(record: Invocation, sender: Sender) -> dict[str, Value | None]:
    known = record.metadata
    tokens = known.tokens
    definition = known.agent_definition
    category = known.outcome.category if known.outcome else None
    ours: dict[str, Value | None] = {
        "invocation.id": record.invocation_id,
        "status": record.status,
        "outcome.category": category,
        "user_accepted": record.user_accepted,
        "execution_time_ms": record.execution_time_ms,
        "project": known.project,
        "cost_usd": known.cost_usd,
        "tool_calls": known.tool_calls,
        "tool_errors": known.tool_errors,
        "rounds": known.rounds,
        "background": known.background,
        "lines_added": known.lines_added,
        "lines_removed": known.lines_removed,
        "client.version": known.client_version,
        "task_description": record.task_description if sender.with_text else None,
        "error_message": record.error_message if sender.with_text else None,
    }
    return {
        name.OPERATION: name.INVOKE_AGENT,
        name.PROVIDER: name.provider(known.model),
        name.AGENT_NAME: record.agent_name,
        name.AGENT_ID: known.agent_id,
        name.AGENT_VERSION: definition.sha256 if definition else None,
        name.CONVERSATION_ID: known.session_id,
        name.WORKFLOW_NAME: record.workflow_id,
        name.RESPONSE_MODEL: known.model,
        name.INPUT_TOKENS: _all_input(tokens.input, tokens.cache_read, tokens.cache_creation) if tokens else None,
        name.OUTPUT_TOKENS: tokens.output if tokens else None,
        name.CACHE_READ_TOKENS: tokens.cache_read if tokens else None,
        name.CACHE_CREATION_TOKENS: tokens.cache_creation if tokens else None,
        name.ERROR_TYPE: (category or "_OTHER") if record.status == "failure" else None,
        **{name.OURS + key: value for key, value in ours.items()},
    }


def _all_input(fresh: int | None, *cached: int | None) -> int | None:
    """Input tokens as the convention counts them: those from and for the cache included."""
    return None if fresh is None else fresh + sum(count or 0 for count in cached)


def _status(record: Invocation) -> Status:
    if record.status != "failure":
        return Status(StatusCode.UNSET)
    outcome = record.metadata.outcome
    return Status(StatusCode.ERROR, outcome.category if outcome else None)


def _times(started_at: str, ended_ms: int | None) -> tuple[int, int] | None:
    """Start and end in nanoseconds; an unknown end is the start, and a time that no span can have is none."""
    start = known_epoch_ms(started_at)
    if start is None or not 0 <= start * _NS <= _LARGEST:
        return None
    end = start if ended_ms is None or ended_ms * _NS > _LARGEST else max(start, ended_ms)
    return start * _NS, end * _NS


def _known(attributes: Mapping[str, Value | None]) -> dict[str, Value]:
    """Without what is unknown: an absent attribute is how a span says null. A number no span can hold is unknown."""
    return {
        key: value
        for key, value in attributes.items()
        if value is not None and not (isinstance(value, int) and abs(value) > _LARGEST)
    }
