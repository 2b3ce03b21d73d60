"""``afteraction rules``: proposals are shown with their numbers, and nothing is written that was not asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.learning.made_up import AGENTS, rules, write_rules, years
from tests.program import piped
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
