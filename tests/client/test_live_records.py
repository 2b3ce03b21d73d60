"""What real sessions leave behind: installed hooks, a live client, and the records that must be right in every field.

Nobody calls the collector here unless the test says so: the hooks start it, as they do for a user.
"""

from __future__ import annotations

import contextlib
import json
import stat
from typing import TYPE_CHECKING

import pytest

from tests.client.install import NEWEST, VERSIONS
from tests.client.live import assert_silent, collector_runs, outcome, recorded, records, session, workflows
from tests.client.product import afteraction, telemetry_folder
from tests.client.run import wait_until
from tests.client.scenarios import OAK

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.client

every_version = pytest.mark.parametrize("version", VERSIONS)

FOREGROUND = {
    "tools_used": ["Read", "Write", "Bash", "Edit"],
    "files_modified": ["out.txt"],
    "schema_version": 1,
    "source": "hook",
    "client": "claude-code",
    "traceparent": None,
    "tokens": {"input": 4000, "output": 200, "cache_read": 800, "cache_creation": 120},
    "tool_calls": 4,
    "tool_errors": 1,
    "tools": {"Read": 1, "Write": 1, "Bash": 1, "Edit": 1},
    "files_read": ["README.md"],
    "lines_added": 4,
    "lines_removed": 1,
    "background": False,
    "depth": 1,
    "rounds": 1,
    "task_type": None,
    "acceptance": None,
}
"""What the agent of that scenario did: its metadata but for what differs with every run."""


@every_version
def test_a_foreground_agent_is_recorded_in_every_field(version: str, tmp_path: Path) -> None:
    """Each of the record's keys says what really happened, and no other key appears."""
    result = session("foreground", version, tmp_path)
    (record,) = recorded(result, 1)
    del record["metadata"]

    assert_silent(result)
    assert 0 < record.pop("execution_time_ms") < result.seconds * 1000
    started = record.pop("timestamp")
    key = record.pop("invocation_id")
    assert key.startswith(f"inv-{started[:10].replace('-', '')}-")
    (stored,) = telemetry_folder(result.place).glob("invocations/*/*.json")
    assert stored.relative_to(telemetry_folder(result.place)).as_posix() == (
        f"invocations/{started[:10]}/backend-architect-{key.rpartition('-')[2]}.json"
    )
    (workflow,) = workflows(result)
    assert record == {
        "workflow_id": workflow["workflow_id"],
        "parent_invocation_id": None,
        "agent_name": "backend-architect",
        "task_description": "Design auth API",
        "status": "success",
        "error_message": None,
        "user_accepted": None,
    }


@every_version
def test_a_foreground_agent_s_metadata_is_complete(version: str, tmp_path: Path) -> None:
    """Each key of the metadata says what really happened, and no other key appears."""
    result = session("foreground", version, tmp_path)
    (record,) = recorded(result, 1)
    metadata = record["metadata"]

    assert record["timestamp"] < metadata.pop("ended_at")
    (transcript,) = result.agent_transcripts
    last_line = json.loads(transcript.read_bytes().splitlines()[-1])
    assert metadata.pop("model") is not None
    assert metadata.pop("prompt_id") is not None
    assert metadata.pop("cost_usd") > 0
    assert metadata.pop("tool_use_id").startswith("toolu_")
    definition = metadata.pop("agent_definition")
    assert definition["path"] == ".claude/agents/backend-architect.md"
    assert len(definition["sha256"]) == 64
    assert metadata.pop("outcome") == {
        "category": "completed",
        "evidence": [f"transcript line {last_line['uuid']}: end_turn", "hook SubagentStop: received"],
    }
    assert metadata.pop("model_tier") in ("haiku", "sonnet", "opus")
    assert metadata == {
        **FOREGROUND,
        "client_version": version,
        "session_id": result.session_id,
        "agent_id": transcript.stem.removeprefix("agent-"),
        "project": str(result.project),
    }


@every_version
def test_parallel_agents_of_one_type_stay_apart(version: str, tmp_path: Path) -> None:
    """Three at once, two of the same type: each has its own record, and the workflow shows them side by side."""
    result = session("parallel", version, tmp_path)
    found = recorded(result, 3)

    assert_silent(result)
    assert sorted((r["agent_name"], r["task_description"], r["status"]) for r in found) == [
        ("code-reviewer", "Review the code", "success"),
        ("code-reviewer", "Review the docs", "success"),
        ("test-runner", "Run the tests", "success"),
    ]
    assert {r["task_description"]: r["metadata"]["files_read"] for r in found} == {
        "Review the code": ["src/auth.py"],
        "Review the docs": ["README.md"],
        "Run the tests": [],
    }
    (workflow,) = workflows(result)
    assert [sorted(group) for group in workflow["agents"]] == [["code-reviewer", "code-reviewer", "test-runner"]]
    assert workflow["totals"]["invocations"] == 3
    assert {r["workflow_id"] for r in found} == {workflow["workflow_id"]}


@every_version
def test_a_nested_agent_names_its_parent(version: str, tmp_path: Path) -> None:
    """An agent that another agent called belongs to the same workflow, one level deeper, under its caller."""
    result = session("nested", version, tmp_path)
    outer, inner = recorded(result, 2)

    assert_silent(result)
    assert (outer["agent_name"], inner["agent_name"]) == ("backend-architect", "test-runner")
    assert outer["parent_invocation_id"] is None
    assert inner["parent_invocation_id"] == outer["invocation_id"]
    assert inner["workflow_id"] == outer["workflow_id"]
    assert (outer["metadata"]["depth"], inner["metadata"]["depth"]) == (1, 2)
    assert (outcome(outer), outcome(inner)) == (("success", "completed"), ("success", "completed"))


@every_version
def test_a_background_agent_is_recorded_when_it_ends(version: str, tmp_path: Path) -> None:
    """The launch of a background agent is not its end."""
    result = session("background", version, tmp_path)
    (record,) = recorded(result, 1)

    assert_silent(result)
    assert outcome(record) == ("success", "completed")
    assert record["metadata"]["background"] is True
    assert record["metadata"]["tool_calls"] == 4


@every_version
def test_an_unknown_agent_type_is_a_failure_that_never_started(version: str, tmp_path: Path) -> None:
    """The client refuses an agent it does not know: a failure on record, with what it said."""
    result = session("unknown_type", version, tmp_path)
    (record,) = recorded(result, 1)

    assert_silent(result)
    assert outcome(record) == ("failure", "not_started")
    assert record["agent_name"] == "no-such-agent"
    assert record["error_message"].startswith("Agent type 'no-such-agent' not found")
    assert record["metadata"]["agent_id"] is None
    assert record["metadata"]["tokens"] is None


@every_version
@pytest.mark.parametrize("scenario", ["api_error", "api_error_background"])
def test_an_api_error_inside_is_a_failure_whatever_the_client_says(version: str, scenario: str, tmp_path: Path) -> None:
    """The client calls it completed; the agent delivered nothing."""
    result = session(scenario, version, tmp_path)
    (record,) = recorded(result, 1)

    assert_silent(result)
    assert outcome(record) == ("failure", "api_error")
    assert "API Error" in record["error_message"]
    (workflow,) = workflows(result)
    assert workflow["totals"]["denied"] == 0
    assert record["metadata"]["background"] is (scenario == "api_error_background")


@every_version
def test_an_interrupted_agent_is_recorded_as_interrupted(version: str, tmp_path: Path) -> None:
    """SIGINT leaves no terminal hook for the agent; what is left says interrupted."""
    result = session("sigint", version, tmp_path)
    afteraction(result.place, "collect", "--sweep")
    (record,) = records(result)

    assert outcome(record) == ("failure", "interrupted")
    assert record["error_message"]
    assert record["metadata"]["tools"] == {"Read": 1, "Bash": 1}


@every_version
def test_a_killed_client_is_found_by_the_sweep(version: str, tmp_path: Path) -> None:
    """SIGKILL fires no hook at all: the sweep sees that the client is gone and closes what it left open."""
    result = session("sigkill", version, tmp_path)
    wait_until(lambda: not collector_runs(result), "no collector runs")
    assert records(result) == []

    afteraction(result.place, "collect", "--sweep")
    (record,) = records(result)

    assert outcome(record) == ("failure", "killed")
    assert record["metadata"]["outcome"]["evidence"][0] == "process: client is gone"


@every_version
def test_a_stopped_agent_is_recorded_as_killed(version: str, tmp_path: Path) -> None:
    """TaskStop ends an agent without a SubagentStop."""
    result = session("task_stop", version, tmp_path)
    (record,) = recorded(result, 1)

    assert_silent(result)
    assert outcome(record) == ("failure", "killed")
    assert record["metadata"]["background"] is True


@every_version
def test_a_plugin_s_agent_keeps_its_full_name(version: str, tmp_path: Path) -> None:
    """``plugin:agent`` stays so in the record; only the file's name is made safe."""
    result = session("plugin", version, tmp_path)
    (record,) = recorded(result, 1)
    (stored,) = telemetry_folder(result.place).glob("invocations/*/*.json")

    assert_silent(result)
    assert record["agent_name"] == "oak:librarian"
    assert stored.name.startswith("oak-librarian-")


@every_version
def test_the_shell_s_workflow_reaches_the_record(version: str, tmp_path: Path) -> None:
    """``OAK_WORKFLOW_ID`` and ``OAK_PARENT_INVOCATION_ID`` of the calling shell name workflow and parent."""
    result = session("oak", version, tmp_path)
    (record,) = recorded(result, 1)
    (workflow,) = workflows(result)

    assert_silent(result)
    assert record["workflow_id"] == OAK["OAK_WORKFLOW_ID"] == workflow["workflow_id"]
    assert record["parent_invocation_id"] == OAK["OAK_PARENT_INVOCATION_ID"]


@every_version
def test_the_python_sdk_s_sessions_are_recorded_alike(version: str, tmp_path: Path) -> None:
    """A session that a program drives through the Agent SDK runs the same hooks and gives the same record."""
    result = session("python_sdk", version, tmp_path)
    (record,) = recorded(result, 1)

    assert outcome(record) == ("success", "completed")
    assert record["metadata"]["session_id"] == result.session_id
    assert record["metadata"]["tools"] == {"Read": 1, "Write": 1, "Bash": 1, "Edit": 1}


def test_all_stored_files_are_private(tmp_path: Path) -> None:
    """Files 0600 and folders 0700, whatever wrote them: hook, collector or a command."""
    result = session("foreground", NEWEST, tmp_path)
    recorded(result, 1)
    root = telemetry_folder(result.place)

    found = []
    for path in [root, *root.rglob("*")]:
        with contextlib.suppress(FileNotFoundError):  # once records are written, what analytics keep is still made
            found.append(path.stat().st_mode)
    assert {stat.S_IMODE(mode) for mode in found if stat.S_ISDIR(mode)} == {0o700}
    assert {stat.S_IMODE(mode) for mode in found if stat.S_ISREG(mode)} == {0o600}
