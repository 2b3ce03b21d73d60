"""The hook starts the collector where something may have ended, once, and lets go of it."""

from __future__ import annotations

import fcntl
import json
import os
import select
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.hook_process import INTERPRETER, SILENT, hook_arguments, run_hook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STAND_IN = f"""#!{INTERPRETER} -IS
import json, os, sys
files = {{int(name): None for name in os.listdir("/proc/self/fd")}}
for number in list(files):
    try:
        files[number] = os.readlink(f"/proc/self/fd/{{number}}")
    except OSError:
        del files[number]  # the listing's own
told = {{
    "arguments": sys.argv[1:], "files": files, "pid": os.getpid(), "session": os.getsid(0), "folder": os.getcwd(),
    "environment": dict(os.environ),
}}
place = os.path.dirname(os.path.abspath(sys.argv[0]))
with open(place + "/started", "w") as started:
    print(json.dumps(told), file=started)
open(place + "/release").close()
"""
"""Stands in for the environment's Python: tells what it was given, then keeps the lock until it is released."""


@dataclass(frozen=True)
class StandIn:
    """A collector that can be waited for: two pipes with names."""

    program: Path
    root: Path
    started: int

    def told(self) -> dict[str, Any]:
        """What the next collector reports, waiting for it to start."""
        report = b""
        while not report.endswith(b"\n"):
            report += os.read(self.started, 65536)
        return json.loads(report)  # type: ignore[no-any-return]

    def release(self) -> None:
        """Let it end, and return when the lock is free."""
        os.close(os.open(self.program.parent / "release", os.O_WRONLY))
        with (self.root / "spool" / "collector.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)

    def another_started(self) -> bool:
        """Whether one more has reported."""
        return bool(select.select([self.started], [], [], 0)[0])


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[StandIn]:
    """A stand-in for the collector's Python beside an empty root."""
    program = tmp_path / "stand-in" / "python"
    program.parent.mkdir()
    program.write_text(STAND_IN)
    program.chmod(0o755)
    os.mkfifo(program.parent / "release")
    os.mkfifo(program.parent / "started")
    started = os.open(program.parent / "started", os.O_RDWR)
    yield StandIn(program, tmp_path / "root", started)
    os.close(started)


def stop(session: str) -> dict[str, Any]:
    """An event that calls for the collector."""
    return {"session_id": session, "hook_event_name": "SubagentStop"}


def test_collector_is_cut_loose(collector: StandIn) -> None:
    """It outlives the session: own session, no file of the client's, no folder held, the root made plain."""
    reading, writing = os.pipe()
    os.set_inheritable(reading, True)  # noqa: FBT003
    hook = subprocess.run(
        hook_arguments(collector.root, collector.program),
        input=json.dumps(stop("a")).encode(),
        capture_output=True,
        pass_fds=[reading],
        env={"OAK_WORKFLOW_ID": "wf-1"},
        check=True,
    )
    told = collector.told()
    collector.release()
    os.close(reading)
    os.close(writing)

    assert (hook.stdout, hook.stderr) == (b"", b"")
    *start, lock = told["arguments"]
    assert start == ["-I", "-m", "afteraction.collector.detached", str(collector.root)]
    lock_path = str(collector.root / "spool" / "collector.lock")
    assert told["files"] == {"0": "/dev/null", "1": "/dev/null", "2": "/dev/null", lock: lock_path}
    assert told["session"] == told["pid"]
    assert told["folder"] == "/"
    assert told["environment"].items() >= {"OAK_WORKFLOW_ID": "wf-1", "OAK_TELEMETRY_DIR": str(collector.root)}.items()


def test_burst_of_ends_starts_one_collector(collector: StandIn) -> None:
    """Twenty subagents that end together want one collector: whoever starts it hands it the lock."""
    hooks = []
    for number in range(20):
        hook = subprocess.Popen(hook_arguments(collector.root, collector.program), stdin=subprocess.PIPE, env={})
        assert hook.stdin
        hook.stdin.write(json.dumps(stop(f"s{number}")).encode())
        hooks.append(hook)
    for hook in hooks:
        hook.communicate()
    collector.told()
    assert not collector.another_started()
    collector.release()

    assert {hook.returncode for hook in hooks} == {0}
    assert not collector.another_started()


def test_next_end_starts_the_next_collector(collector: StandIn) -> None:
    """A collector that has ended leaves the lock free."""
    for session in ("a", "b"):
        run_hook(stop(session), collector.root, collector=collector.program)
        assert collector.told()["arguments"][-2] == str(collector.root)
        collector.release()


def test_missing_collector_leaves_the_lock_free(tmp_path: Path) -> None:
    """An environment that is gone costs nothing now, and the next hook tries again."""
    assert run_hook(stop("a"), tmp_path, collector=tmp_path / "gone") == SILENT

    with (tmp_path / "spool" / "collector.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # waits for the child that finds nothing to run


def test_event_that_cannot_be_written_still_starts_the_collector(collector: StandIn) -> None:
    """The transcript is the evidence, the hook only the trigger: a blocked spool file does not stop the collector."""
    (collector.root / "spool" / "a.jsonl").mkdir(parents=True)
    run_hook(stop("a"), collector.root, collector=collector.program)

    assert collector.told()
    collector.release()


AGENT = {"hook_event_name": "PostToolUse", "tool_name": "Agent", "tool_response": {"status": "completed"}}


@pytest.mark.parametrize(
    ("event", "starts"),
    [
        ({"hook_event_name": "SubagentStop"}, True),
        ({"hook_event_name": "StopFailure"}, True),
        ({"hook_event_name": "Stop"}, False),
        ({"hook_event_name": "SessionEnd"}, True),
        ({"hook_event_name": "UserPromptSubmit"}, False),
        (AGENT, True),
        ({**AGENT, "tool_name": "Task"}, True),
        ({**AGENT, "tool_name": "Skill"}, True),
        ({**AGENT, "tool_name": "TaskStop", "tool_response": "text"}, True),
        ({**AGENT, "hook_event_name": "PostToolUseFailure"}, True),
        ({**AGENT, "tool_response": {"status": "async_launched"}}, False),
        ({**AGENT, "tool_name": "Read"}, False),
        ({"hook_event_name": "PreToolUse", "tool_name": "Agent"}, False),
        ({"hook_event_name": "SubagentStart"}, False),
        ({"hook_event_name": "SessionStart"}, True),
        ({}, False),
    ],
)
def test_collector_is_called_where_something_may_have_ended(
    tmp_path: Path, event: dict[str, Any], *, starts: bool
) -> None:
    """Only ends are worth a process: a start or an ordinary tool call leaves the lock untouched."""
    run_hook({"session_id": "a", **event}, tmp_path)

    assert (tmp_path / "spool" / "collector.lock").exists() is starts


@pytest.mark.parametrize("turn", ["Stop", "UserPromptSubmit"])
def test_turns_of_a_session_with_agents_call_the_collector(tmp_path: Path, turn: str) -> None:
    """A session without subagents never pays for a collector; with the first of them, its turns may end something."""
    run_hook({"session_id": "a", "hook_event_name": "SubagentStart", "agent_id": "b"}, tmp_path)
    run_hook({"session_id": "other", "hook_event_name": turn}, tmp_path)
    assert not (tmp_path / "spool" / "collector.lock").exists()

    run_hook({"session_id": "a", "hook_event_name": turn}, tmp_path)
    assert (tmp_path / "spool" / "collector.lock").exists()
