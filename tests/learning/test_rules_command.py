"""``afteraction rules``: proposals are shown with their numbers, and nothing is written that was not asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.learning.made_up import AGENTS, rules, write_rules, years
from tests.program import Result, piped
from tests.records import write_records

if TYPE_CHECKING:
    from pathlib import Path


def test_suggest_shows_each_proposal_with_its_numbers(tmp_path: Path) -> None:
    """One numbered line with the change and one with the reason; the rules file keeps its bytes."""
    write_records(tmp_path, *years(1, rates={"beta": 0.6}))
    path = write_rules(tmp_path / "agent-rules.json", rules(*AGENTS))
    before = path.read_bytes()

    result = piped(tmp_path, "rules", "suggest", "--file", str(path))

    assert (result.code, result.stderr) == (0, "")
    assert "  1  beta: confidence_threshold 0.70 -> 0." in result.stdout
    assert "usual among the other agents" in result.stdout
    assert path.read_bytes() == before


def test_suggest_as_json_is_the_same_for_programs(tmp_path: Path) -> None:
    """Each proposal has agent, kind, before, after, reason, n and interval."""
    write_records(tmp_path, *years(1, rates={"beta": 0.6}))
    path = write_rules(tmp_path / "agent-rules.json", rules(*AGENTS, "never"))

    shown = json.loads(piped(tmp_path, "rules", "suggest", "--file", str(path), "--json").stdout)

    assert [(one["agent"], one["kind"], one["before"]) for one in shown["proposals"]] == [("beta", "threshold", 0.7)]
    assert set(shown["proposals"][0]) == {
        "agent", "kind", "before", "after", "reason", "n", "rate", "low", "high", "chance",
    }  # fmt: skip
    assert [one["agent"] for one in shown["not_enough_data"]] == ["never"]


def test_suggest_without_a_file_or_without_records_says_what_to_do(tmp_path: Path) -> None:
    """Exit code 3, one line, and the way on."""
    missing = piped(tmp_path, "rules", "suggest", "--file", str(tmp_path / "none.json"))
    path = write_rules(tmp_path / "agent-rules.json", rules(*AGENTS))
    empty = piped(tmp_path, "rules", "suggest", "--file", str(path))

    assert missing.code == 3
    assert "--file" in missing.stderr
    assert empty.code == 3
    assert "afteraction install" in empty.stderr


def test_apply_undo_and_effect(tmp_path: Path) -> None:
    """What was shown is applied once, undone byte for byte, and its effect is told with what is missing."""
    write_records(tmp_path, *years(1, rates={"beta": 0.6}))
    path = write_rules(tmp_path / "agent-rules.json", rules(*AGENTS))
    before = path.read_bytes()

    def run(*arguments: str) -> Result:
        return piped(tmp_path, "rules", *arguments, "--file", str(path))

    unasked = run("apply")
    assert (unasked.code, "rules suggest" in unasked.stderr) == (1, True)
    run("suggest")
    dry = run("apply", "--dry-run")
    assert path.read_bytes() == before
    done = run("apply", "--only", "1")

    changed = [line for line in dry.stdout.splitlines() if line[0] in "+-"][2:]
    assert [line[0] for line in changed] == ["-", "+"]
    assert done.code == 0
    assert "beta: confidence_threshold 0.70 -> " in done.stdout
    assert path.read_bytes().replace(changed[1][1:].encode(), changed[0][1:].encode(), 1) == before
    assert run("apply").code == 1
    assert "0/0 after: not enough data" in run("effect").stdout
    assert json.loads(run("effect", "--json").stdout)[0]["measured"]["runs_before"] == 0
    assert run("undo").code == 0
    assert path.read_bytes() == before
    assert run("undo").code == 1


def test_what_changed_since_is_refused_with_what_to_do(tmp_path: Path) -> None:
    """One line on stderr; the file keeps the bytes that somebody else gave it."""
    write_records(tmp_path, *years(1, rates={"beta": 0.6}))
    path = write_rules(tmp_path / "agent-rules.json", rules(*AGENTS))
    piped(tmp_path, "rules", "suggest", "--file", str(path))
    write_rules(path, rules("beta"))
    theirs = path.read_bytes()

    result = piped(tmp_path, "rules", "apply", "--file", str(path))

    assert result.code == 1
    assert result.stderr == f"afteraction: {path} has changed since 'rules suggest'; run that again, then apply\n"
    assert path.read_bytes() == theirs
