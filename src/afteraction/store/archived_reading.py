"""Archived records for those who look for one: only the sound ones for which no file stands in its day's folder."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from afteraction.store.archive_parts import DamagedPartError, find_in_parts, list_part, read_part
from afteraction.store.archive_places import part_path
from afteraction.store.cache_days import folder_name
from afteraction.store.engine import connect
from afteraction.store.reading import INVOCATION_DECODER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from afteraction.model import Invocation
    from afteraction.paths import Root
    from afteraction.store.archive_parts import ArchivedFile


def find_archived(root: Root, days: Iterable[str], reference: str) -> Iterator[tuple[str, Invocation]]:
    """The records of some days whose id, or its last part, starts with ``reference``, each with its part's path."""
    parts = [part_path(root, day) for day in days]
    for part, file in find_in_parts(connect(root), parts, reference):
        record = _record(root, Path(part).stem, file)
        if record is not None:
            yield part, record


def read_archived(root: Root, day: str) -> Iterator[tuple[str, Invocation, bytes]]:
    """The records of an archived day, each with its part's path and its bytes; none when the part cannot be read."""
    part = part_path(root, day)
    try:
        files = read_part(connect(root), part)
    except DamagedPartError:
        return
    for file in files:
        record = _record(root, day, file)
        if record is not None:
            yield str(part), record, file.content


def unpacked(root: Root, part: Path, invocation_id: str) -> tuple[Path, bytes]:
    """Where the file of an archived record stood, and its bytes; DamagedPartError when the part cannot be read."""
    day = part.stem
    for file in read_part(connect(root), part):
        if file.invocation_id == invocation_id and file.sound:
            return root.invocations / day / folder_name(file.name), file.content
    raise DamagedPartError(f"{part} no longer holds {invocation_id}; try again")


def count_archived(root: Root, days: Iterable[str]) -> int:
    """How many archived records of some days have no file; those of a part that cannot be read are not counted."""
    connection = connect(root)
    count = 0
    for day in days:
        with contextlib.suppress(DamagedPartError):
            names = (folder_name(file.name) for file in list_part(connection, part_path(root, day)))
            count += sum(not (root.invocations / day / name).exists() for name in names)
    return count


def _record(root: Root, day: str, file: ArchivedFile) -> Invocation | None:
    if not file.sound or (root.invocations / day / folder_name(file.name)).exists():
        return None
    try:
        return INVOCATION_DECODER.decode(file.content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
