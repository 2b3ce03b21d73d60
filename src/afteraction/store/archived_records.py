"""The archived records that a pass of the collector meets: late evidence may tell more about one of them.

Looked up by the end of the invocation's id, a day's part at a time. A part that cannot be read counts as empty here, so
that a pass goes on: what it learns is written as a file, and the doctor tells of the part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from afteraction.store.archive_places import part_path, part_times
from afteraction.store.cache_days import folder_name, stored_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from afteraction.paths import Root
    from afteraction.store.archive_parts import ArchivedFile

_DAYS_KEPT = 16
"""So many days' contents stay in memory; sessions are met roughly in the order of time."""


class ArchivedRecords:
    """The archive of one root during one pass, whose caller holds the collector's lock to change it."""

    def __init__(self, root: Root) -> None:
        """Open the archive under ``root``; nothing is read yet."""
        self._root = root
        self._parts: frozenset[str] | None = None
        self._connection: DuckDBPyConnection | None = None
        self._days: dict[str, dict[str, list[ArchivedFile]]] = {}

    def find(self, day: str, key: str) -> dict[Path, bytes]:
        """The archived files of a day whose invocation id ends in ``key``, each under the path it would have."""
        folder = self._root.invocations / day
        return {folder / folder_name(file.name): file.content for file in self._day(day).get(key, ()) if file.sound}

    def elsewhere(self, days: Iterable[str], key: str, path: Path) -> list[Path]:
        """The paths under which some days have archived files of the same invocation, but for ``path``."""
        return [other for day in days for other in self.find(day, key) if other != path]

    def drop(self, paths: Iterable[Path]) -> None:
        """Take these files out of the archive. StoreError or OSError when a part cannot be replaced."""
        from afteraction.store.archive import drop_from_part

        for path in paths:
            day = path.parent.name
            drop_from_part(self._root, self._connected(), day, {stored_name(path.name)})
            self._days.pop(day, None)
            self._parts = None

    def _day(self, day: str) -> dict[str, list[ArchivedFile]]:
        if self._parts is None:
            self._parts = frozenset(part_times(self._root))
        if day not in self._parts:
            return {}
        if day not in self._days:
            while len(self._days) >= _DAYS_KEPT:
                del self._days[next(iter(self._days))]
            self._days[day] = self._read(day)
        return self._days[day]

    def _read(self, day: str) -> dict[str, list[ArchivedFile]]:
        from afteraction.store.archive_parts import DamagedPartError, read_part

        by_key: dict[str, list[ArchivedFile]] = {}
        try:
            for file in read_part(self._connected(), part_path(self._root, day)):
                by_key.setdefault(file.invocation_id.rpartition("-")[2], []).append(file)
        except DamagedPartError:
            return {}
        return by_key

    def _connected(self) -> DuckDBPyConnection:
        if self._connection is None:
            from afteraction.store.engine import connect

            self._connection = connect(self._root)
        return self._connection
