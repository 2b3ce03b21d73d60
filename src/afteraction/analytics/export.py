"""Everything recorded in a scope, whole: the rows of the view, for other programs.

The rows are gathered in a table first, so that the scope is written down once and each form only says how to write it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from afteraction.store.sql import sql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from afteraction.analytics.scope import Scope
    from afteraction.store.index import RecordIndex

_FOLDER = "analytics"
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Export:
    """The invocations that were gathered."""

    count: int
    connection: DuckDBPyConnection
    """The index's, with the table ``exported``."""

    def rows(self) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
        """The columns, and the rows, oldest first."""
        cursor = self.connection.execute(sql(_FOLDER, "export_rows"))
        return [column[0] for column in cursor.description or ()], _fetched(cursor)

    def ids(self) -> set[str]:
        """The invocations' ids."""
        return {row[0] for row in self.connection.execute(sql(_FOLDER, "export_ids")).fetchall()}

    def write_parquet(self, path: Path) -> None:
        """Write the rows as a Parquet file, compressed with zstd. EngineError when it cannot be written."""
        self.connection.execute(sql(_FOLDER, "export_parquet"), {"path": str(path)})


def export(index: RecordIndex, scope: Scope) -> Export:
    """Gather what is to be exported."""
    counted = index.connection.execute(sql(_FOLDER, "export"), scope.values()).fetchall()
    return Export(int(counted[0][0]), index.connection)


def _fetched(cursor: DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while rows := cursor.fetchmany(_AT_ONCE):
        yield from rows
