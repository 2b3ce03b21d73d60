"""How the work of a pass grows with a session: counted, not timed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import UUID

from afteraction.collector.collect import Surroundings, collect_pass
from afteraction.paths import Root
from afteraction.privacy.redactor import Redactor
from afteraction.sources.claude.transcript import parse_transcript

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SESSION = str(UUID(int=7))
NOW_MS = 1_795_361_000_000


def add_agent(home: Path, number: int) -> None:
    """One more agent that starts and ends: its transcript, and its hooks' lines."""
    agent_id = f"a{number:016x}"
    project = home / ".claude" / "projects" / "-p"
    folder = project / SESSION / "subagents"
    folder.mkdir(parents=True, exist_ok=True)
    (project / f"{SESSION}.jsonl").touch()
    message = {
        "id": f"m{number}",
        "role": "assistant",
        "stop_reason": "end_turn",
        "content": [{"type": "text", "text": "x"}],
    }
    lines = [
        {"type": "user", "timestamp": "2026-11-22T15:23:40.936Z", "message": {"role": "user", "content": "go"}},
        {"type": "assistant", "timestamp": "2026-11-22T15:23:41.936Z", "message": message},
    ]
    (folder / f"agent-{agent_id}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / f"agent-{agent_id}.meta.json").write_text('{"agentType":"worker"}')
    spool = home / "telemetry" / "spool"
    spool.mkdir(parents=True, exist_ok=True)
    with (spool / f"{SESSION}.jsonl").open("a") as file:
        for name in ("SubagentStart", "SubagentStop"):
            payload = {
                "hook_event_name": name,
                "session_id": SESSION,
                "agent_id": agent_id,
                "agent_type": "worker",
                "transcript_path": str(project / f"{SESSION}.jsonl"),
            }
            file.write(json.dumps({"v": 1, "at": NOW_MS, "payload": payload}) + "\n")


def test_a_pass_reads_the_transcripts_of_new_agents_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session with a hundred agents that end one by one is read once, not a hundred times."""
    reads: list[str] = []
    really_read = parse_transcript

    def counting(data: bytes, **keywords: object) -> object:
        reads.append(str(keywords.get("agent_id")))
        return really_read(data, **keywords)  # type: ignore[arg-type]

    monkeypatch.setattr("afteraction.sources.claude.session_files.parse_transcript", counting)
    root = Root(tmp_path / "telemetry")
    around = Surroundings(tmp_path / ".claude", Redactor({}, str(tmp_path)), now_ms=NOW_MS)
    for number in range(20):
        add_agent(tmp_path, number)
        assert collect_pass(root, around).written == 1

    assert len(list(root.invocations.glob("*/*.json"))) == 20
    assert len([agent_id for agent_id in reads if agent_id != "None"]) == 20


def test_a_failed_call_of_a_settled_agent_is_not_a_denied_one(tmp_path: Path) -> None:
    """The client returns an API error inside an agent as an error of the call; the agent was never denied."""
    add_agent(tmp_path, 1)
    main = tmp_path / ".claude" / "projects" / "-p" / f"{SESSION}.jsonl"
    call = {"type": "tool_use", "id": "toolu_1", "name": "Agent", "input": {"subagent_type": "worker"}}
    failed = {"type": "tool_result", "tool_use_id": "toolu_1", "is_error": True, "content": "Agent terminated early"}
    lines = [
        {"type": "assistant", "message": {"id": "m", "role": "assistant", "content": [call]}},
        {"type": "user", "message": {"role": "user", "content": [failed]}},
    ]
    main.write_text("".join(json.dumps(line | {"timestamp": "2026-11-22T15:23:40Z"}) + "\n" for line in lines))
    meta = main.with_suffix("") / "subagents" / f"agent-a{1:016x}.meta.json"
    meta.write_text('{"agentType":"worker","toolUseId":"toolu_1"}')
    root = Root(tmp_path / "telemetry")
    around = Surroundings(tmp_path / ".claude", Redactor({}, str(tmp_path)), now_ms=NOW_MS)
    for _ in range(2):
        collect_pass(root, around)

    (workflow,) = root.workflows.glob("*.json")
    assert json.loads(workflow.read_bytes())["totals"]["denied"] == 0
