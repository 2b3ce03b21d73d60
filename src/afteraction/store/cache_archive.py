"""Archived days as the cache sees them: each is a folder of its own, apart from the folder of the same day's files.

Its name is the day's with a ``/`` before it, which no folder can have and which sorts before all of them. A row's stamp
follows from the content, so that archiving a day a second time, with one late record, reads that record alone again.
"""

from __future__ import annotations

import contextlib
import os
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from afteraction.paths import Root
from afteraction.store.archive_parts import ArchivedFile, DamagedPartError, list_part, read_part
from afteraction.store.archive_places import part_path, part_times
from afteraction.store.cache_days import TICK_NS, DayFiles, folder_name, stored_name
from afteraction.store.engine import connect

if TYPE_CHECKING:
    from pathlib import Path

_MARK = "/"
_WHOLE_PART = ""
"""Instead of a file's name: the part itself, when it cannot be read."""


def archive_day(day: str) -> str:
    """The cache's name for the archived files of a day."""
    return _MARK + day


def is_archived(day: str) -> bool:
    """Whether a day of the cache is an archived one."""
    return day.startswith(_MARK)


def day_place(root: Root, day: str) -> Path:
    """Where the files of a day of the cache are: a folder, or a part."""
    return part_path(root, day.removeprefix(_MARK)) if is_archived(day) else root.invocations / folder_name(day)


def archive_times(root: Root) -> dict[str, int]:
    """Every archived day with the time of its part in ns; StoreError when the folder cannot be read."""
    return {archive_day(day): modified_ns for day, modified_ns in part_times(root).items()}


def archive_files(root: Root, day: str, *, modified_ns: int, now_ns: int) -> DayFiles:
    """The files of an archived day for which no file stands in its folder; as ``cache_days.day_files``.

    A part is read by a database of its own: a damaged one may make the whole database that reads it unusable.
    """
    seed = zlib.crc32(day.encode())
    own_day = day.removeprefix(_MARK)
    try:
        with contextlib.closing(connect(root)) as aside:
            listed = list_part(aside, part_path(root, own_day))
    except DamagedPartError:
        return DayFiles(day, None, {hash((seed, modified_ns)): _WHOLE_PART})
    beside = _names_beside(root, own_day)
    names = {
        hash((zlib.crc32(file.name.encode("latin-1"), seed), int(file.sha256[:15], 16))): folder_name(file.name)
        for file in listed
        if file.name not in beside
    }
    settled = now_ns - modified_ns > TICK_NS
    return DayFiles(day, modified_ns if settled else None, names)


@dataclass(slots=True)
class ArchiveReader:
    """Contents of archived files; the files of one part are best asked for one after the other."""

    _part: Path | None = None
    _files: dict[str, ArchivedFile] = field(default_factory=dict)

    def read(self, path: Path) -> bytes:
        """The content of the file ``<part>/<name>``.

        DamagedPartError when it is not what was archived, FileNotFoundError when it is not there any more.
        """
        if path.parent != self._part:
            with contextlib.closing(connect(Root(path.parents[2]))) as aside:
                self._files = {file.name: file for file in read_part(aside, path.parent)}
            self._part = path.parent
        file = self._files.get(stored_name(path.name))
        if file is None:
            raise FileNotFoundError(path)
        if not file.sound:
            raise DamagedPartError(f"{path} is damaged")
        return file.content


def _names_beside(root: Root, day: str) -> set[str]:
    try:
        return {stored_name(name) for name in os.listdir(root.invocations / day)}  # noqa: PTH208 - names are all
    except OSError:
        return set()
