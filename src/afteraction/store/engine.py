"""DuckDB as everything here uses it: in memory, in UTC, without the network, and with our own macros.

No database file, because a process that writes one locks all readers out. What does not fit into memory goes to the
private cache folder; by default it would go to the folder that somebody happens to stand in.

The engine is imported without the Python package around it, whose other parts (expressions, Arrow, Spark) nothing here
uses: that takes 40 ms instead of 105, a quarter of what a whole report takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from afteraction.store.sql import STORE, sql

if TYPE_CHECKING:
    import duckdb

    from afteraction.paths import Root
else:
    try:
        import _duckdb as duckdb
    except ImportError:  # a private name, which a later version may not have
        import duckdb

EngineError = duckdb.Error
"""Base of what DuckDB raises: a damaged part, a missing file, or a mistake in a question."""

MEMORY_LIMIT = "1500MB"
"""A report must leave the laptop to those who work on it; DuckDB would take four fifths of its memory."""


def connect(root: Root) -> duckdb.DuckDBPyConnection:
    """A new, empty database with the macros of ``intervals.sql`` and ``masking.sql``."""
    connection = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "temp_directory": str(root.cache / "spill"),
            "memory_limit": MEMORY_LIMIT,
        },
    )
    connection.execute("set timezone = 'UTC'")  # a time without an offset is UTC
    connection.execute(sql(STORE, "intervals"))
    connection.execute(sql(STORE, "masking"))
    return connection
