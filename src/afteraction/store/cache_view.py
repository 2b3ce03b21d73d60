"""The rows of a snapshot as a view of a database, made when they are first asked for.

A connection answers one question at a time, so whoever asks several at once needs one for each. What a connection knows
for itself alone, which is where the parts are and that times are UTC, is told to every one of them.
"""

from __future__ import annotations

import os
from threading import Lock
from typing import TYPE_CHECKING

from afteraction.store.cache_parts import hide
from afteraction.store.engine import in_utc
from afteraction.store.sql import STORE, sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from afteraction.store.engine import Database

_CURRENT_ROWS = {
    (True, False): "create macro current_rows() as table from cached()",
    (True, True): "create macro current_rows() as table from cached() union all from pending",
    (False, True): "create macro current_rows() as table from pending",
}
"""What the view reads, by whether there are parts and whether there are rows in memory."""


class Rows:
    """The view ``invocations`` of some parts, and of the table ``pending`` if there is one."""

    def __init__(self, database: Database, parts: Sequence[str], hidden: Sequence[int], *, pending: bool) -> None:
        """Take the paths of parts, the stamps of rows in them that do not count, and whether there is that table."""
        self._database = database
        self._parts = list(parts)
        self._hidden = hidden
        self._pending = pending
        self._lock = Lock()
        self._made = False

    def open(self) -> DuckDBPyConnection:
        """The database with the view."""
        with self._lock:
            if not self._made:
                self._make()
                self._made = True
        return self._database.connection

    def beside(self) -> DuckDBPyConnection:
        """One more way into the same database, for a thread of its own."""
        connection = in_utc(self.open().cursor())
        self._tell_parts(connection)
        return connection

    def _make(self) -> None:
        connection = self._database.connection
        hide(connection, self._hidden)
        self._tell_parts(connection)
        if self._parts:
            connection.execute("set parquet_metadata_cache = true")  # they never change, and are read several times
            connection.execute(sql(STORE, "cached"))
        elif not self._pending:
            connection.execute(sql(STORE, "schema"), {"path": os.devnull})
            connection.execute("create table pending as from batch")
        connection.execute(_CURRENT_ROWS[bool(self._parts), self._pending or not self._parts])
        connection.execute("drop table if exists batch")
        connection.execute(sql(STORE, "view"))

    def _tell_parts(self, connection: DuckDBPyConnection) -> None:
        if self._parts:
            connection.execute("set variable parts = $paths", {"paths": self._parts})
