"""A lake in PostgreSQL: parts become rows of one table, and every question runs there.

For teams that have a server, and tools on it, already. Parts keep their names and their order of coming and going; each
comes or goes in one transaction.
"""

from __future__ import annotations

import contextlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from afteraction.errors import NotFoundError, StoreError
from afteraction.lake.dialect import translated
from afteraction.lake.parts import LAKE, LakePart, needs_extra
from afteraction.store.engine import connect
from afteraction.store.index import typed_rows
from afteraction.store.sql import sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import psycopg
    from _typeshed import DataclassInstance
    from psycopg.sql import Composed

    from afteraction.paths import Root

    Row = TypeVar("Row", bound=DataclassInstance)

_FETCHED = 2_000
_MADE_BY_ONE = 4_105_217
"""The number of the lock under which the tables are made, of this program's choosing."""


class PostgresPlace:
    """Parts as rows of the table ``afteraction.part_rows``. A connection lasts as long as what it is needed for."""

    def __init__(self, root: Root, url: str) -> None:
        """Connect to nothing yet."""
        self._root = root
        self._url = url

    @property
    def shown(self) -> str:
        """The URL without user, password and options."""
        return without_password(self._url)

    def parts(self) -> list[LakePart]:
        """All parts; none before the first push."""
        with connected(self._url) as connection:
            if not has_tables(connection):
                return []
            found = connection.execute('select "day", name, writer, size from afteraction.parts')
            return sorted(LakePart(*row) for row in found.fetchall())

    def add(self, part: LakePart, file: Path) -> None:
        """Load a part; nobody sees it before it is complete."""
        duck = connect(self._root)
        rows = duck.execute("select * from read_parquet($path, hive_partitioning = false)", {"path": str(file)})
        columns = [name for name, *_ in rows.description or ()]
        tables = sql(LAKE, "postgres").encode()
        with connected(self._url) as connection, connection.transaction(), connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", (_MADE_BY_ONE,))
            cursor.execute(tables)
            cursor.execute(
                "insert into afteraction.parts values (%s, %s, %s, %s)", (part.day, part.name, part.writer, part.size)
            )
            with cursor.copy(_copying(["part", *columns])) as copy:
                while chunk := rows.fetchmany(_FETCHED):
                    for row in chunk:
                        copy.write_row([part.name, *map(_stored, row)])

    def remove(self, part: LakePart) -> None:
        """Delete a part and its rows."""
        with connected(self._url) as connection:
            connection.execute("delete from afteraction.parts where name = %s", (part.name,))


class PostgresIndex:
    """Everything in a lake in PostgreSQL, as of each question."""

    unreadable: Sequence[Path] = ()

    def __init__(self, url: str) -> None:
        """Look whether it is there: NotFoundError when nothing was pushed, StoreError when it cannot be reached."""
        self._url = url
        with connected(url) as connection:
            if not has_tables(connection):
                raise NotFoundError(self.when_empty)

    @property
    def when_empty(self) -> str:
        """What to say when nothing was ever pushed."""
        shown = without_password(self._url)
        return f"nothing has been pushed to {shown} yet; 'afteraction lake push URL' shares what is here"

    def ask(self, question: str, row_type: type[Row], **values: str | float | None) -> list[Row]:
        """As in ``store.index.Index``; AfteractionError when PostgreSQL has no exact answer."""
        from afteraction.lake.postgres_dialect import POSTGRES

        statement = translated(question, values, POSTGRES).encode()
        with connected(self._url) as connection:
            connection.execute("set search_path = afteraction, pg_catalog")
            connection.execute("set timezone = 'UTC'")
            cursor = connection.execute(statement, values)
            columns = [column.name for column in cursor.description or ()]
            rows = cursor.fetchall()
        return typed_rows(question, row_type, columns, [[_plain(value) for value in row] for row in rows])


def _copying(columns: Sequence[str]) -> Composed:
    """The statement that loads rows of these columns, their names quoted by the driver."""
    from psycopg.sql import SQL, Identifier

    return SQL("copy afteraction.part_rows ({}) from stdin").format(SQL(", ").join(map(Identifier, columns)))


def has_tables(connection: psycopg.Connection[tuple[Any, ...]]) -> bool:
    """Whether somebody has pushed there."""
    found = connection.execute("select to_regclass('afteraction.invocations') is not null").fetchone()
    return bool(found and found[0])


def without_password(url: str) -> str:
    """The URL as it may be shown."""
    split = urlsplit(url)
    return split._replace(netloc=split.netloc.rpartition("@")[2], query="").geturl()


@contextlib.contextmanager
def connected(url: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A connection, and the driver's errors as ours. AfteractionError when the driver is not installed."""
    try:
        import psycopg
    except ImportError as error:
        raise needs_extra("psycopg") from error
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
            yield connection
    except psycopg.Error as error:
        raise StoreError(f"cannot use {without_password(url)}: {' '.join(str(error).split())}") from error


def _stored(value: Any) -> Any:
    """A value as PostgreSQL takes it: it has no character 0 in a text."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, list):
        return [_stored(item) for item in value]
    if isinstance(value, dict):
        from psycopg.types.json import Jsonb

        return Jsonb({_stored(name): count for name, count in value.items()})
    return value


def _plain(value: Any) -> Any:
    """A value as DuckDB gives it: whole numbers, however large, are not numeric."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
