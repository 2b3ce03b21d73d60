"""Few parts instead of many: parts of like size are merged as they gather, and rows that do not count leave in time.

Parts fall into tiers, each eight times the size of the one below; eight of a tier become one. So a record is written
again once per tier, five times in all, a cache of any size has a few small parts, and most changes rewrite only tiny
files. A full part is left alone until many of the hidden rows are in it.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from afteraction.store.atomic import remove_leftovers
from afteraction.store.cache_parts import PART_ROWS, hidden_by_part, hide, merge_parts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from afteraction.store.cache_manifest import Manifest, Part
    from afteraction.store.engine import Database

_FANOUT = 8
_FULL_ROWS = PART_ROWS // 2
"""A part with so many rows is never merged with others."""
_HIDDEN_ROWS = 2_000
_HIDDEN_SHARE = 100
"""Hidden rows are tolerated up to the larger of that number and one in so many."""
_GRACE_NS = 60_000_000_000
"""A part outlives its replacement by so long: a reader that holds the older manifest may be about to open it."""


def compact(database: Database, folder: Path, manifest: Manifest) -> Manifest:
    """Merge parts where enough of a size have gathered, and write those anew that many hidden rows are in.

    The table ``hidden`` is made where there is anything to do.
    """
    parts = list(manifest.parts)
    hidden = manifest.hidden
    crowded = len(hidden) > max(_HIDDEN_ROWS, sum(part.rows for part in parts) // _HIDDEN_SHARE)
    if not crowded and not _gathered(parts):
        return _without_empty(manifest, parts, hidden)
    connection = database.connection
    hide(connection, hidden)
    while group := _gathered(parts):
        _replace(parts, group, merge_parts(connection, folder, group))
    if crowded:
        hidden = ()
        counts = hidden_by_part(connection, folder, parts)
        for part in [part for part in parts if part.name in counts]:
            _replace(parts, [part], merge_parts(connection, folder, [part]))
    return _without_empty(manifest, parts, hidden)


def _without_empty(manifest: Manifest, parts: Iterable[Part], hidden: tuple[int, ...]) -> Manifest:
    return msgspec.structs.replace(manifest, parts=tuple(part for part in parts if part.rows), hidden=hidden)


def retire(folder: Path, manifest: Manifest, *, now_ns: int) -> Manifest:
    """Remove from the cache's folder what has long been of no use to anybody, and note what no longer is."""
    used = {part.name for part in manifest.parts}
    retired = {}
    for path in folder.glob("part-*.parquet"):
        if path.name in used:
            continue
        since = manifest.retired.get(path.name, now_ns)
        if now_ns - since > _GRACE_NS:
            with contextlib.suppress(OSError):
                path.unlink()
        else:
            retired[path.name] = since
    remove_leftovers(folder)
    return msgspec.structs.replace(manifest, retired=retired)


def _gathered(parts: list[Part]) -> list[Part]:
    """The parts of the lowest tier that is full; none where no tier is."""
    tiers: dict[int, list[Part]] = defaultdict(list)
    for part in parts:
        if part.rows < _FULL_ROWS:
            tiers[_tier(part.rows)].append(part)
    return next((tiers[tier] for tier in sorted(tiers) if len(tiers[tier]) >= _FANOUT), [])


def _tier(rows: int) -> int:
    tier = 0
    while rows >= _FANOUT:
        rows //= _FANOUT
        tier += 1
    return tier


def _replace(parts: list[Part], old: list[Part], new: Part) -> None:
    parts[:] = [*(part for part in parts if part not in old), new]
