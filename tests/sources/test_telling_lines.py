"""Of a main file most lines say nothing about subagents; leaving them out never changes a conclusion."""

from __future__ import annotations

import json
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from afteraction.collector.conclusion import Concluder, Conclusion
from afteraction.collector.evidence import SessionEvidence
from afteraction.privacy.redactor import Redactor
from afteraction.sources.claude.entries import Reply, Result
from afteraction.sources.claude.transcript import parse_main, parse_transcript

if TYPE_CHECKING:
    from collections.abc import Callable

    from afteraction.sources.claude.entries import Transcript

    Line = dict[str, Any]

AGENTS = ("a1f3c2d4e5b6a7089", "a2f3c2d4e5b6a7089")
CONCLUDER = Concluder(Redactor({}, None), Path("/nonexistent"))
CHANGED = "/p/größe.py"
"""What the agent changes."""
QUOTED = 'He wrote {"type":"tool_use","name":"Agent","tool_use_id":"c0"} and "assistant". '


def at(second: int) -> str:
    return f"2026-11-22T10:{second // 60:02}:{second % 60:02}.000Z"


def line(number: int, kind: str, content: Any, **more: Any) -> Line:
    """A line as the client writes it."""
    message = {"role": kind, "content": content, **more.pop("message", {})}
    head = {"parentUuid": None, "isSidechain": False, "type": kind, "message": message}
    tail = {"uuid": f"u{number}", "timestamp": at(number), "version": "2.1.197", "sessionId": "s"}
    return {**head, **tail, **more}


def call(number: int, name: str, given: dict[str, Any]) -> Line:
    block = {"type": "tool_use", "id": f"c{number}", "name": name, "input": {**given, "padding": QUOTED}}
    return line(number, "assistant", [block], message={"id": f"m{number}", "stop_reason": "tool_use"})


def result(number: int, of: int, *, agent: str | None = None, is_error: bool = False) -> Line:
    text = QUOTED + (f"\nagentId: {agent}" if agent else "")
    block = {"tool_use_id": f"c{of}", "type": "tool_result", "content": text, "is_error": is_error}
    detail: Any = {"status": "completed", "agentId": agent} if agent else text
    return line(number, "user", [block], toolUseResult=detail, promptId="p1")


def two_results(number: int, first: int, second: int) -> Line:
    """Two results on one line."""
    both = [result(number, of, agent=AGENTS[0]) for of in (first, second)]
    return both[0] | {"message": {"role": "user", "content": [one["message"]["content"][0] for one in both]}}


def two_calls(number: int, first: str, second: str) -> Line:
    """Two calls on one line."""
    made = call(number, first, {})
    other = {"type": "tool_use", "id": f"c{number}b", "name": second, "input": {}}
    made["message"]["content"].append(other)
    return made


def answer(number: int, end: str | None) -> Line:
    block = {"type": "text", "text": QUOTED}
    return line(number, "assistant", [block], message={"id": f"m{number}", "stop_reason": end})


def prompt(number: int) -> Line:
    return line(number, "user", QUOTED, promptId=f"p{number}")


def prompt_in_blocks(number: int) -> Line:
    """A prompt with an image before its text."""
    return line(number, "user", [{"type": "image"}, {"type": "text", "text": QUOTED}], promptId=f"p{number}")


def interruption(number: int) -> Line:
    return line(number, "user", [{"type": "text", "text": "[Request interrupted by user]"}], interruptedMessageId="m1")


def notification(number: int, agent: str, status: str) -> Line:
    told = f"<task-id>{agent}</task-id><status>{status}</status>"
    return line(number, "user", f"<task-notification>{told}</task-notification>", promptId=f"p{number}")


def queued(number: int, agent: str, status: str) -> Line:
    """The same where the client had it wait."""
    said = notification(number, agent, status)["message"]["content"]
    return {"type": "attachment", "attachment": {"type": "queued_command", "prompt": said}, "timestamp": at(number)}


CALLS = (
    ("Agent", {"subagent_type": "reviewer", "name": "Read"}),
    ("Task", {"subagent_type": "reviewer"}),
    ("Read", {"name": "Agent's"}),
    ("mcp__x__y", {"name": "helper", "id": "c1"}),
    *(("TaskStop", {"task_id": agent}) for agent in AGENTS),
    ("SendMessage", {"to": AGENTS[0]}),
    ("Skill", {"skill": "review"}),
    ("Workflow", {}),
    ("Bash", {"command": "git add -A && git commit -m it"}),
    ("Bash", {"command": "cd /p\ngit checkout ."}),
    ("Edit", {"replace_all": False, "file_path": CHANGED, "old_string": "a", "new_string": "b"}),
    ("Edit", {"file_path": "/p/other.py", "old_string": "a", "new_string": "b"}),
    ("Write", {"content": QUOTED * 3, "file_path": CHANGED}),
)
OLDER = st.integers(0, 11)
AGENT = st.sampled_from(AGENTS)
ENDS = st.sampled_from([None, "end_turn", "max_tokens"])
CUT = "cut"
"""An agent that did not come to an answer: its last line is a call."""
STATUSES = st.sampled_from(["completed", "failed", "killed"])
NAMES = st.sampled_from([name for name, _ in CALLS])
MAKERS: st.SearchStrategy[Callable[[int], Line]] = st.one_of(
    *(st.builds(partial, st.just(call), name=st.just(name), given=st.just(given)) for name, given in CALLS),
    st.builds(partial, st.just(result), of=OLDER, agent=st.one_of(st.none(), AGENT), is_error=st.booleans()),
    st.builds(partial, st.just(two_results), first=OLDER, second=OLDER),
    st.builds(partial, st.just(two_calls), first=NAMES, second=NAMES),
    st.builds(partial, st.just(answer), end=ENDS),
    *(st.just(kind) for kind in (prompt, prompt_in_blocks, interruption)),
    *(st.builds(partial, st.just(kind), agent=AGENT, status=STATUSES) for kind in (notification, queued)),
)


COMPACT = (",", ":")
"""How the client writes."""
SEPARATORS = st.sampled_from([COMPACT, (", ", ": "), (" ,", " : ")])


def written(made: list[Line], separators: tuple[str, str] = COMPACT) -> bytes:
    return b"".join(json.dumps(one, separators=separators).encode() + b"\n" for one in made)


def conclude(main: Transcript, agent_answer: str | None) -> Conclusion:
    """What is concluded from a main file and one agent's, the session being over."""
    head = {"agentId": AGENTS[0], "isSidechain": True}
    last = call(21, "Bash", {}) if agent_answer == CUT else answer(21, agent_answer)
    change = {"file_path": CHANGED, "old_string": "a", "new_string": "b"}
    changes = [call(22, "Edit", change), result(23, 22)]
    agent = [line(20, "user", "Review it"), *changes, last]
    own = parse_transcript(written([one | head for one in agent]), agent_id=AGENTS[0])
    evidence = SessionEvidence("s", main=main, agents={AGENTS[0]: own}, over="stale")
    return CONCLUDER.conclude(evidence)[1]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(makers=st.lists(MAKERS, min_size=1, max_size=12), agent_answer=ENDS | st.just(CUT), separators=SEPARATORS)
def test_what_is_left_out_changes_no_conclusion(
    makers: list[Callable[[int], Line]], agent_answer: str | None, separators: tuple[str, str]
) -> None:
    """Looking only at the lines that can matter leads to the same records as looking at all of them, however spaced."""
    first = line(99, "user", "Do it", promptId="p0", timestamp=at(0))
    main = written([first, *(make(number) for number, make in enumerate(makers))], separators)

    assert conclude(parse_main(BytesIO(main), [CHANGED])[0], agent_answer) == conclude(
        parse_transcript(main), agent_answer
    )


def test_one_answer_that_tells_nothing_does_not_stand_for_all() -> None:
    """Whether a client gives stop reasons is known from the first answer that has one, not from the first answer."""
    main, _ = parse_main(BytesIO(written([prompt(99), answer(0, None), answer(1, "end_turn"), answer(2, "end_turn")])))

    [record] = conclude(main, None).records

    assert record.metadata.outcome is not None
    assert record.metadata.outcome.category == "truncated"
    assert [reply.uuid for reply in main.of(Reply)] == ["u1"]


def test_bulk_is_left_out() -> None:
    """Calls of tools that have nothing to do with subagents, and their results, do not take part; a spawn call does."""
    made = [
        call(0, "Bash", {}),
        call(1, "Read", {}),
        result(2, 1),
        call(3, "Agent", {}),
        result(4, 3, agent=AGENTS[0]),
    ]

    main, _ = parse_main(BytesIO(written(made)))

    assert [reply.uuid for reply in main.of(Reply)] == ["u0", "u3"]
    assert [answered.tool_use_id for answered in main.of(Result)] == ["c3"]
