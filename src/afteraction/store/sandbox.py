"""One statement of somebody else's: it may read the view, and nothing more.

The engine refuses files, network and extensions by its own settings, which are then locked. Writing is refused by the
kind of the statement, because the cache's parts, which the view must read, would else be writable too.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from afteraction.errors import AfteractionError
from afteraction.store.engine import engine_error
from afteraction.store.sql import STORE, sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

_AT_ONCE = 2_000
_READING = "SELECT"
"""What the engine calls every statement that only reads: SELECT, WITH, FROM, VALUES, DESCRIBE, SUMMARIZE, SHOW."""
_ZONE_MODULE = "pytz"
"""What the engine misses when it shall hand out a time with a zone."""


class StatementError(AfteractionError):
    """A statement that cannot be answered, and why."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """What a statement says."""

    columns: tuple[str, ...]
    """Names, each once: a second ``a`` is called ``a_1``."""
    rows: Iterator[tuple[Any, ...]]
    """To be read once, with ``next`` raising StatementError where the engine fails on the way."""


def answer(connection: DuckDBPyConnection, statement: str) -> Answer:
    """Run one statement that only reads, in a database that nothing else is asked of afterwards.

    StatementError says what is wrong with it.
    """
    try:
        parsed = connection.extract_statements(statement)
    except engine_error() as error:
        raise StatementError(_sentence(error)) from error
    if len(parsed) != 1:
        many = f"one statement at a time; these are {len(parsed)}"
        raise StatementError(many if parsed else "there is no statement in this")
    if parsed[0].type.name != _READING:
        raise StatementError(f"only reading is possible here, not {parsed[0].type.name}; begin with SELECT")
    connection.execute(sql(STORE, "confine"))
    try:
        cursor = connection.execute(statement)
        first = cursor.fetchmany(_AT_ONCE)  # most of what can go wrong does so here, before anything is written
    except engine_error() as error:
        raise StatementError(_sentence(error)) from error
    return Answer(_unique([column[0] for column in cursor.description or ()]), chain(first, _rows(cursor)))


def _rows(cursor: DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    try:
        while rows := cursor.fetchmany(_AT_ONCE):
            yield from rows
    except engine_error() as error:
        raise StatementError(_sentence(error)) from error


def _sentence(error: Exception) -> str:
    text = str(error).strip()
    if _ZONE_MODULE in text:
        return "a time with a time zone cannot be shown; cast it: now()::timestamp"
    return text


def _unique(names: list[str]) -> tuple[str, ...]:
    taken: dict[str, int] = {}
    unique: list[str] = []
    for name in names:
        new = name
        while new in taken:
            taken[name] += 1
            new = f"{name}_{taken[name]}"
        taken[new] = 0
        unique.append(new)
    return tuple(unique)
