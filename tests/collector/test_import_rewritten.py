"""What a transcript says does not depend on how its JSON is written, nor on how much else stands in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.collector.importing import HOUR_S, copy_sessions, imported, main_files, silent_for, truth
from tests.replay import Machine, cases

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Line = dict[str, Any]

PADDING = 'He wrote {"type":"tool_use","name":"Agent","tool_use_id":"toolu_1","agentId":"a1"}. ' * 100


def ordered(value: Any, order: Callable[[list[str]], list[str]]) -> Any:
    """The same value with the keys of all its objects in another order."""
    if isinstance(value, list):
        return [ordered(one, order) for one in value]
    return {key: ordered(value[key], order) for key in order(list(value))} if isinstance(value, dict) else value


def with_blanks(line: Line) -> str:
    return json.dumps(line, separators=(" , ", " : "))


def with_sorted_keys(line: Line) -> str:
    return json.dumps(ordered(line, sorted), ensure_ascii=False)


def with_reversed_keys(line: Line) -> str:
    return json.dumps(ordered(line, lambda keys: keys[::-1]), separators=(",", ":"))


@pytest.mark.parametrize("write", [with_blanks, with_sorted_keys, with_reversed_keys])
def test_records_do_not_depend_on_how_json_is_written(write: Callable[[Line], str], tmp_path: Path) -> None:
    """Blanks, escapes and the order of keys are the writer's business: every recorded session gives the same bytes."""

    def rewritten(path: Path) -> None:
        path.write_text("".join(write(json.loads(line)) + "\n" for line in path.read_text().splitlines()))

    assert_unchanged_by(rewritten, tmp_path)


def test_records_do_not_depend_on_what_else_the_session_did(tmp_path: Path) -> None:
    """Answers, calls and results that have nothing to do with subagents change no record, however large they are."""

    def padded(path: Path) -> None:
        if path.name.startswith("agent-") or "subagents" in path.parts:
            return
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join([*lines[:-1], *(json.dumps(line) + "\n" for line in bulk()), lines[-1]]))

    assert_unchanged_by(padded, tmp_path)


def bulk() -> list[Line]:
    """An answer, a call and its result as a main file is full of them."""
    made = []
    for number, name in enumerate(("Read", "Bash", "mcp__files__read")):
        call = {"type": "tool_use", "id": f"bulk{number}", "name": name, "input": {"name": "Agent's", "text": PADDING}}
        result = {"type": "tool_result", "tool_use_id": f"bulk{number}", "content": PADDING}
        made += [
            {"type": "assistant", "message": {"role": "assistant", "content": [{"type": "text", "text": PADDING}]}},
            {"type": "assistant", "message": {"role": "assistant", "content": [call]}},
            {"type": "user", "message": {"role": "user", "content": [result]}, "toolUseResult": {"stdout": PADDING}},
        ]
    return made


def assert_unchanged_by(change: Callable[[Path], None], tmp_path: Path) -> None:
    """All recorded sessions, changed, must give what they give as they are."""
    plain, changed = Machine(tmp_path / "plain"), Machine(tmp_path / "changed")
    for machine in (plain, changed):
        machine.home.mkdir()
        projects = copy_sessions(cases(), machine.home / "backup")
        assert main_files(projects)
        for path in projects.rglob("*.jsonl") if machine is changed else ():
            change(path)
        silent_for(projects, HOUR_S)
        imported(machine, projects)

    assert truth(plain)
    assert truth(changed) == truth(plain)
