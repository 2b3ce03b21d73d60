"""Packs and unpacks the days of a root, for tests of the archive."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from afteraction.moments import epoch_ms
from afteraction.paths import Root
from afteraction.store.archive import archive_days, restore_days
from afteraction.store.engine import connect
from afteraction.store.index import open_index

if TYPE_CHECKING:
    from pathlib import Path

BEFORE = date(2025, 10, 20)
DAY = "2025-10-02"
NOON = epoch_ms(f"{DAY}T12:00:00Z")


def archive(root: Path, before: date = BEFORE) -> int:
    """Archive; how many files became rows."""
    return archive_days(Root(root), connect(Root(root)), before).files


def restore(root: Path, *days: str) -> int:
    """Restore, all days without ``days``; how many files were made."""
    return restore_days(Root(root), connect(Root(root)), days or None).files


def contents(root: Path) -> dict[str, bytes]:
    """Every record file by its path below the root."""
    return {str(path.relative_to(root)): path.read_bytes() for path in (root / "invocations").rglob("*.json")}


def ids(root: Path) -> list[str]:
    """The ids of all that the index counts, one for each row."""
    found = open_index(Root(root)).connection.execute("select invocation_id from invocations").fetchall()
    return sorted(row[0] for row in found)
