"""What the page keeps open: an index, until something was recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from afteraction.analytics.scope import Scope
from afteraction.analytics.summary import summary
from afteraction.paths import Root
from afteraction.web import source
from tests.records import history, write_records

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_what_is_recorded_is_in_the_next_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often a question was answered before."""
    monkeypatch.setattr(source, "KEPT_S", 0.0)
    records = history(30, days=3, seed=1)
    shared = source.Source(Root(tmp_path))
    for number in range(10, 30, 5):
        write_records(tmp_path, *records[:number])
        for _ in range(2):
            with shared.index() as index:
                assert summary(index, Scope()).invocations == number


def test_while_nothing_is_recorded_the_index_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the engine would be started anew every two seconds."""
    monkeypatch.setattr(source, "KEPT_S", 0.0)
    write_records(tmp_path, *history(30, days=3, seed=1))
    shared = source.Source(Root(tmp_path))
    with shared.index() as first:
        pass
    with shared.index() as second:
        rows = summary(second, Scope())

    assert second is first
    assert summary(first, Scope()) == rows


def test_an_answer_may_be_changed_by_who_asked(tmp_path: Path) -> None:
    """Rows are sorted and cut in place by those who show them; the next one gets all of them."""
    write_records(tmp_path, *history(30, days=3, seed=1))
    with source.Source(Root(tmp_path)).index() as index:
        question = "summary", type(summary(index, Scope())), Scope().values()
        index.ask(question[0], question[1], **question[2]).clear()
        assert len(index.ask(question[0], question[1], **question[2])) == 1
