"""PostgreSQL as a lake: pushed like a folder, and every question answered as by DuckDB, or refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from afteraction.errors import AfteractionError, NotFoundError, StoreError
from afteraction.lake.open_place import open_target
from afteraction.lake.postgres import PostgresIndex
from afteraction.lake.push import push
from afteraction.paths import Root
from afteraction.privacy.redactor import Redactor
from afteraction.store.index import RecordIndex, open_index
from tests.lake.asking import ids
from tests.lake.postgres_server import postgres_server
from tests.lake.questions import EVERYTHING, INEXACT, VALUES, all_questions, differences, write_varied
from tests.program import piped
from tests.records import NOW_MS, invocation, write_records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from afteraction.lake.push import PushReport
    from tests.lake.questions import Values


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server with an empty database."""
    with postgres_server() as url:
        yield url


@pytest.fixture
def database(server: str, request: pytest.FixtureRequest) -> str:
    """An empty database of the test's own."""
    import psycopg

    name = f"test_{abs(hash(request.node.name))}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture(scope="module")
def both(server: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[RecordIndex, PostgresIndex]:
    """The same varied history on a machine and in a database."""
    root = tmp_path_factory.mktemp("varied")
    write_varied(root)
    pushed(root, server)
    return open_index(Root(root)), PostgresIndex(server)


def pushed(root: Path, url: str, *, at_ms: int = NOW_MS) -> PushReport:
    return push(Root(root), open_target(url, Root(root)), Redactor({}), now_ms=at_ms)


def test_every_question_is_tried() -> None:
    """A question added later is asked of every engine too."""
    assert {question for question, _ in VALUES} == all_questions()


@pytest.mark.parametrize(("question", "values"), VALUES)
def test_every_question_is_answered_as_by_duckdb(
    both: tuple[RecordIndex, PostgresIndex], question: str, values: Values
) -> None:
    """The very same SQL file gives the same rows in the same order, floats to a billionth."""
    assert differences(*both, question, values) == []


def test_what_would_not_be_exact_is_refused(both: tuple[RecordIndex, PostgresIndex]) -> None:
    """No answer is better than one that is almost right and does not say so."""
    with pytest.raises(AfteractionError, match=r"cannot answer .* exactly: it has no exact counterpart of "):
        differences(*both, *INEXACT)


def test_the_view_has_the_columns_of_the_index(both: tuple[RecordIndex, PostgresIndex], server: str) -> None:
    """A column that records gain is not forgotten in the database's tables."""
    import psycopg

    here = both[0].connection.execute("select * from invocations limit 0").description or ()
    with psycopg.connect(server) as connection:
        there = connection.execute("select * from afteraction.invocations limit 0").description or ()
    assert [column.name for column in there] == [name for name, *_ in here]


def test_a_part_is_loaded_once_and_replaced_whole(database: str, tmp_path: Path) -> None:
    """Pushing twice adds nothing, a changed day replaces its part, and two writers' same record counts once."""
    write_records(tmp_path / "one", invocation(1), invocation(2, task_description="a \0 in a text"))
    write_records(tmp_path / "two", invocation(1))
    first, second = pushed(tmp_path / "one", database), pushed(tmp_path / "one", database, at_ms=NOW_MS + 1)
    write_records(tmp_path / "one", invocation(3))
    third = pushed(tmp_path / "one", database, at_ms=NOW_MS + 2)
    pushed(tmp_path / "two", database, at_ms=NOW_MS + 3)

    assert [(report.pushed, report.removed) for report in (first, second, third)] == [(1, 0), (0, 0), (1, 1)]
    assert ids(PostgresIndex(database)) == sorted(invocation(number).invocation_id for number in (1, 2, 3))


def test_values_are_bound_and_not_written_into_the_text(both: tuple[RecordIndex, PostgresIndex]) -> None:
    """A quote, a percent sign or a piece of SQL in a filter is just a name that nothing has."""
    for hostile in ("'; drop table afteraction.parts; --", "%s", "100%", "\\"):
        values: Values = {**EVERYTHING, "agent": hostile}
        assert differences(*both, "summary", values) == []


def test_the_command_line_asks_a_database(database: str, tmp_path: Path) -> None:
    """Push and ask by URL, with and without naming the engine."""
    write_records(tmp_path / "one", invocation(1), invocation(2))
    went = piped(tmp_path / "one", "lake", "push", database)
    until = ("agents", "--until", "2025-10-30T18:00Z", "--json")
    here = piped(tmp_path / "one", *until)
    there = piped(tmp_path, *until, "--from", database)
    named = piped(tmp_path, *until, "--from", database, "--engine", "postgres")

    assert went.code == 0, went
    assert (there.stdout, named.stdout) == (here.stdout, here.stdout), there
    assert piped(tmp_path, *until, "--engine", "postgres").code == 2
    assert piped(tmp_path, *until, "--engine", "postgres", "--from", str(tmp_path)).code == 2


def test_a_database_nobody_pushed_to_says_so(database: str) -> None:
    """An empty database is no empty answer."""
    with pytest.raises(NotFoundError, match="nothing has been pushed"):
        PostgresIndex(database)


def test_no_server_is_an_error_without_the_password(tmp_path: Path) -> None:
    """Where, what, and never by which password."""
    with pytest.raises(StoreError, match=re.escape("cannot use postgresql://127.0.0.1:9/agents")) as failed:
        PostgresIndex("postgresql://reader:hunter2hunter2@127.0.0.1:9/agents")
    assert "hunter2" not in str(failed.value)
    assert piped(tmp_path, "agents", "--from", "postgresql://127.0.0.1:9/agents").code == 1
