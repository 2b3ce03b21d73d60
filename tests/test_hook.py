"""What the hook writes, and what it costs to import."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.hook_process import (
    HOOK,
    INTERPRETER,
    SILENT,
    hook_arguments,
    only_line,
    recorded_payloads,
    run_hook,
    spool_files,
    spool_lines,
)

CANARY = "CANARY-do-not-store"
KEPT = frozenset(
    (
        "session_id", "prompt_id", "agent_id", "agent_type", "tool_use_id", "tool_name", "hook_event_name", "source",
        "cwd", "transcript_path", "agent_transcript_path", "permission_mode", "level", "reason", "trigger", "model",
        "subagent_type", "isolation", "to", "task_id", "skill", "status", "agentId", "agentType", "resolvedModel",
        "runId", "transcriptDir", "worktreePath", "task_type", "id", "type",
    )
)  # fmt: skip
"""The keys under which identifiers stand, said once more and independently of the hook's own list."""


def with_canaries(value: Any, key: str = "") -> Any:
    """The payload with a canary in every text and one more under a key that nobody knows."""
    if isinstance(value, dict):
        return {**{name: with_canaries(member, name) for name, member in value.items()}, "unknown": CANARY}
    if isinstance(value, list):
        return [with_canaries(member, key) for member in value]
    if isinstance(value, str) and key not in KEPT:
        return value.replace("<summary>", f"<summary>{CANARY} ").replace("<result>", f"<result>{CANARY} ") + CANARY
    return value


def test_only_allow_listed_keys_reach_the_disk(tmp_path: Path) -> None:
    """Never a prompt, tool input, tool output or message: a canary in every text of real sessions stays out."""
    payloads = list(recorded_payloads())
    for payload in payloads:
        assert run_hook(with_canaries(payload), tmp_path) == SILENT

    written = b"".join(file.read_bytes() for file in spool_files(tmp_path))
    assert len(written.splitlines()) == len(payloads) > 60
    assert CANARY.encode() not in written


def test_identifiers_stay_verbatim(tmp_path: Path) -> None:
    """Evidence is joined by the client's own ids and paths: they arrive unchanged, nested as the client nests them."""
    for payload in recorded_payloads():
        run_hook(payload, tmp_path)
    lines = spool_lines(tmp_path)
    spawn = next(line["payload"] for line in lines if "totalTokens" in line["payload"].get("tool_response", {}))
    stop = next(line["payload"] for line in lines if line["payload"].get("background_tasks"))
    notified = next(line["payload"] for line in lines if line["payload"].get("notification"))

    assert spawn["tool_input"] == {"subagent_type": "backend-architect"}
    assert spawn["tool_response"]["agentId"] == "ad3a32860c99f5717"
    assert spawn["tool_response"]["usage"]["cache_read_input_tokens"] == 1000
    assert spawn["tool_response"]["toolStats"]["editFileCount"] == 2
    assert spawn["effort"] == {"level": "high"}
    assert set(stop["background_tasks"][0]) == {"id", "type", "status", "agent_type"}
    assert notified["notification"] == {
        "task_id": "a7ff2e7b5321deb91",
        "tool_use_id": "toolu_00000101",
        "status": "completed",
    }


def test_sentence_under_error_is_dropped_and_a_code_kept(tmp_path: Path) -> None:
    """``error`` is a code in StopFailure and a text of the session elsewhere; only the code may be stored."""
    run_hook({"session_id": "a", "hook_event_name": "StopFailure", "error": "rate_limit"}, tmp_path)
    run_hook({"session_id": "b", "hook_event_name": "PostToolUseFailure", "error": "Exit code 1"}, tmp_path)

    assert [line["payload"].get("error") for line in spool_lines(tmp_path)] == ["rate_limit", None]


def test_other_tools_keep_nothing_of_their_input(tmp_path: Path) -> None:
    """``to`` of SendMessage is an agent; of a mail tool it is a person."""
    event = {"session_id": "a", "hook_event_name": "PostToolUse", "tool_input": {"to": "someone"}}
    run_hook({**event, "tool_name": "SendMessage"}, tmp_path)
    run_hook({**event, "tool_name": "mcp__mail__send"}, tmp_path)

    assert [line["payload"].get("tool_input") for line in spool_lines(tmp_path)] == [{"to": "someone"}, None]


def test_values_of_the_wrong_type_are_dropped(tmp_path: Path) -> None:
    """A line carries what its keys say or nothing, so that the collector's typed reader accepts every line."""
    run_hook(
        {
            "session_id": "a",
            "agent_id": ["x"],
            "cwd": 7,
            "stop_hook_active": "yes",
            "duration_ms": 10**400,
            "hook_event_name": "Stop and more",
            "tool_name": "Agent",
            "tool_response": {"totalTokens": -1, "totalDurationMs": 12.75, "usage": "none", "status": "x" * 65},
        },
        tmp_path,
    )

    assert only_line(tmp_path)["payload"] == {
        "session_id": "a",
        "tool_name": "Agent",
        "tool_response": {"totalDurationMs": 12},
    }


def test_environment_is_part_of_the_line(tmp_path: Path) -> None:
    """Only the hook sees ``OAK_*`` and the trace it belongs to; what it does not write is lost."""
    environment = {
        "OAK_WORKFLOW_ID": "wf-1",
        "OAK_PARENT_INVOCATION_ID": "inv-1",
        "TRACEPARENT": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "CLAUDE_CODE_ENTRYPOINT": "cli",
        "CLAUDE_PROJECT_DIR": "/home/x/pröject",
        "ANOTHER": CANARY,
    }
    run_hook({"session_id": "a"}, tmp_path, environment=environment)

    assert only_line(tmp_path)["env"] == {
        "oak_workflow_id": "wf-1",
        "oak_parent_invocation_id": "inv-1",
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "entrypoint": "cli",
        "project_dir": "/home/x/pröject",
    }


@pytest.mark.parametrize(
    "value",
    [
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        f"00-{CANARY}-00f067aa0ba902b7-01",
        "",
    ],
)
def test_a_traceparent_of_any_other_form_is_dropped(tmp_path: Path, value: str) -> None:
    """What is named like a trace may hold anything: only the one documented form reaches the disk."""
    run_hook({"session_id": "a"}, tmp_path, environment={"TRACEPARENT": value})

    assert "env" not in only_line(tmp_path)


def test_client_is_named_past_the_shell(tmp_path: Path) -> None:
    """A sweep asks whether the session's process lives: the line names it, not the shell that ran the hook."""
    run_hook({"session_id": "direct"}, tmp_path)
    command = ["sh", "-c", '"$@" || :', "sh", *hook_arguments(tmp_path)]
    subprocess.run(command, input=b'{"session_id":"shell"}', check=True)

    namespace = int(Path("/proc/self/ns/pid").readlink().name.strip("pid:[]"))
    started = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    for line in spool_lines(tmp_path):
        assert line["client"] == {"pid": os.getpid(), "started": started, "pid_namespace": namespace}


@pytest.mark.parametrize(
    ("variable", "place"), [("{}/elsewhere", "elsewhere"), ("~/data", "home/data"), ("sub/data", "cwd/sub/data")]
)
def test_root_of_the_environment_wins(tmp_path: Path, variable: str, place: str) -> None:
    """``OAK_TELEMETRY_DIR`` is honoured at every run: absolute, below the home folder, or below the present one."""
    (tmp_path / "cwd").mkdir()
    environment = {"OAK_TELEMETRY_DIR": variable.format(tmp_path), "HOME": str(tmp_path / "home")}
    run_hook({"session_id": "a"}, tmp_path / "installed", environment=environment, folder=tmp_path / "cwd")

    assert only_line(tmp_path / place)["payload"] == {"session_id": "a"}
    assert not (tmp_path / "installed").exists()


@pytest.mark.parametrize("mask", ["0", "0777", "0277"])
def test_files_are_for_the_user_alone(tmp_path: Path, mask: str) -> None:
    """Files 0600 and folders 0700, whatever the umask of the session."""
    root = tmp_path / "new" / "telemetry"
    run_hook({"session_id": "a", "hook_event_name": "SubagentStop", "agent_id": "b"}, root, before=f"umask {mask};")

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [root.parent, *root.parent.rglob("*")]}
    folders = dict.fromkeys(("new", "telemetry", "spool"), 0o700)
    assert modes == folders | dict.fromkeys(("a.jsonl", "a.jsonl.agents", "collector.lock"), 0o600)


def imported_modules(arguments: list[str], payload: bytes = b"") -> set[str]:
    """The modules a process imports, as Python itself reports them."""
    command = [INTERPRETER, "-X", "importtime", *arguments[1:]]
    report = subprocess.run(command, input=payload, capture_output=True, env={}, check=True).stderr.decode()
    return {line.rpartition("|")[2].strip() for line in report.splitlines()[1:]}


def test_hook_imports_next_to_nothing(tmp_path: Path) -> None:
    """Import time is the session's time: beyond the bare interpreter's own there is ``_json`` and our four files."""
    bare = imported_modules([INTERPRETER, "-I", "-S", "-c", "pass"])
    ours = {f"afteraction.hook.{name}" for name in ("record_event", "allow_list", "secret_shape", "json_text")}

    ordinary = imported_modules(hook_arguments(tmp_path), b'{"session_id":"a","hook_event_name":"PreToolUse"}')
    ending = imported_modules(hook_arguments(tmp_path), b'{"session_id":"a","hook_event_name":"SubagentStop"}')

    assert ordinary - bare == ours | {"_json"}
    assert ending - bare == ours | {"_json", "afteraction.hook.start_collector", "fcntl"}


def test_every_module_name_is_free_in_the_standard_library() -> None:
    """The hook's files could be found under their bare names one day; they must not shadow a module of Python's."""
    import sys

    assert not {file.stem for file in HOOK.glob("*.py")} & sys.stdlib_module_names
