"""What has changed among the records since the cache last agreed with them.

Three looks, each dearer than the one before, and each only where the one before gives a reason: the time of every day's
folder; the stamps of every file in a suspicious folder, as one sum; and the stamps of the rows that the cache holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from afteraction.store.cache_archive import archive_day, archive_files, archive_times, day_place, is_archived
from afteraction.store.cache_days import DayFiles, day_files, day_times
from afteraction.store.cache_manifest import Day
from afteraction.store.cache_parts import RecordFile, held_stamps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from afteraction.paths import Root
    from afteraction.store.cache_manifest import Manifest
    from afteraction.store.engine import Database

ALWAYS_LOOKED_AT = 2_000
"""So many of the newest records are looked at one by one for every question, which costs 6 ms."""
_FILES_AT_ONCE = 20_000
_MODULUS = 1 << 64


@dataclass(frozen=True, slots=True)
class Survey:
    """Which days there are, and which of them must be looked into."""

    times: dict[str, int]
    """The time of each day's folder in ns, oldest day first; 0 for one that only the cache has rows of."""
    suspects: tuple[str, ...]
    """The days to look into, oldest first."""
    now_ns: int
    """When the times were read."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What the cache must learn about some days."""

    days: dict[str, Day]
    """These days as they are now."""
    new: tuple[RecordFile, ...]
    """Files that the cache does not hold, oldest day first."""
    gone: frozenset[int]
    """The stamps of rows in parts whose files are no longer there like that."""
    present: frozenset[int]
    """The stamps of all files in the days that have changed."""
    remaining: tuple[str, ...]
    """Suspects that come later."""


def survey(root: Root, manifest: Manifest, *, now_ns: int, every_file: bool) -> Survey:
    """See which days of the records may differ from the manifest.

    ``every_file`` suspects all; else a file that was changed without being replaced, which leaves the time of its
    folder as it was, goes unnoticed unless it is among the newest ``ALWAYS_LOOKED_AT``. StoreError as in ``day_times``.
    """
    held_days = chain.from_iterable(part.days for part in manifest.parts)
    times = dict(sorted({**dict.fromkeys(held_days, 0), **archive_times(root), **day_times(root)}.items()))
    suspects = set(times) if every_file else _suspects(manifest, times)
    suspects.update(archive_day(day) for day in tuple(suspects))  # a file that comes or goes hides or shows a row there
    return Survey(times, tuple(day for day in times if day in suspects), now_ns)


def find_changes(root: Root, database: Database, manifest: Manifest, surveyed: Survey) -> Iterator[Changes]:
    """Compare the suspects with the manifest, whose parts must all be sound; so many at a time that memory is bounded.

    StoreError when a folder of records cannot be read, the engine's when a part cannot.
    """
    remaining = list(surveyed.suspects)
    while remaining:
        days: dict[str, Day] = {}
        changed: list[DayFiles] = []
        while remaining and sum(len(found.names) for found in changed) < _FILES_AT_ONCE:
            day = remaining.pop(0)
            found = _files(root, day, surveyed)
            known = manifest.days.get(day)
            days[day] = _day(found, known)
            if known is None or (known.files, known.stamps) != (days[day].files, days[day].stamps):
                changed.append(found)
        held = held_stamps(database, root.cache, manifest.parts, [found.day for found in changed])
        present = frozenset(chain.from_iterable(found.names for found in changed))
        yield Changes(
            days=days,
            new=tuple(file for found in changed for file in _unknown(root, found, held[found.day], days[found.day])),
            gone=frozenset(chain.from_iterable(held.values())) - present,
            present=present,
            remaining=tuple(remaining),
        )


def _suspects(manifest: Manifest, times: dict[str, int]) -> set[str]:
    """The days whose folder tells of a change, or cannot tell; and the newest that can be looked into for little."""
    known = {day: manifest.days[day] for day in times if day in manifest.days}
    suspects = {day for day in times if day not in known or known[day].modified_ns != times[day]}
    left = ALWAYS_LOOKED_AT
    for day in reversed(known):
        left -= known[day].files
        if left < 0 or is_archived(day):  # a part's own time tells of every change in it
            break
        suspects.add(day)
    return suspects


def _files(root: Root, day: str, surveyed: Survey) -> DayFiles:
    modified_ns, now_ns = surveyed.times[day], surveyed.now_ns
    if is_archived(day):
        return archive_files(root, day, modified_ns=modified_ns, now_ns=now_ns)
    return day_files(root, day, modified_ns=modified_ns, now_ns=now_ns)


def _day(found: DayFiles, known: Day | None) -> Day:
    unreadable = known.unreadable if known else {}
    return Day(
        modified_ns=found.modified_ns,
        files=len(found.names),
        stamps=sum(found.names) % _MODULUS,
        unreadable={name: stamp for name, stamp in unreadable.items() if stamp in found.names},
    )


def _unknown(root: Root, found: DayFiles, held: set[int], day: Day) -> list[RecordFile]:
    known = held.union(day.unreadable.values())
    folder = str(day_place(root, found.day))
    return [
        RecordFile(found.day, stamp, f"{folder}/{name}")
        for stamp, name in sorted(found.names.items(), key=lambda item: item[1])
        if stamp not in known
    ]
