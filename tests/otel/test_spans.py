"""What a receiver sees of the records, decoded with the official messages."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from opentelemetry.semconv import schemas
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes
from opentelemetry.semconv._incubating.metrics import gen_ai_metrics
from opentelemetry.semconv.attributes import error_attributes

from afteraction.model import Tokens
from afteraction.moments import epoch_ms
from afteraction.otel import conventions
from tests.otel.loopback import Inbox, attributes, ids, receiver
from tests.program import Result, piped
from tests.records import busy_workflow, full_metadata, invocation, workflow, write_records, write_workflow

if TYPE_CHECKING:
    from pathlib import Path

    from opentelemetry.proto.trace.v1.trace_pb2 import Span

    from afteraction.model import Invocation

WORKFLOW = "wf-20251030-5d41402a"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLER = "00f067aa0ba902b7"
ERROR = 2
UNSET = 0


def send(root: Path, inbox: Inbox, *arguments: str, **variables: str) -> Result:
    """Export once, which must work."""
    done = piped(root, "otlp", inbox.url, *arguments, **variables)
    assert (done.code, done.stderr) == (0, "")
    return done


def write(root: Path, *records: Invocation) -> None:
    """Records and the workflow that links them."""
    write_records(root, *records)
    write_workflow(root, workflow(*records))


def two_levels(**changes: Any) -> list[Invocation]:
    """An agent, and one that it spawned."""
    outer = invocation(1, agent="backend-architect", workflow_id=WORKFLOW, **changes)
    inner = invocation(2, agent="test-runner", workflow_id=WORKFLOW, parent_invocation_id=outer.invocation_id)
    return [outer, inner]


def own(span: Span) -> dict[str, Any]:
    """The attributes that no convention names."""
    return {key: value for key, value in attributes(span.attributes).items() if key.startswith("afteraction.")}


def test_a_workflow_holds_its_agents_and_each_agent_its_tools(tmp_path: Path, inbox: Inbox) -> None:
    """The nesting is the answer to who set off whom: workflow, agent, the agents below it, and their tools."""
    write(tmp_path, *two_levels())
    send(tmp_path, inbox)

    top, outer = inbox.span("invoke_workflow"), inbox.span("invoke_agent backend-architect")
    inner = inbox.span("invoke_agent test-runner")
    assert (top.parent_span_id, outer.parent_span_id, inner.parent_span_id) == (b"", top.span_id, outer.span_id)
    tools = [span for span in inbox.accepted if span.parent_span_id == outer.span_id and span is not inner]
    calls = sorted((span.start_time_unix_nano, span.name) for span in tools if span.name.startswith("execute_tool"))
    assert [name for _, name in calls] == ["execute_tool Read"] * 3 + ["execute_tool Edit"] * 2 + ["execute_tool Bash"]
    assert {span.trace_id for span in inbox.accepted} == {top.trace_id}


def test_every_span_carries_what_the_conventions_name(tmp_path: Path, inbox: Inbox) -> None:
    """Dashboards read the convention's names: tokens with those of the cache, the agent, model and conversation."""
    write(tmp_path, *two_levels())
    send(tmp_path, inbox)

    agent = attributes(inbox.span("invoke_agent backend-architect").attributes)
    assert {key: value for key, value in agent.items() if not key.startswith("afteraction.")} == {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.agent.name": "backend-architect",
        "gen_ai.agent.id": "a37bc1d94e5f60718",
        "gen_ai.agent.version": "ab" * 32,
        "gen_ai.conversation.id": "6f0c6a43-5a3e-4e0a-9a44-0d5f3f1c2b7e",
        "gen_ai.workflow.name": WORKFLOW,
        "gen_ai.response.model": "claude-sonnet-4-5-20250929",
        "gen_ai.usage.input_tokens": 49_200,
        "gen_ai.usage.output_tokens": 850,
        "gen_ai.usage.cache_read.input_tokens": 45_000,
        "gen_ai.usage.cache_creation.input_tokens": 3_000,
    }
    assert attributes(inbox.span("invoke_workflow").attributes)["gen_ai.workflow.name"] == WORKFLOW
    tool = next(span for span in inbox.accepted if span.name == "execute_tool Bash")
    assert attributes(tool.attributes) == {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "Bash"}
    assert inbox.resources[0]["service.name"] == "afteraction"


def test_only_a_failure_is_an_error(tmp_path: Path, inbox: Inbox) -> None:
    """``error.type`` says which failure; an agent cut short did deliver, and raises no alarm."""
    statuses = [invocation(1, agent="good"), invocation(2, agent="bad", status="failure")]
    write_records(tmp_path, *statuses, invocation(3, agent="cut", status="partial"))
    send(tmp_path, inbox)

    found = {span.name: span for span in inbox.accepted}
    good, bad, cut = (found[f"invoke_agent {agent}"] for agent in ("good", "bad", "cut"))
    assert (good.status.code, bad.status.code, cut.status.code) == (UNSET, ERROR, UNSET)
    assert [attributes(span.attributes).get("error.type") for span in (good, bad, cut)] == [None, "api_error", None]
    assert own(cut)["afteraction.status"] == "partial"


def test_times_are_those_of_the_record_and_tools_have_none(tmp_path: Path, inbox: Inbox) -> None:
    """An agent that waited between rounds ended later than it worked; when a tool ran is not known, nor made up."""
    start = epoch_ms("2025-10-29T10:00:00Z")
    waited = full_metadata(ended_at="2025-10-29T10:05:00.500Z")
    write_records(tmp_path, invocation(1, started_ms=start, metadata=waited))
    send(tmp_path, inbox)

    agent = inbox.span("invoke_agent Explore")
    assert (agent.start_time_unix_nano, agent.end_time_unix_nano - agent.start_time_unix_nano) == (
        start * 1_000_000,
        300_500_000_000,
    )
    tools = [span for span in inbox.accepted if span.name.startswith("execute_tool")]
    assert {span.end_time_unix_nano - span.start_time_unix_nano for span in tools} == {0}


def test_what_is_unknown_is_absent(tmp_path: Path, inbox: Inbox) -> None:
    """Null is never 0: a record of ten keys becomes a span with few attributes, and its own trace."""
    bare = invocation(1, metadata=full_metadata().__class__(), took_ms=None, workflow_id=None)
    write_records(tmp_path, bare)
    send(tmp_path, inbox)

    (span,) = inbox.accepted
    assert attributes(span.attributes) == {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "Explore",
        "afteraction.invocation.id": bare.invocation_id,
        "afteraction.status": "success",
    }
    assert span.end_time_unix_nano == span.start_time_unix_nano
    assert span.parent_span_id == b""


def test_numbers_and_times_that_no_span_can_hold_stop_nothing(tmp_path: Path, inbox: Inbox) -> None:
    """Records are files that anybody may write: an absurd one must not keep the others at home."""
    absurd = full_metadata(tokens=Tokens(input=2**63, output=1), tools={"Read": 10**12, "Edit": -4})
    write_records(tmp_path, invocation(1, agent="absurd", metadata=absurd), invocation(2, agent="Explore"))
    (path,) = write_records(tmp_path, invocation(3, agent="timeless"))
    path.write_text(path.read_text().replace('"timestamp": "2025', '"timestamp": "1925'))
    done = piped(tmp_path, "otlp", inbox.url)

    names = {span.name for span in inbox.accepted}
    assert {"invoke_agent absurd", "invoke_agent Explore"} < names
    assert "gen_ai.usage.input_tokens" not in attributes(inbox.span("invoke_agent absurd").attributes)
    assert (done.code, done.stderr) == (0, "afteraction: files that could not be read and were left out: 1\n")


def test_texts_stay_at_home_unless_asked_for(tmp_path: Path, inbox: Inbox) -> None:
    """A receiver is somebody else's machine: descriptions and error messages go only with ``--with-text``."""
    write_records(tmp_path, invocation(1, status="failure"))
    send(tmp_path, inbox)
    silent = repr(inbox.accepted)
    with receiver() as other:
        send(tmp_path, other, "--with-text")

    assert "sessions" not in silent
    assert "overloaded" not in silent
    told = own(other.span("invoke_agent Explore"))
    assert told["afteraction.task_description"] == "Find where sessions are stored"
    assert told["afteraction.error_message"] == "API Error: 529 overloaded"


def test_the_callers_trace_is_joined(tmp_path: Path, inbox: Inbox) -> None:
    """Whoever runs the client inside a trace finds the whole workflow below his own span."""
    joined = full_metadata(traceparent=f"00-{TRACE}-{CALLER}-01")
    write(tmp_path, *two_levels(metadata=joined))
    send(tmp_path, inbox)

    assert {span.trace_id.hex() for span in inbox.accepted} == {TRACE}
    assert inbox.span("invoke_workflow").parent_span_id.hex() == CALLER


def test_a_record_with_a_broken_traceparent_has_a_trace_of_its_own(tmp_path: Path, inbox: Inbox) -> None:
    """The field may have been edited: what is no traceparent is none."""
    write_records(tmp_path, invocation(1, metadata=full_metadata(traceparent="00-zz-1-01"), workflow_id=None))
    send(tmp_path, inbox)

    assert inbox.span("invoke_agent Explore").parent_span_id == b""


def test_ids_follow_from_the_records(tmp_path: Path, inbox: Inbox) -> None:
    """Two machines that export the same records send the same spans; the rule is documented, so others can link."""
    records, found = busy_workflow()
    for root in (tmp_path / "one", tmp_path / "two"):
        write_records(root, *records)
        write_workflow(root, found)
    send(tmp_path / "one", inbox)
    with receiver() as other:
        send(tmp_path / "two", other)

    assert ids(inbox.accepted) == ids(other.accepted)
    assert inbox.accepted[0].trace_id == hashlib.sha256(f"trace\0{found.workflow_id}".encode()).digest()[:16]
    assert len({span.span_id for span in inbox.accepted}) == len(inbox.accepted) == 11 + 11 * 6 + 1


def test_our_names_are_the_conventions_names() -> None:
    """A mistyped name is read by no dashboard; the library of the conventions knows every one that we use."""
    known = {
        value
        for module in (gen_ai_attributes, gen_ai_metrics, error_attributes)
        for value in vars(module).values()
        if isinstance(value, str)
    }
    ours = {value for value in vars(conventions).values() if isinstance(value, str)}

    assert {value for value in ours if re.match(r"gen_ai\.|error\.", value)} <= known
    operations = {kind.value for kind in gen_ai_attributes.GenAiOperationNameValues}
    assert {conventions.INVOKE_AGENT, conventions.INVOKE_WORKFLOW, conventions.EXECUTE_TOOL} <= operations
    assert conventions.SCHEMA_URL in {schema.value for schema in schemas.Schemas}
