"""Who runs, told by real hook processes that write into a real spool."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING, Any

import pytest

from afteraction.collector.liveness import STALE_AFTER_MS
from afteraction.live.lives import MOST_AGENTS, Lives
from afteraction.moments import utc_timestamp
from afteraction.privacy.redactor import Redactor
from afteraction.sources.claude.events import HookEvent, Payload, read_spool_file
from tests.live.telling import Telling, ended, names, running
from tests.records import full_metadata, invocation, write_records

if TYPE_CHECKING:
    from pathlib import Path

    from afteraction.live.snapshot import Snapshot
    from afteraction.model import Invocation

SECRET = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "k1L2m3N4o5P6q7R8"


def test_an_agent_runs_from_its_start_to_its_stop(tmp_path: Path) -> None:
    """It is shown with its type, what it was asked, session and project; after its stop as an end not judged yet."""
    session = Telling(tmp_path)
    watch = session.watch()
    assert watch.look().running == ()

    session.start("a0000000000000001", "test-runner", "Run the tests")
    (one,) = running(watch)
    assert (one.agent_id, one.agent_name, one.description) == ("a0000000000000001", "test-runner", "Run the tests")
    assert (one.session_id, one.project, one.parent_agent_id) == (session.session_id, str(session.project), None)

    session.stop("a0000000000000001")
    assert running(watch) == []
    (end,) = ended(watch)
    assert (end.agent_id, end.description, end.status, end.invocation_id) == (one.agent_id, one.description, None, None)
    assert end.started_at_ms == one.started_at_ms
    assert end.ended_at_ms is not None
    assert end.execution_time_ms == end.ended_at_ms - one.started_at_ms


def test_a_look_at_a_world_in_which_nothing_happened_is_equal(tmp_path: Path) -> None:
    """A snapshot does not move with the clock, so that only changes are shown."""
    session = Telling(tmp_path)
    session.start("a0000000000000001")
    watch = session.watch()
    assert watch.look() == watch.look()


def test_an_agent_in_the_background_runs_on_after_its_call_came_back(tmp_path: Path) -> None:
    """``async_launched`` is no end, whether it is told before or after the start."""
    session = Telling(tmp_path)
    watch = session.watch()
    for agent_id, early in (("a0000000000000001", True), ("a0000000000000002", False)):
        if early:
            session.returned(f"toolu_{agent_id}", agent_id, "async_launched")
        session.start(agent_id)
        if not early:
            session.returned(f"toolu_{agent_id}", agent_id, "async_launched")
    assert names(watch) == ["a0000000000000001", "a0000000000000002"]
    assert [one.background for one in running(watch)] == [True, True]

    session.tell("Stop")
    assert len(names(watch)) == 2
    session.tell("UserPromptSubmit", prompt=_notice("a0000000000000001"))
    assert names(watch) == ["a0000000000000002"]


@pytest.mark.parametrize("end", ["returned", "failed", "stop_failure", "task_stop", "session_end", "call_failed"])
def test_each_way_to_end_is_seen(tmp_path: Path, end: str) -> None:
    """An agent ends with its call's result, an API error, TaskStop, its session, or an error of the call itself."""
    session = Telling(tmp_path)
    watch = session.watch()
    agent_id, call = "a0000000000000001", "toolu_1"
    session.call(call)
    session.write_meta(agent_id, agentType="test-runner", description="Run the tests", toolUseId=call)
    session.start(agent_id)
    assert names(watch) == [agent_id]
    if end == "returned":
        session.returned(call, agent_id, "completed")
    elif end == "failed":
        session.tell("UserPromptSubmit", prompt=_notice(agent_id, "failed"))
    elif end == "stop_failure":
        session.tell("StopFailure", agent_id=agent_id, error="rate_limit")
    elif end == "task_stop":
        session.tell("PostToolUse", tool_name="TaskStop", tool_input={"task_id": agent_id})
    elif end == "session_end":
        session.tell("SessionEnd", reason="prompt_input_exit")
    else:
        session.tell("PostToolUseFailure", tool_name="Agent", tool_use_id=call, is_interrupt=True)
    assert names(watch) == []
    assert [one.agent_id for one in ended(watch)] == [agent_id]


def test_an_agent_whose_client_is_gone_does_not_run(tmp_path: Path) -> None:
    """A start without an end of a client that was killed is no running agent, and nobody knows when it ended."""
    session = Telling(tmp_path, alive=False)
    session.start("a0000000000000001")
    watch = session.watch()
    assert names(watch) == []
    (end,) = ended(watch)
    assert (end.agent_id, end.ended_at_ms, end.status) == ("a0000000000000001", None, None)


def test_a_resumed_session_does_not_revive_the_agents_of_the_killed_one(tmp_path: Path) -> None:
    """Whether an agent's own client lives is asked, not whether its session goes on in another."""
    killed = Telling(tmp_path, alive=False)
    killed.start("a0000000000000001")
    resumed = Telling(tmp_path, session_id=killed.session_id)
    resumed.tell("SessionStart", source="resume")
    resumed.start("a0000000000000002")
    assert names(resumed.watch()) == ["a0000000000000002"]


def test_where_no_process_can_be_asked_silence_is_the_end(tmp_path: Path) -> None:
    """A client in another container is believed to be at work until its transcripts have been silent for long."""
    session = Telling(tmp_path)
    session.start("a0000000000000001")
    started = running(session.watch())[0].started_at_ms
    later = started + STALE_AFTER_MS + 1
    assert names(session.watch(now_ms=lambda: later)) == ["a0000000000000001"]  # this client can be asked, and lives

    arguments: dict[str, Any] = {"now_ms": lambda: later, "process_state": lambda _: "unknown"}
    assert names(session.watch(**arguments)) == []
    session.write_meta("a0000000000000001")
    transcript = session.transcript.with_suffix("") / "subagents" / "agent-a0000000000000001.jsonl"
    transcript.write_text("{}\n")
    os.utime(transcript, (started / 1000 + 60, started / 1000 + 60))
    assert names(session.watch(**arguments)) == ["a0000000000000001"]


def test_after_clear_a_background_agent_goes_on(tmp_path: Path) -> None:
    """``/clear`` ends the session and not the client; the agent's end is then told by the next session."""
    session = Telling(tmp_path)
    watch = session.watch()
    session.start("a0000000000000001")
    session.tell("SessionEnd", reason="clear")
    assert names(watch) == ["a0000000000000001"]
    Telling(tmp_path).stop("a0000000000000001")
    assert names(watch) == []


def test_a_nested_agent_stands_behind_its_parent(tmp_path: Path) -> None:
    """The parent is who made the call, found through what the client wrote down or through what came back."""
    session = Telling(tmp_path)
    outer, other, inner, later = (f"a000000000000000{number}" for number in range(1, 5))
    session.start(outer, "backend-architect")
    session.start(other, "code-reviewer")
    session.call("toolu_inner", agent_id=outer)
    session.write_meta(inner, agentType="test-runner", description="Inner", toolUseId="toolu_inner")
    session.start(inner)
    session.call("toolu_later", agent_id=outer)
    session.start(later)
    session.returned("toolu_later", later, "async_launched", by=outer)
    found = running(session.watch())
    assert [(one.agent_id, one.parent_agent_id) for one in found] == [
        (outer, None),
        (inner, outer),
        (later, outer),
        (other, None),
    ]


def test_an_agent_that_is_messaged_runs_again(tmp_path: Path) -> None:
    """A second start is a second round; the record of the first does not end it, that of both does."""
    session = Telling(tmp_path)
    watch = session.watch()
    agent_id = "a0000000000000001"
    session.start(agent_id)
    first = running(watch)[0].started_at_ms
    session.stop(agent_id)
    stopped = ended(watch)[0].ended_at_ms or 0
    _record(session, _of(agent_id, first, stopped, rounds=1))
    assert ended(watch)[0].status == "success"

    session.start(agent_id)
    assert names(watch) == [agent_id]
    second = running(watch)[0].started_at_ms
    assert second >= stopped
    _record(session, _of(agent_id, first, second, rounds=2))
    assert names(watch) == []
    assert [(one.status, one.ended_at_ms) for one in ended(watch)] == [("success", second)]


def test_a_phantom_stop_shows_nothing(tmp_path: Path) -> None:
    """Compaction sends stops for agents that never were."""
    session = Telling(tmp_path)
    session.stop("a0000000000000009", "")
    assert (names(session.watch()), ended(session.watch())) == ([], [])


def test_texts_are_cleared_as_a_record_s_are(tmp_path: Path) -> None:
    """A description with a secret is shown without it, and one that the client has not written yet comes later."""
    session = Telling(tmp_path)
    watch = session.watch()
    session.start("a0000000000000001")
    assert running(watch)[0].description is None
    session.write_meta("a0000000000000001", description=f"Log in with {SECRET}")
    (one,) = running(watch)
    assert one.description is not None
    assert one.description.startswith("Log in with ")
    assert SECRET not in one.description


def test_no_description_is_read_from_outside_the_client_s_folder(tmp_path: Path) -> None:
    """A transcript's path is a claim; an id that leads elsewhere leads nowhere."""
    session = Telling(tmp_path)
    (tmp_path / "agent-x.meta.json").write_text('{"description": "from outside"}')
    session.transcript.parent.mkdir(parents=True)
    for agent_id in ("../../../../../x", "a0000000000000001"):
        session.tell(
            "SubagentStart", agent_id=agent_id, agent_type="a", transcript_path=str(tmp_path / "subagents" / "s.jsonl")
        )
    folder = tmp_path / "subagents" / "s" / "subagents"
    folder.mkdir(parents=True)
    (folder / "agent-a0000000000000001.meta.json").write_text('{"description": "from outside"}')
    assert [one.description for one in running(session.watch())] == [None, None]


def test_hooks_in_any_order_and_twice_give_the_same(tmp_path: Path) -> None:
    """Hooks of one moment overtake each other, and two installations run each of them twice."""
    session = Telling(tmp_path)
    session.call("toolu_1")
    session.start("a0000000000000001")
    session.returned("toolu_1", "a0000000000000001", "async_launched")
    session.stop("a0000000000000001")
    session.start("a0000000000000001")
    session.start("a0000000000000002")
    session.stop("a0000000000000002")
    (file,) = session.root.spool.glob("*.jsonl")
    events = list(read_spool_file(file)[0])
    expected = _after(events)
    assert [one.agent_id for one in expected.running] == ["a0000000000000001"]
    draw = random.Random(1)  # noqa: S311 - an order, not a secret
    for _ in range(50):
        shuffled = events * 2
        draw.shuffle(shuffled)
        assert _after(shuffled) == expected


def test_the_memory_is_bounded() -> None:
    """However many agents, calls and sessions are told of, only so many are remembered, the newest."""
    lives = Lives(Redactor({}, None), most=20)
    for number in range(MOST_AGENTS + 50):
        payload = Payload(
            hook_event_name="SubagentStart", session_id=str(number), agent_id=f"a{number}", agent_type="a"
        )
        lives.hear(HookEvent(number, payload))
    kept = lives.running()
    assert len(kept) == MOST_AGENTS
    assert kept[-1].agent_id == f"a{MOST_AGENTS + 49}"


def _notice(agent_id: str, status: str = "completed") -> str:
    return f"<task-notification>\n<task-id>{agent_id}</task-id>\n<status>{status}</status>\n<summary>s</summary>"


def _of(agent_id: str, started_ms: int, ended_ms: int, rounds: int) -> Invocation:
    metadata = full_metadata(agent_id=agent_id, ended_at=utc_timestamp(ended_ms), rounds=rounds)
    return invocation(agent="test-runner", started_ms=started_ms, metadata=metadata)


def _record(session: Telling, record: Invocation) -> None:
    """Write a record as the store does: a new file renamed over the old one."""
    (new,) = write_records(session.home / "new", record)
    place = session.root.invocations / new.parent.name / new.name
    place.parent.mkdir(parents=True, exist_ok=True)
    new.replace(place)


def _after(events: list[HookEvent]) -> Snapshot:
    lives = Lives(Redactor({}, None), most=20)
    for event in events:
        lives.hear(event)
    return lives.snapshot()
