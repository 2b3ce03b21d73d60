"""What a few lines or events tell where no recording is needed: old clients' words, hooks alone, how a client left."""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from afteraction.collector.evidence import SessionEvidence
from afteraction.collector.liveness import session_over
from afteraction.collector.merge import merge
from afteraction.collector.reconcile import reconcile
from afteraction.model import Invocation
from afteraction.sources.claude.entries import AgentMeta
from afteraction.sources.claude.events import HookEvent
from afteraction.sources.claude.transcript import parse_main, parse_transcript
from tests.replay import SESSIONS

if TYPE_CHECKING:
    from afteraction.collector.liveness import ProcessState
    from afteraction.collector.reconcile import Life

SESSION = "0b6f0f0e-0000-4000-8000-000000000001"
AGENT = "a0123456789abcdef"
CALL = "toolu_00000001"


def jsonl(*lines: dict[str, Any]) -> bytes:
    """Lines of a transcript, a second apart."""
    shared = {"sessionId": SESSION, "version": "2.1.50"}
    stamped = [
        {**shared, "uuid": f"u{n}", "timestamp": f"2026-01-01T00:00:{n:02}.000Z", **line}
        for n, line in enumerate(lines)
    ]
    return "".join(json.dumps(line) + "\n" for line in stamped).encode()


def said(*blocks: dict[str, Any], stop: str | None = None, **keys: object) -> dict[str, Any]:
    """One assistant line."""
    message = {"id": f"msg_{json.dumps(blocks)}", "model": "m", "content": list(blocks), "stop_reason": stop}
    return {"type": "assistant", "message": message, **keys}


def text(words: str) -> dict[str, Any]:
    """A text block."""
    return {"type": "text", "text": words}


def call(tool: str, call_id: str, **given: object) -> dict[str, Any]:
    """A tool_use block."""
    return {"type": "tool_use", "id": call_id, "name": tool, "input": given}


def result(call_id: str, content: str, *, error: bool = False, **keys: object) -> dict[str, Any]:
    """One user line with a tool's result."""
    block = {"type": "tool_result", "tool_use_id": call_id, "content": content, "is_error": error}
    return {"type": "user", "message": {"content": [block]}, **keys}


def user(words: str) -> dict[str, Any]:
    """One user line of text."""
    return {"type": "user", "message": {"content": words}}


SPAWN = said(call("Agent", CALL, subagent_type="backend-architect", description="one", prompt="go"), stop="tool_use")
FAILED = result(CALL, "whatever came of it", toolUseResult={"status": "completed", "agentId": AGENT})


def event(at: int, name: str, **payload: object) -> HookEvent:
    """One hook event."""
    said_so = {"hook_event_name": name, "session_id": SESSION, **payload}
    return msgspec.convert({"at": at, "payload": said_so, "client": {"pid": 1}}, HookEvent)


def with_agent_s_last_line(line: dict[str, Any]) -> Life:
    """The life of an agent that ended on this line."""
    main, _ = parse_main(BytesIO(jsonl(user("go"), SPAWN, FAILED)))
    agents = {AGENT: parse_transcript(jsonl(user("go"), line), agent_id=AGENT)}
    (life,) = reconcile(SessionEvidence(SESSION, (), main, agents, "stale")).lives
    return life


@pytest.mark.parametrize(
    ("words", "error", "category"),
    [
        ('API Error: 429 {"type":"error","error":{"type":"rate_limit_error"}}', "unknown", "rate_limited"),
        ('API Error: 529 {"type":"error","error":{"type":"overloaded_error"}}', "unknown", "api_error"),
        ("API Error: Claude Code is unable to respond to this request.", "invalid_request", "refused"),
        ("API Error: Claude's response exceeded the 32000 output token maximum.", None, "truncated"),
    ],
)
def test_old_clients_say_in_words_what_new_ones_have_keys_for(words: str, error: str | None, category: str) -> None:
    """Before 2.1.197 an API error has no status and often no kind: its text decides."""
    life = with_agent_s_last_line(said(text(words), stop="stop_sequence", isApiErrorMessage=True, error=error))

    assert life.verdict is not None
    assert (life.verdict.status, life.verdict.category) == ("failure", category)


def test_a_malformed_call_was_denied_by_nobody() -> None:
    """A call that lacks a parameter comes back as an error; neither a rule, nor a hook, nor the user refused it."""
    fault = "<tool_use_error>InputValidationError: the required parameter `prompt` is missing</tool_use_error>"
    main, _ = parse_main(BytesIO(jsonl(user("go"), SPAWN, result(CALL, fault, error=True))))
    findings = reconcile(SessionEvidence(SESSION, (), main, {}, "stale"))

    assert (findings.lives, dict(findings.denied)) == ((), {})


def test_hooks_alone_tie_an_interruption_to_the_agent_that_ran() -> None:
    """Without a transcript nothing names both the call and the agent; type and time do, and its end is known."""
    events = (
        event(1, "PreToolUse", tool_name="Agent", tool_use_id=CALL, tool_input={"subagent_type": "backend-architect"}),
        event(2, "SubagentStart", agent_id=AGENT, agent_type="backend-architect"),
        event(3, "PostToolUseFailure", tool_name="Agent", tool_use_id=CALL, is_interrupt=True),
        event(4, "SessionEnd", reason="other"),
    )
    (life,) = reconcile(SessionEvidence(SESSION, events, None, {}, "ended")).lives

    assert life.verdict is not None
    assert (life.tool_use_id, life.verdict.category) == (CALL, "interrupted")


def test_leaving_at_the_prompt_abandons_what_runs() -> None:
    """New clients mark nothing in what they leave running at ``/exit``: only a hook tells that the user left there."""
    launched = result(CALL, "launched", toolUseResult={"status": "async_launched", "agentId": AGENT})
    main, _ = parse_main(BytesIO(jsonl(user("go"), SPAWN, launched)))
    work = jsonl(user("go"), said(call("Bash", "t2", command="make"), stop="tool_use"), result("t2", "137", error=True))
    agents = {AGENT: parse_transcript(work, agent_id=AGENT, meta=AgentMeta(request_shape="background"))}
    events = (event(5_000_000_000_000, "SessionEnd", reason="prompt_input_exit"),)
    (life,) = reconcile(SessionEvidence(SESSION, events, main, agents, "ended")).lives

    assert life.verdict is not None
    assert life.verdict.category == "abandoned"


@pytest.mark.parametrize(("process", "over"), [("alive", None), ("dead", "ended")])
def test_a_cleared_session_is_over_when_its_client_is(process: ProcessState, over: str | None) -> None:
    """``/clear`` ends a session and no agent: those in the background go on as long as the client does."""
    events = (event(1, "SessionStart"), event(2, "SessionEnd", reason="clear"))

    assert session_over(events, files_changed_ms=2, now_ms=3, process_state=lambda _: process) == over


def test_the_session_that_has_the_transcript_tells_of_the_agent() -> None:
    """Of two sessions that name an agent the copy may be read first; the record is the same whichever was."""
    stored = json.loads((SESSIONS / "x_forked_session__v2.1.330" / "expected.json").read_bytes())["records"]
    original = msgspec.convert(next(r for r in stored if r["metadata"]["tool_calls"]), Invocation)
    unknown = msgspec.structs.replace(original.metadata, session_id=SESSION, tool_calls=None, tools=None, tokens=None)
    copy = msgspec.structs.replace(original, status="failure", error_message="gone", metadata=unknown)

    for record in (merge(copy, original), merge(original, copy)):
        assert (record.status, record.metadata.session_id) == (original.status, original.metadata.session_id)
