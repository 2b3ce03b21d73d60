"""Machines that push to a lake, and what lies there then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb

from afteraction.lake.open_place import open_place
from afteraction.lake.push import push
from afteraction.paths import Root
from afteraction.privacy.redactor import Redactor
from tests.records import NOW_MS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from afteraction.lake.push import PushReport


def pushed(
    root: Path, url: str, *, at_ms: int = NOW_MS, environ: Mapping[str, str] | None = None, again: bool = False
) -> PushReport:
    """Push what is below ``root``."""
    return push(Root(root), open_place(url), Redactor(environ or {}), now_ms=at_ms, again=again)


def stored(lake: Path, column: str = "invocation_id") -> list[Any]:
    """A column of all parts in a folder, as any reader of Parquet sees it."""
    found = duckdb.execute(
        "select * from read_parquet($parts, hive_partitioning = true)",
        {"parts": f"{lake}/invocations/*/*.parquet"},
    )
    at = [name for name, *_ in found.description or ()].index(column)
    return sorted((row[at] for row in found.fetchall()), key=str)


def files(lake: Path) -> dict[str, int]:
    """Every file below a folder with its inode, by its place."""
    return {str(path.relative_to(lake)): path.stat().st_ino for path in sorted(lake.rglob("*")) if path.is_file()}
