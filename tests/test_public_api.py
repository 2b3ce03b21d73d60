"""The Python API that programs import."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from telemetry.logger import log_invocation
from telemetry.workflow import get_workflow_context

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A telemetry root that the environment names."""
    monkeypatch.setenv("OAK_TELEMETRY_DIR", str(tmp_path / "telemetry"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("OAK_WORKFLOW_ID", raising=False)
    monkeypatch.delenv("OAK_PARENT_INVOCATION_ID", raising=False)
    return tmp_path / "telemetry"


def stored(root: Path) -> list[dict[str, Any]]:
    """All records."""
    return [json.loads(path.read_bytes()) for path in sorted(root.glob("invocations/*/*.json"))]


def test_a_logged_invocation_is_a_record_like_any_other(root: Path) -> None:
    """The returned id names the file, and every argument is in it."""
    invocation_id = log_invocation(
        agent_name="reviewer",
        task_description="Review yesterday's commits",
        status="partial",
        execution_time_ms=12456,
        workflow_id="wf-20251030-5d41402a",
        parent_invocation_id="inv-20251030-9f3c2a71b0de",
        error_message="half of it",
    )

    (record,) = stored(root)
    assert record["invocation_id"] == invocation_id
    assert (record["status"], record["execution_time_ms"], record["error_message"]) == ("partial", 12456, "half of it")
    assert record["parent_invocation_id"] == "inv-20251030-9f3c2a71b0de"
    (workflow,) = root.glob("workflows/*.json")
    assert workflow.name == "wf-20251030-5d41402a.json"


def test_text_is_redacted_before_it_is_stored(root: Path) -> None:
    """A secret in a description or a message never reaches the disk."""
    secret = "ghp_" + "a1B2" * 9
    log_invocation(
        agent_name="reviewer",
        task_description=f"use {secret}",
        status="failure",
        execution_time_ms=None,
        error_message=f"{secret} was refused",
    )

    assert all(secret.encode() not in path.read_bytes() for path in root.rglob("*") if path.is_file())


def test_a_failure_always_says_something(root: Path) -> None:
    """``error_message`` is set on every failure, also when the caller gave none."""
    log_invocation(agent_name="reviewer", task_description=None, status="failure", execution_time_ms=1)

    (record,) = stored(root)
    assert record["error_message"]


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ({"status": "done"}, "status must be one of"),
        ({"agent_name": " "}, "agent_name must not be empty"),
        ({"execution_time_ms": -1}, "must not be negative"),
    ],
)
def test_a_wrong_argument_is_the_caller_s_bug(root: Path, arguments: dict[str, Any], what: str) -> None:
    """A record that lies is worse than none: nothing is stored."""
    valid = {"agent_name": "a", "task_description": None, "status": "success", "execution_time_ms": 1}
    with pytest.raises(ValueError, match=what):
        log_invocation(**(valid | arguments))

    assert stored(root) == []


def test_a_disk_that_cannot_be_written_breaks_nobody(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Telemetry must not break the program it observes: the problem is logged, the id returned."""
    root.write_text("a file where the folder should be")

    returned = log_invocation(agent_name="a", task_description=None, status="success", execution_time_ms=1)

    assert returned.startswith("inv-")
    assert "could not store" in caplog.text


def test_the_shell_s_workflow_context_is_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The two variables are the whole protocol; unset is None."""
    del root
    assert get_workflow_context() == {"workflow_id": None, "parent_invocation_id": None}

    monkeypatch.setenv("OAK_WORKFLOW_ID", "wf-1")
    monkeypatch.setenv("OAK_PARENT_INVOCATION_ID", "inv-1")
    assert get_workflow_context() == {"workflow_id": "wf-1", "parent_invocation_id": "inv-1"}


def test_processes_that_log_into_one_workflow_at_once_lose_nothing(root: Path) -> None:
    """The workflow's file is extended under a lock: all of them are in it."""
    program = (
        "from telemetry.logger import log_invocation\n"
        "for i in range(5):\n"
        "    log_invocation(agent_name=f'a{i}', task_description=None, status='success',"
        " execution_time_ms=1, workflow_id='wf-shared')\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(6)]
    assert [process.wait() for process in running] == [0] * 6

    workflow = json.loads((root / "workflows" / "wf-shared.json").read_bytes())
    assert workflow["totals"]["invocations"] == 30
    assert {one["invocation_id"] for one in workflow["invocations"]} == {r["invocation_id"] for r in stored(root)}
