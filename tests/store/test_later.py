"""Questions that are asked at a time say what they say one after the other."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from afteraction.analytics.agents import agents
from afteraction.analytics.names import agent_names
from afteraction.analytics.pairs import pairs
from afteraction.analytics.scope import Scope
from afteraction.analytics.summary import summary
from afteraction.analytics.trend import trend
from afteraction.errors import StoreError
from afteraction.lake.lake_index import open_lake
from afteraction.lake.open_place import open_place
from afteraction.paths import Root
from afteraction.store.coverage import Coverage
from afteraction.store.index import open_index
from afteraction.store.later import Later
from tests.lake.machines import pushed
from tests.records import NOW_MS, history, write_records

if TYPE_CHECKING:
    from pathlib import Path

    from afteraction.store.index import Index


def all_at_once(index: Index) -> list[object]:
    """Several questions, each in a thread of its own, and one in this."""
    scope = Scope()
    begun: list[Later[Any]] = [
        Later(index, lambda beside: agents(beside, scope, now_ms=NOW_MS)),
        Later(index, lambda beside: trend(beside, scope, Coverage(()), now_ms=NOW_MS, by="day")),
        Later(index, agent_names),
        Later(index, lambda beside: pairs(beside, scope)),
    ]
    own = summary(index, scope)
    return [own, *(one.get() for one in begun)]


def one_by_one(index: Index) -> list[object]:
    scope = Scope()
    return [
        summary(index, scope),
        agents(index, scope, now_ms=NOW_MS),
        trend(index, scope, Coverage(()), now_ms=NOW_MS, by="day"),
        agent_names(index),
        pairs(index, scope),
    ]


def test_the_answers_are_those_of_one_after_the_other(tmp_path: Path) -> None:
    """Whichever thread comes first makes the view, once; days are UTC days in each."""
    write_records(tmp_path, *history(300))
    expected = one_by_one(open_index(Root(tmp_path), remembers=False))

    for _ in range(20):
        assert all_at_once(open_index(Root(tmp_path), remembers=False)) == expected
    assert all_at_once(open_index(Root(tmp_path))) == expected
    assert all_at_once(open_index(Root(tmp_path))) == expected, "of what was kept"


def test_rows_in_memory_only_are_seen_by_every_thread(tmp_path: Path) -> None:
    """A cache that cannot be written leaves what is new in one table of the database."""
    write_records(tmp_path, *history(300))
    expected = one_by_one(open_index(Root(tmp_path)))
    for path in (tmp_path / "cache").glob("*"):
        if path.is_file():
            path.unlink()
    (tmp_path / "cache" / "lock").mkdir()

    assert all_at_once(open_index(Root(tmp_path))) == expected


def test_what_asking_raises_is_raised_where_the_answer_is_wanted(tmp_path: Path) -> None:
    """An error in a thread must not be lost, and must not be printed."""
    write_records(tmp_path, *history(10))

    def fail(_: Index) -> None:
        raise StoreError("the disk is gone")

    begun = Later(open_index(Root(tmp_path)), fail)

    with pytest.raises(StoreError, match="the disk is gone"):
        begun.get()


def test_where_no_thread_is_to_be_had_the_question_is_asked_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine may be out of them; a report is still a report."""
    write_records(tmp_path, *history(30))
    expected = one_by_one(open_index(Root(tmp_path), remembers=False))

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)

    assert all_at_once(open_index(Root(tmp_path), remembers=False)) == expected


def test_a_frugal_index_is_asked_in_the_calling_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work that goes on beside other work takes one processor, and says the same."""
    write_records(tmp_path, *history(300))
    expected = one_by_one(open_index(Root(tmp_path), remembers=False))
    started: list[threading.Thread] = []
    monkeypatch.setattr(threading.Thread, "start", started.append)

    index = open_index(Root(tmp_path), remembers=False, frugal=True)

    assert all_at_once(index) == expected
    assert not started
    [threads] = index.connection.execute("select current_setting('worker_threads')").fetchall()
    assert threads == (1,)


def test_a_lake_is_asked_one_question_after_the_other(tmp_path: Path) -> None:
    """Ten million rows twice at a time would take more memory than a laptop gives."""
    write_records(tmp_path / "a", *history(30))
    pushed(tmp_path / "a", str(tmp_path / "lake"))
    lake = open_lake(Root(tmp_path / "reader"), open_place(str(tmp_path / "lake")))
    threads: list[int] = []

    def asked(index: Index) -> list[object]:
        threads.append(threading.get_ident())
        return list(agent_names(index))

    assert Later(lake, asked).get()
    assert threads == [threading.get_ident()]
