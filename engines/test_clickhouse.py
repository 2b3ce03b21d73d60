"""ClickHouse over a lake: every question answered as by DuckDB, or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from afteraction.errors import AfteractionError, NotFoundError
from afteraction.lake.clickhouse import ClickHouseIndex
from afteraction.lake.open_place import open_place
from afteraction.paths import Root
from afteraction.store.index import RecordIndex, open_index
from tests.lake.asking import ids
from tests.lake.machines import pushed
from tests.lake.questions import EVERYTHING, INEXACT, VALUES, differences, write_varied
from tests.program import piped
from tests.records import NOW_MS, invocation, write_records

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lake.questions import Values


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[RecordIndex, ClickHouseIndex]:
    """The same varied history on a machine, and twice in a lake that ClickHouse reads, with a quote in its name."""
    place = tmp_path_factory.mktemp("varied")
    lake = place / "o'lake"
    write_varied(place / "machine")
    pushed(place / "machine", str(lake))
    pushed(place / "machine", str(lake), at_ms=NOW_MS + 1)
    return open_index(Root(place / "machine")), ClickHouseIndex(Root(place), open_place(str(lake)))


@pytest.mark.parametrize(("question", "values"), VALUES)
def test_every_question_is_answered_as_by_duckdb(
    both: tuple[RecordIndex, ClickHouseIndex], question: str, values: Values
) -> None:
    """The very same SQL file gives the same rows in the same order, floats to a billionth."""
    assert differences(*both, question, values) == []


def test_what_would_not_be_exact_is_refused(both: tuple[RecordIndex, ClickHouseIndex]) -> None:
    """No answer is better than one that is almost right and does not say so."""
    with pytest.raises(AfteractionError, match=r"cannot answer .* exactly"):
        differences(*both, *INEXACT)


def test_values_are_bound_and_not_written_into_the_text(both: tuple[RecordIndex, ClickHouseIndex]) -> None:
    """A quote or a piece of SQL in a filter is just a name that nothing has."""
    for hostile in ("' or true --", "{since_ms:String}", "\\', 1"):
        values: Values = {**EVERYTHING, "agent": hostile}
        assert differences(*both, "summary", values) == []


def test_two_writers_of_the_same_records_count_once(tmp_path: Path) -> None:
    """The rule of which part counts is the same as DuckDB's; it runs last, for a process has one engine."""
    write_records(tmp_path / "one", invocation(1), invocation(2))
    write_records(tmp_path / "two", invocation(1), invocation(3))
    pushed(tmp_path / "one", str(tmp_path / "lake"))
    pushed(tmp_path / "two", str(tmp_path / "lake"), at_ms=NOW_MS + 1)

    assert ids(ClickHouseIndex(Root(tmp_path), open_place(str(tmp_path / "lake")))) == sorted(
        invocation(number).invocation_id for number in (1, 2, 3)
    )


def test_the_command_line_asks_clickhouse(tmp_path: Path) -> None:
    """``--engine clickhouse`` gives the same JSON; an empty lake says so."""
    write_records(tmp_path / "one", invocation(1), invocation(2))
    pushed(tmp_path / "one", str(tmp_path / "lake"))
    until = ("agents", "--until", "2025-10-30T18:00Z", "--json")
    here = piped(tmp_path / "one", *until)
    there = piped(tmp_path, *until, "--from", str(tmp_path / "lake"), "--engine", "clickhouse")

    assert (there.code, there.stdout) == (0, here.stdout), there.stderr[-2000:]
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotFoundError, match="nothing has been pushed"):
        ClickHouseIndex(Root(tmp_path), open_place(str(tmp_path / "empty")))
