"""Nothing is applied by itself unless two people said so, and then thresholds only, seldom, and undoable."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from afteraction.collector.auto_rules import keep_tuned
from afteraction.learning import automatic, rewriting
from afteraction.learning.rules_file import RulesError
from afteraction.learning.rules_state import recall
from afteraction.moments import DAY_MS, utc_timestamp
from afteraction.paths import Root
from tests.learning.made_up import AGENTS, rules, write_rules, years
from tests.machine import Machine, machine_in
from tests.program import piped
from tests.records import NOW_MS, write_records

if TYPE_CHECKING:
    from pathlib import Path


def agreeing(*, adjust: bool = True) -> dict[str, Any]:
    content = rules(*AGENTS[:5])
    content["learning_config"]["adjust_thresholds_dynamically"] = adjust
    return content


@pytest.fixture
def root(tmp_path: Path) -> Root:
    """A year in which one agent does badly but with one word, and one is useless."""
    planted = {("beta", "cache"): 1.0}
    write_records(tmp_path / "data", *years(1, rates={"beta": 0.5, "delta": 0.1}, word_rates=planted))
    return Root(tmp_path / "data")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Rules that agree to be adjusted."""
    return write_rules(tmp_path / "agent-rules.json", agreeing())


def test_only_thresholds_move_and_only_once_for_the_same_runs(root: Root, path: Path) -> None:
    """Keywords and useless agents are for people; the day after, nothing new has happened."""
    before = path.read_bytes()
    automatic.ask(root, path)

    made = automatic.adjust(root, now_ms=NOW_MS)

    assert made is not None
    assert made.automatic
    assert [(one.agent, one.kind) for one in made.proposals] == [("beta", "threshold")]
    moved = path.read_bytes()
    assert [one["confidence_threshold"] > 0.7 for one in json.loads(moved)["agents"]] == [
        False, True, False, False, False,
    ]  # fmt: skip
    for days in (0.5, 2, 30):
        assert automatic.adjust(root, now_ms=round(NOW_MS + days * DAY_MS)) is None
    assert path.read_bytes() == moved
    rewriting.undo(root, path, at=utc_timestamp(NOW_MS + 31 * DAY_MS))
    assert path.read_bytes() == before
    assert automatic.adjust(root, now_ms=NOW_MS + 40 * DAY_MS) is None, "what was undone stays undone"


def test_it_takes_both_switches(root: Root, path: Path) -> None:
    """Neither the file alone nor the installation alone moves anything."""
    before = path.read_bytes()
    assert automatic.adjust(root, now_ms=NOW_MS) is None
    assert path.read_bytes() == before

    write_rules(path, agreeing(adjust=False))
    refusing = path.read_bytes()
    automatic.ask(root, path)
    assert automatic.adjust(root, now_ms=NOW_MS) is None
    assert path.read_bytes() == refusing

    write_rules(path, agreeing())
    automatic.ask(root, None)
    assert automatic.adjust(root, now_ms=NOW_MS) is None
    assert path.read_bytes() == before


def test_the_records_are_asked_once_a_day(root: Root, path: Path) -> None:
    """A second pass an hour later does not look again; one the next day does, and so does one before a wrong clock."""
    write_rules(path, agreeing())
    automatic.ask(root, path)
    automatic.adjust(root, now_ms=NOW_MS)
    looked = automatic.asked(root)

    automatic.adjust(root, now_ms=NOW_MS + DAY_MS // 24)
    assert automatic.asked(root) == looked
    automatic.adjust(root, now_ms=NOW_MS + DAY_MS)
    assert automatic.asked(root) != looked
    automatic.adjust(root, now_ms=NOW_MS)
    assert automatic.asked(root) == looked


def test_damaged_rules_stop_nobody_and_the_doctor_can_tell(root: Root, path: Path) -> None:
    """The pass goes on, the file keeps its bytes, and the failure is noted."""
    automatic.ask(root, path)
    path.write_bytes(b"{")

    keep_tuned(root, NOW_MS)

    assert path.read_bytes() == b"{"
    assert json.loads((root.state / "last_error.json").read_bytes())["message"] == RulesError.__name__


def test_a_wish_that_cannot_be_read_is_none(root: Root) -> None:
    """Nothing is changed on the word of a damaged file."""
    root.state.mkdir(exist_ok=True)
    root.auto_rules.write_bytes(b'{"file": 7}')

    assert automatic.asked(root) is None


def test_install_asks_and_uninstall_ends_it(tmp_path: Path) -> None:
    """The option is refused for what are no rules before anything is installed, and said back as it will work."""
    machine: Machine = machine_in(tmp_path)
    path = write_rules(machine.cwd / "agent-rules.json", agreeing(adjust=False))

    broken = write_rules(machine.cwd / "broken.json", [])
    refused = machine.run("install", "--auto-rules", str(broken))
    assert (refused.returncode, machine.settings.exists()) == (1, False)
    assert "stays as it is until" in machine.done("install", "--auto-rules", str(path))
    write_rules(path, agreeing())
    assert "adjusted by themselves" in machine.done("install", "--auto-rules", str(path))
    wish = automatic.asked(Root(machine.data))
    assert wish is not None
    assert wish.file == str(path)
    machine.done("install")
    assert automatic.asked(Root(machine.data)) == wish
    machine.done("install", "--auto-rules", "no")
    assert automatic.asked(Root(machine.data)) is None
    machine.done("install", "--auto-rules", str(path))
    machine.done("uninstall")
    assert not machine.data.exists()


def test_effect_tells_what_was_applied_by_itself(root: Root, path: Path) -> None:
    """So that nobody looks for who did it."""
    automatic.ask(root, path)
    automatic.adjust(root, now_ms=NOW_MS)

    said = piped(root.path, "rules", "effect", "--file", str(path)).stdout

    assert f"beta: threshold, applied {utc_timestamp(NOW_MS)} by itself" in said
    assert len(recall(root, path).applied) == 1
