"""Answers are kept for as long as nothing that they follow from has changed, and never a moment longer."""

from __future__ import annotations

import os
import random
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec
import pytest

from afteraction.analytics.agents import agents
from afteraction.analytics.failures import failures
from afteraction.analytics.pairs import pairs
from afteraction.analytics.scope import Scope
from afteraction.lake import lake_index
from afteraction.lake.lake_index import open_lake
from afteraction.lake.open_place import open_place
from afteraction.paths import Root
from afteraction.store import answers as kept_answers
from afteraction.store import engine
from afteraction.store.answers import Answer, Answers
from afteraction.store.index import open_index
from tests.cached import replaced
from tests.lake.machines import pushed
from tests.records import NOW_MS, history, invocation, write_records

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def kept(root: Path) -> list[Path]:
    """All files with answers, by path."""
    return sorted(path for path in (root / "cache" / "answers").rglob("*") if path.is_file())


def told(root: Path, scope: Scope = Scope()) -> tuple[Any, ...]:  # noqa: B008 - frozen
    """What some questions say, each index opened anew as a process would."""
    index = open_index(Root(root))
    return agents(index, scope, now_ms=NOW_MS), failures(index, scope), pairs(index, scope)


def told_without(root: Path, scope: Scope = Scope()) -> tuple[Any, ...]:  # noqa: B008 - frozen
    """The same of an index that remembers nothing."""
    index = open_index(Root(root), remembers=False)
    return agents(index, scope, now_ms=NOW_MS), failures(index, scope), pairs(index, scope)


@pytest.fixture
def without_engine(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From when it is called, no database can be opened."""

    def refuse(_: Root) -> NoReturn:
        raise AssertionError("the engine was asked for what is known")

    def start() -> None:
        monkeypatch.setattr(engine, "connect", refuse)
        monkeypatch.setattr(lake_index, "connect", refuse)

    return start


def test_asking_where_nothing_is_recorded_leaves_nothing_behind(tmp_path: Path) -> None:
    """Not even a folder."""
    root = tmp_path / "telemetry"

    assert told(root) == told(root) == told_without(root)
    assert not root.exists()


def test_what_was_answered_is_told_again_without_the_engine(tmp_path: Path, without_engine: Callable[[], None]) -> None:
    """The same rows, value for value and type for type, from a database that was never opened."""
    write_records(tmp_path, *history(300))
    first, never_kept = told(tmp_path), told_without(tmp_path)
    without_engine()

    assert repr(told(tmp_path)) == repr(first) == repr(never_kept)


def test_the_same_question_of_another_scope_is_another_question(tmp_path: Path) -> None:
    """What is kept is found by all values, not by the question's name."""
    write_records(tmp_path, *history(300))
    everything = told(tmp_path)
    names = [agent.agent_name for agent in everything[0]]

    for scope in (Scope(agent=names[0]), Scope(agent=names[1]), Scope(since_ms=NOW_MS), Scope(until_ms=NOW_MS)):
        assert told(tmp_path, scope) == told_without(tmp_path, scope)
    assert told(tmp_path) == everything


@pytest.mark.parametrize("change", ["new", "replaced", "deleted", "edited in place"])
def test_any_change_of_the_records_changes_the_answers(tmp_path: Path, change: str) -> None:
    """An answer belongs to one state of the rows; nothing of an older one is left on the disk."""
    records = history(300)
    paths = write_records(tmp_path, *records)
    before, files = told(tmp_path), kept(tmp_path)
    match change:
        case "new":
            write_records(tmp_path, invocation(agent="newcomer"))
        case "replaced":
            replaced(tmp_path, msgspec.structs.replace(records[7], agent_name="someone-else"))
        case "deleted":
            paths[7].unlink()
        case "edited in place":
            paths[7].write_bytes(paths[7].read_bytes().replace(records[7].agent_name.encode(), b"renamed-agent"))

    after = told(tmp_path)

    assert after != before
    assert after == told_without(tmp_path)
    assert not set(files) & set(kept(tmp_path))


@pytest.mark.parametrize("damage", ["flipped", "cut", "empty", "other", "a folder", "another's"])
def test_a_damaged_answer_is_asked_anew(tmp_path: Path, damage: str) -> None:
    """A wrong figure is worse than a slow one: an answer has its checksum, and stands under what it follows from."""
    write_records(tmp_path, *history(300))
    before = told(tmp_path)
    chance = random.Random(7)  # noqa: S311 - no secret
    for path in kept(tmp_path):
        content = bytearray(path.read_bytes())
        match damage:
            case "flipped":
                content[chance.randrange(4, len(content))] ^= 1 << chance.randrange(8)
            case "cut":
                del content[chance.randrange(len(content)) :]
            case "empty":
                content.clear()
            case "other":
                content[:] = os.urandom(len(content))
        if damage == "a folder":
            path.unlink()
            path.mkdir()
        else:
            path.write_bytes(content)
    if damage == "another's":  # as a copy that a backup put in the wrong place
        first, *others = kept(tmp_path)
        for other in others:
            other.unlink()
        first.rename(first.with_name("0" * 32))

    assert told(tmp_path) == before


def test_where_nothing_can_be_written_the_answer_is_the_same(tmp_path: Path) -> None:
    """What stands in the way of keeping an answer is no matter of whoever asked."""
    write_records(tmp_path, *history(50))
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "answers").write_text("a file where a folder should be")

    assert told(tmp_path) == told_without(tmp_path)
    assert told(tmp_path) == told_without(tmp_path)


@pytest.mark.parametrize("value", [Decimal("1.5"), date(2025, 10, 30), (1, 2), float("nan"), 1 << 80])
def test_an_answer_that_would_come_back_changed_is_not_kept(tmp_path: Path, value: object) -> None:
    """Not every value has a form on disk that gives the same value back."""
    answers = Answers(tmp_path / "answers", b"state")

    answers.keep("select 1", {}, Answer(["a", "b"], [(1, value)]))

    assert answers.find("select 1", {}) is None


def test_values_of_every_kind_that_questions_give_come_back(tmp_path: Path) -> None:
    """Text of any script, whole numbers and fractions, lists, and what is unknown."""
    answers = Answers(tmp_path / "answers", b"state")
    rows: list[Any] = [("naïve \x00 測試", 2**62, -1, 1.0, 1, None, True, ["a", None], [1.5], [])]

    answers.keep("select 1", {"a": 1}, Answer(["n"], rows))
    found = answers.find("select 1", {"a": 1})

    assert found is not None
    assert repr(found.rows) == repr([list(rows[0])])
    assert answers.find("select 1", {"a": None}) is None
    assert answers.find("select 2", {"a": 1}) is None
    assert Answers(tmp_path / "answers", b"another state").find("select 1", {"a": 1}) is None


def test_answers_do_not_pile_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A period that ends now is another question each time."""
    monkeypatch.setattr(kept_answers, "MOST_ANSWERS", 20)
    answers = Answers(tmp_path / "answers", b"state")

    for moment in range(100):
        answers.keep("select 1", {"since_ms": moment}, Answer(["n"], [(moment,)]))

        assert answers.find("select 1", {"since_ms": moment}) is not None
        assert len(list((tmp_path / "answers").rglob("*"))) <= 21


def test_answers_can_be_read_by_their_owner_alone(tmp_path: Path) -> None:
    """They hold names of agents and projects, as the records do."""
    write_records(tmp_path, *history(50))
    told(tmp_path)

    assert {path.stat().st_mode & 0o777 for path in kept(tmp_path)} == {0o600}
    assert {path.parent.stat().st_mode & 0o777 for path in kept(tmp_path)} == {0o700}


def test_a_lake_is_asked_again_only_when_something_was_pushed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, without_engine: Callable[[], None]
) -> None:
    """Its parts never change, so their names say whether an answer still holds."""
    reader, lake = Root(tmp_path / "reader"), str(tmp_path / "lake")
    write_records(tmp_path / "a", *history(60))
    pushed(tmp_path / "a", lake)
    before = agents(open_lake(reader, open_place(lake)), Scope(), now_ms=NOW_MS)
    without_engine()
    assert agents(open_lake(reader, open_place(lake)), Scope(), now_ms=NOW_MS) == before
    monkeypatch.undo()

    write_records(tmp_path / "b", invocation(agent="newcomer"))
    pushed(tmp_path / "b", lake)
    after = agents(open_lake(reader, open_place(lake)), Scope(), now_ms=NOW_MS)

    assert "newcomer" in {agent.agent_name for agent in after} - {agent.agent_name for agent in before}
