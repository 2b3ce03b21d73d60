"""Who should go, and a gate for scripts: only what is certain counts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.program import on_terminal, piped
from tests.records import invocation, write_records

if TYPE_CHECKING:
    from pathlib import Path

    from afteraction.model import Invocation

UNTIL = ("--until", "2025-10-30T18:00Z")


def runs(agent: str, success: int, failure: int, *, task: str, first: int) -> list[Invocation]:
    """So many runs of an agent at one task."""
    ends = ["success"] * success + ["failure"] * failure
    return [
        invocation(first + at, agent=agent, status=status, task_description=task)  # type: ignore[arg-type]
        for at, status in enumerate(ends)
    ]


def write_team(root: Path) -> None:
    """A useless agent, a good one at the same tasks, a better one at others, one with few runs, one in between."""
    write_records(
        root,
        *runs("useless", 6, 34, task="Run the unit tests", first=0),
        *runs("tester", 36, 4, task="Run the unit tests", first=100),
        *runs("explorer", 60, 0, task="Find where sessions are stored", first=200),
        *runs("new", 0, 4, task="Run the unit tests", first=300),
        *runs("unsure", 6, 8, task="Run the unit tests", first=400),
    )


def test_the_useless_agent_is_named_with_its_substitute(tmp_path: Path) -> None:
    """The substitute did the same type of task better for certain; unsure and new agents are no candidates."""
    write_team(tmp_path)

    (row,) = json.loads(piped(tmp_path, "agents", "--retire", "--json", *UNTIL).stdout)

    assert (row["agent_name"], row["invocations"], row["success"]) == ("useless", 40, 6)
    assert row["success_high"] < 0.5
    assert (row["task_type"], row["substitute"], row["substitute_runs"]) == ("test", "tester", 40)
    assert row["substitute_low"] > row["success_high"]
    shown = on_terminal(tmp_path, "agents", "--retire", *UNTIL).stdout
    assert "tester: 77-96% in 40 runs" in " ".join(shown.split())
    assert "1 agent with fewer than 10 runs: not enough data" in shown
    assert max(map(len, shown.splitlines())) <= 200


def test_nobody_is_named_without_certainty(tmp_path: Path) -> None:
    """Without a candidate it says so; with nobody better there is no substitute; without records the exit is 3."""
    write_records(tmp_path / "a", *runs("unsure", 6, 8, task="Run the unit tests", first=0))
    assert json.loads(piped(tmp_path / "a", "agents", "--retire", "--json", *UNTIL).stdout) == []
    shown = on_terminal(tmp_path / "a", "agents", "--retire", *UNTIL)
    assert (shown.code, "No agent fails more often than not for certain." in shown.stdout) == (0, True)

    write_records(tmp_path / "b", *runs("useless", 2, 38, task="Run the unit tests", first=0))
    (alone,) = json.loads(piped(tmp_path / "b", "agents", "--retire", "--json", *UNTIL).stdout)
    assert alone["substitute"] is None
    assert "nobody did test tasks better" in " ".join(on_terminal(tmp_path / "b", "agents", "--retire").stdout.split())
    (tmp_path / "c").mkdir()
    assert piped(tmp_path / "c", "agents", "--retire").code == 3


def test_the_gate_closes_only_for_what_is_certain(tmp_path: Path) -> None:
    """Exit 1 when a whole interval lies below, and the agent is named; few runs below do not close it."""
    write_team(tmp_path)

    closed = piped(tmp_path, "agents", "--fail-under", "60", "--min-runs", "10", *UNTIL)
    assert closed.code == 1
    assert closed.stderr == "afteraction: useless succeeds in 7% to 29% of runs, below 60%\n"
    assert "tester" in closed.stdout
    assert piped(tmp_path, "agents", "--fail-under", "25", *UNTIL).code == 0
    assert piped(tmp_path, "agents", "--fail-under", "60", "--agent", "tester", *UNTIL).code == 0
    assert piped(tmp_path, "agents", "--fail-under", "60", "--agent", "nobody", *UNTIL).code == 3


def test_questions_that_do_not_go_together_are_refused(tmp_path: Path) -> None:
    """A mistyped combination is a usage error, not half an answer."""
    write_team(tmp_path)
    for more in (("--sort", "cost"), ("--fail-under", "50"), ("--by", "task-type")):
        assert piped(tmp_path, "agents", "--retire", *more).code == 2
