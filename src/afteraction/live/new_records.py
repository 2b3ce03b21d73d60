"""Records as they appear: each look reads those that were written since the last, of the days that matter.

These are the two newest days and those on which running agents started. A day's folder changes when a record is put
into it, so a look costs one ``stat`` a day; only then names are listed, and only names that are new, or whose file was
replaced, are read. Of a day that was there already only the newest records are read.
"""

from __future__ import annotations

import heapq
import os
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from afteraction.store.reading import INVOCATION_DECODER
from afteraction.store.record_files import read_bytes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from afteraction.model import Invocation

MOST_RECORDS = 64
"""So many records are read in one look, the newest."""
_REMEMBERED = 256
"""So many of the files that were read are looked at again when their day changes."""
_DAYS = 2
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SAME_TICK_NS = 100_000_000
"""A folder that changed so shortly before it was listed may have changed again at the same reading of its clock."""
_SUFFIX = ".json"


@dataclass(slots=True)
class _Folder:
    """A folder as it was last listed."""

    stamp_ns: int = -1
    names: dict[str, str] = field(default_factory=dict)
    """File names by what ends them: the invocation's key."""


class NewRecords:
    """Reads one root's records from now on, and the newest of what it already holds."""

    def __init__(self, folder: Path) -> None:
        """Begin with nothing read; the folder need not exist."""
        self._folder = str(folder)
        self._days = _Folder()
        self._listed: dict[str, _Folder] = {}
        self._read: dict[str, tuple[int, int]] = {}

    def read(self, keys: Collection[str] = (), days: Iterable[str] = ()) -> list[Invocation]:
        """The records that are new or replaced since the last look.

        Args:
            keys: of invocations that are running as far as is known; their records are read whenever they were written.
            days: the UTC dates on which these may have started, beside the newest two.
        """
        if self._changed(self._folder, self._days):
            found = os.scandir(self._folder) if os.path.isdir(self._folder) else ()  # noqa: PTH112 - as everywhere here
            self._days.names = {entry.name: entry.name for entry in found if _DAY.fullmatch(entry.name)}
        wanted = {*sorted(self._days.names)[-_DAYS:], *(day for day in days if day in self._days.names)}
        self._listed = {day: self._listed.get(day, _Folder()) for day in wanted}
        paths: list[str] = []
        for day, folder in self._listed.items():
            paths += self._candidates(f"{self._folder}/{day}", folder)
            paths += [f"{self._folder}/{day}/{folder.names[key]}" for key in keys if key in folder.names]
        return self._decoded(paths)

    def _candidates(self, place: str, folder: _Folder) -> list[str]:
        """Files of a day that may be new, if it has changed."""
        if not self._changed(place, folder):
            return []
        before = folder.names
        try:
            names = os.listdir(place)  # noqa: PTH208 - names alone, no Path for each of thousands
        except OSError:
            names = []
        folder.names = {
            name.removesuffix(_SUFFIX).rpartition("-")[2]: name
            for name in names
            if name.endswith(_SUFFIX) and not name.startswith(".")
        }
        new = [f"{place}/{name}" for key, name in folder.names.items() if before.get(key) != name]
        return new + [path for path in self._read if path.startswith(f"{place}/")]

    def _decoded(self, paths: Iterable[str]) -> list[Invocation]:
        """Read the newest of these files that are not as they were when they were last read."""
        stamps = {
            path: stamp for path in paths if (stamp := _stamp(path)) != self._read.get(path) and stamp is not None
        }
        found = []
        for path in heapq.nlargest(MOST_RECORDS, stamps, key=lambda path: stamps[path]):
            self._read.pop(path, None)
            self._read[path] = stamps[path]
            try:
                found.append(INVOCATION_DECODER.decode(read_bytes(path)))
            except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                continue
        while len(self._read) > _REMEMBERED:
            del self._read[next(iter(self._read))]
        return found

    def _changed(self, place: str, folder: _Folder) -> bool:
        """Whether a folder is not as it was when it was last listed."""
        try:
            stamp_ns = os.stat(place).st_mtime_ns  # noqa: PTH116 - many times a second
        except OSError:
            stamp_ns = 0
        if stamp_ns == folder.stamp_ns:
            return False
        folder.stamp_ns = stamp_ns if stamp_ns + _SAME_TICK_NS < time.time_ns() else -1
        return True


def _stamp(path: str) -> tuple[int, int] | None:
    """When a file was written (ns) and which file it is; None when it is gone."""
    try:
        found = os.stat(path)  # noqa: PTH116 - many times a second
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino
