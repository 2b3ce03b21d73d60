"""Recorded sessions with something taken out or rewritten, for the ways of ending that nobody has recorded.

Each change works on real files, before anything reads them, and says in words what it did: the words stand in
``docs/outcomes.md`` beside the recording.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One change to a copy of a recording."""

    words: str
    """What the recording is afterwards: "without its SessionEnd"."""
    apply: Callable[[Path], None]
    """Given the copy's folder."""


def without_event(name: str) -> Change:
    """Take out the hook events of one name."""

    def apply(folder: Path) -> None:
        _rewrite(folder / "events.jsonl", lambda event: None if event["hook_event_name"] == name else event)

    return Change(f"without its {name}", apply)


def without_agent_file() -> Change:
    """Delete the agents' transcripts."""

    def apply(folder: Path) -> None:
        for path in _agent_files(folder):
            path.unlink()

    return Change("without the agent's transcript", apply)


def without_transcripts() -> Change:
    """Delete every transcript."""

    def apply(folder: Path) -> None:
        for path in folder.glob("transcripts/**/*.jsonl"):
            path.unlink()

    return Change("without any transcript", apply)


def without_error_line() -> Change:
    """Take the client's own error messages out of the agents' transcripts, as if it had died before it wrote them."""
    return _on_agents(
        "without the error line in its transcript", lambda line: None if line.get("isApiErrorMessage") else line
    )


def without_error_mark() -> Change:
    """Leave the error message and take its mark away: an answer that reads like an error."""

    def unmarked(line: Line) -> Line:
        return {key: value for key, value in line.items() if key not in ("isApiErrorMessage", "error")}

    return _on_agents("without the mark on its error line", unmarked)


def without_interruption() -> Change:
    """Take the interruption line out of the agents' transcripts."""
    return _on_agents(
        "without the interruption line in its transcript",
        lambda line: None if "[Request interrupted by user" in json.dumps(line) else line,
    )


def without_result() -> Change:
    """Take the results of tools out of the main transcript: the spawn call was never answered."""

    def apply(folder: Path) -> None:
        for path in folder.glob("transcripts/*/*.jsonl"):
            _rewrite(path, lambda line: None if _has_block(line, "tool_result") else line)

    return Change("without the spawn call's result", apply)


def edited_instead_of_read() -> Change:
    """Turn the agents' Read calls into Edit calls."""

    def edited(line: Line) -> Line:
        for block in _blocks(line):
            if block.get("name") == "Read":
                block["name"] = "Edit"
        return line

    return _on_agents("with an Edit in place of its Read", edited)


def _on_agents(words: str, change: Callable[[Line], Line | None]) -> Change:
    def apply(folder: Path) -> None:
        for path in _agent_files(folder):
            _rewrite(path, change)

    return Change(words, apply)


def _agent_files(folder: Path) -> list[Path]:
    found = list(folder.glob("transcripts/**/agent-*.jsonl"))
    assert found, f"{folder.name} has no agent's transcript"
    return found


def _rewrite(path: Path, change: Callable[[Line], Line | None]) -> None:
    before = [json.loads(line) for line in path.read_text().splitlines()]
    after = [changed for line in before if (changed := change(json.loads(json.dumps(line)))) is not None]
    assert after != before, f"the change does nothing to {path.name}"
    path.write_text("".join(json.dumps(line) + "\n" for line in after))


def _has_block(line: Line, kind: str) -> bool:
    return any(block.get("type") == kind for block in _blocks(line))


def _blocks(line: Line) -> list[Line]:
    content = line.get("message", {}).get("content")
    return content if isinstance(content, list) else []
