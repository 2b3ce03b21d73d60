"""DuckDB as everything here uses it: in memory, in UTC, without the network, and with our own macros.

No database file, because a process that writes one locks all readers out. What does not fit into memory goes to the
private cache folder; by default it would go to the folder that somebody happens to stand in.

The engine is imported without the Python package around it, whose other parts (expressions, Arrow, Spark) nothing here
uses: that takes 40 ms instead of 105, a quarter of what a whole report takes. And only when a database is first needed,
because a question that was answered before needs none.
"""

from __future__ import annotations

import os
from functools import cache, cached_property
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING

from afteraction.store.sql import STORE, sql

if TYPE_CHECKING:
    from types import ModuleType

    from duckdb import DuckDBPyConnection

    from afteraction.paths import Root

_ENGINE = "_duckdb"

MEMORY_LIMIT = "1500MB"
"""A report must leave the laptop to those who work on it; DuckDB would take four fifths of its memory."""

_FRUGAL = {"threads": "1", "allocator_bulk_deallocation_flush_threshold": "2MB"}
"""Memory that a question no longer needs goes back at once, in place of when 512 MB have gathered: ten questions about
800 records then take 20 MB beside the engine's own 54, and not 60. It costs them 0.08 s, as much as the threads did."""


class Database:
    """An empty database as ``connect`` makes it, once it is first used."""

    def __init__(self, root: Root, *, frugal: bool = False) -> None:
        """Nothing is opened or imported yet. ``frugal``: see ``connect``."""
        self._root = root
        self.frugal = frugal

    @cached_property
    def connection(self) -> DuckDBPyConnection:
        """The way into it."""
        return connect(self._root, frugal=self.frugal)

    def close(self) -> None:
        """Close it if it was ever opened."""
        if "connection" in self.__dict__:
            self.connection.close()


def connect(root: Root, *, frugal: bool = False) -> DuckDBPyConnection:
    """A new, empty database with the macros of ``intervals.sql`` and ``masking.sql``.

    ``frugal`` works in the calling thread alone, and takes up less memory.
    """
    connection: DuckDBPyConnection = _engine().connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "temp_directory": str(root.cache / "spill"),
            "memory_limit": MEMORY_LIMIT,
            **(_FRUGAL if frugal else {}),
        },
    )
    connection.execute(sql(STORE, "intervals"))
    connection.execute(sql(STORE, "masking"))
    return in_utc(connection)


def in_utc(connection: DuckDBPyConnection) -> DuckDBPyConnection:
    """A connection to which a time without an offset is UTC; it holds for this one alone."""
    return connection.execute("set timezone = 'UTC'")


def engine_error() -> type[Exception]:
    """Base of what DuckDB raises: a damaged part, a missing file, or a mistake in a question."""
    error: type[Exception] = _engine().Error
    return error


def engine_stamp() -> tuple[int, int]:
    """Size and modification time (ns) of the engine's library: equal means that it is the same engine.

    Zeros where it is not found.
    """
    found = PathFinder.find_spec(_ENGINE)
    if found is None or found.origin is None:
        return 0, 0
    library = os.stat(found.origin)  # noqa: PTH116 - the same, sooner
    return library.st_size, library.st_mtime_ns


@cache
def _engine() -> ModuleType:
    try:
        import _duckdb
    except ImportError:  # a private name, which a later version may not have
        import duckdb

        return duckdb
    found: ModuleType = _duckdb
    return found
