"""``afteraction status-line``: what the client asks, and what it gets."""

from __future__ import annotations

import json
import re
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest

from afteraction.collector.analytics_files import keep_current
from afteraction.paths import Root
from afteraction.privacy.redactor import Redactor
from afteraction.top.status_line import Asked, Known, Task, answers
from tests.live.telling import Telling
from tests.program import COMMAND
from tests.records import invocation, write_records

if TYPE_CHECKING:
    from pathlib import Path

    from afteraction.model import Status

NOW_MS = 1_795_414_452_000
GATE = Redactor({}, None)


def test_a_running_agent_gets_its_line(tmp_path: Path) -> None:
    """The rate of its kind as a count while it has few runs, how long it usually takes and has taken by now."""
    now_ms = _recorded(tmp_path)
    (line,) = _asked(tmp_path, _task(startTime=now_ms - 130_000))
    at_most_s = (time.time_ns() // 1_000_000 - now_ms) // 1000 + 131
    assert line["id"] == "a295d9a82a2b34883"
    shown = line["content"].split(" · ")
    assert shown[:2] == ["test-runner", "2/3 ok"]
    taken = re.fullmatch(r"usually 0m41, now (\d+)m(\d\d)", shown[2])
    assert taken is not None
    assert 130 <= 60 * int(taken[1]) + int(taken[2]) <= at_most_s
    assert shown[3] == "Run the unit tests"


def test_a_client_that_names_no_types_is_answered_from_what_it_wrote_down(tmp_path: Path) -> None:
    """2.1.197 tells the id alone; the type stands beside the agent's transcript."""
    now_ms = _recorded(tmp_path)
    session = Telling(tmp_path)
    session.write_meta("a295d9a82a2b34883", agentType="test-runner")
    task = _task(startTime=now_ms, agentType=None)
    assert _asked(tmp_path, task) == []
    (line,) = _asked(tmp_path, task, transcript_path=str(session.transcript))
    assert line["content"].startswith("test-runner · 2/3 ok")


def test_what_is_not_known_is_left_to_the_client(tmp_path: Path) -> None:
    """No record of its kind, an agent that has ended, no data at all: no line, and no error."""
    assert _asked(tmp_path, _task()) == []
    _recorded(tmp_path)
    assert _asked(tmp_path, _task(agentType="never-seen")) == []
    assert _asked(tmp_path, _task(status="completed")) == []


@pytest.mark.parametrize("given", [b"", b"{", b"[]", b"null", b'{"tasks": 3}', b"\xff" * 100, b'{"tasks": [{}]}'])
def test_what_cannot_be_read_is_answered_with_nothing(tmp_path: Path, given: bytes) -> None:
    """Whatever a client says, nothing it does not expect comes back."""
    _recorded(tmp_path)
    assert _run(tmp_path, given) == b""


def test_a_line_fits_and_holds_nothing_that_moves_the_cursor() -> None:
    """A line is cut at the client's columns; control characters are shown as such; many runs make a percentage."""
    known = {"a": Known("a", 40, 29, 0.725, 120_000)}
    task = Task("1", "running", "a", "do \x1b[2J this " * 9, NOW_MS - 190_000)
    (line,) = answers(Asked((task,), columns=50), known, GATE, NOW_MS)
    content = json.loads(line)["content"]
    assert content.startswith("a · 72% ok · usually 2m00, now 3m10 · do ")
    assert len(content) == 50
    assert "\x1b" not in content


def _recorded(folder: Path) -> int:
    now_ms = time.time_ns() // 1_000_000
    statuses: tuple[Status, ...] = ("success", "success", "failure")
    for number, status in enumerate(statuses):
        write_records(folder, invocation(number, agent="test-runner", status=status, started_ms=now_ms - 60_000))
    keep_current(Root(folder), now_ms)
    return now_ms


def _task(**changes: Any) -> dict[str, Any]:
    given = {
        "id": "a295d9a82a2b34883",
        "type": "local_agent",
        "agentType": "test-runner",
        "status": "running",
        "description": "Run the unit tests",
        "startTime": 1_795_414_261_998,
        "tokenSamples": [1280],
        **changes,
    }
    return {key: value for key, value in given.items() if value is not None}


def _asked(folder: Path, *tasks: dict[str, Any], **more: str) -> list[dict[str, str]]:
    given = {"session_id": "s", "columns": 114, "tasks": tasks, **more}
    return [json.loads(line) for line in _run(folder, json.dumps(given).encode()).splitlines()]


def _run(folder: Path, given: bytes) -> bytes:
    environment = {"HOME": str(folder), "OAK_TELEMETRY_DIR": str(folder), "LANG": "C"}
    done = subprocess.run(
        [*COMMAND, "status-line"], input=given, env=environment, capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout
