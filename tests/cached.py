"""Looks at the cache of a root from outside: what it holds, and what it had to read for that."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from afteraction.paths import Root
from afteraction.store.cache import refresh
from afteraction.store.index import open_index
from tests.records import write_records

if TYPE_CHECKING:
    from pathlib import Path

    from afteraction.model import Invocation

Row = tuple[object, ...]


def rows(root: Path) -> list[Row]:
    """Everything that the index of a root holds, in one order."""
    return sorted(open_index(Root(root)).connection.execute("select * from invocations").fetchall(), key=repr)


def told(root: Path, *, every_file: bool = False) -> tuple[int, int]:
    """How many files a refresh read anew, as its last word of progress, of how many."""
    words = [(0, 0)]
    refresh(Root(root), every_file=every_file, progress=lambda done, total: words.append((done, total)))
    return words[-1]


def from_scratch(root: Path, empty: Path) -> list[Row]:
    """What an index without any cache holds."""
    shutil.copytree(root / "invocations", empty / "invocations")
    return rows(empty)


def parts(root: Path) -> list[Path]:
    return sorted((root / "cache").glob("part-*.parquet"))


def replaced(root: Path, record: Invocation) -> None:
    """Write a record as the store does: a new file renamed over the old one."""
    path = write_records(root / "new", record)[0]
    (root / "invocations" / path.parent.name).mkdir(parents=True, exist_ok=True)
    path.replace(root / "invocations" / path.parent.name / path.name)


def settle(root: Path) -> None:
    """Make every folder of records look as if it had not changed for long, as it does a few seconds later."""
    for folder in (root / "invocations").iterdir():
        os.utime(folder, ns=(0, folder.stat().st_mtime_ns - 10_000_000_000))
    refresh(Root(root))
