"""A session that somebody runs inside a trace of his own, from the real client to a receiver."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.client.install import VERSIONS
from tests.client.live import assert_silent, install, recorded
from tests.client.product import afteraction
from tests.client.run import Client
from tests.client.scenarios import SCENARIOS, play
from tests.otel.loopback import attributes, receiver

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.client

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLER = "00f067aa0ba902b7"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_traced_session_appears_below_its_caller(version: str, tmp_path: Path) -> None:
    """Caller, workflow, agent, nested agent and their tools are one trace, with the tokens of each."""
    traced = replace(SCENARIOS["nested"], environment={"TRACEPARENT": f"00-{TRACE}-{CALLER}-01"})
    result = play(traced, Client.installed(version), tmp_path, before=install)
    recorded(result, 2)
    with receiver() as inbox:
        afteraction(result.place, "otlp", inbox.url)

    assert_silent(result)
    assert {span.trace_id.hex() for span in inbox.accepted} == {TRACE}
    workflow = inbox.span("invoke_workflow")
    outer, inner = inbox.span("invoke_agent backend-architect"), inbox.span("invoke_agent test-runner")
    assert workflow.parent_span_id.hex() == CALLER
    assert (outer.parent_span_id, inner.parent_span_id) == (workflow.span_id, outer.span_id)
    assert workflow.start_time_unix_nano <= outer.start_time_unix_nano <= inner.start_time_unix_nano
    assert inner.end_time_unix_nano <= outer.end_time_unix_nano
    tools = {span.name: span.parent_span_id for span in inbox.accepted if span.name.startswith("execute_tool")}
    assert tools == {
        "execute_tool Agent": outer.span_id,
        "execute_tool Read": outer.span_id,
        "execute_tool Bash": inner.span_id,
    }
    used = attributes(inner.attributes)
    assert (used["gen_ai.usage.input_tokens"], used["gen_ai.usage.output_tokens"]) == (2 * 1230, 2 * 50)
