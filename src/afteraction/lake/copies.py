"""Copies of a remote lake's parts on this machine: deleted when their parts are gone, but not at once."""

from __future__ import annotations

import contextlib
import hashlib
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from afteraction.lake.parts import LakePart, Place
    from afteraction.paths import Root

_KEPT_S = 3600
"""How long a copy stays after its part has left the lake: somebody may still be reading it."""


def copies_folder(root: Root, place: Place) -> Path:
    """Where the copies of a place's parts are on this machine."""
    return root.lake_copies / hashlib.sha256(place.shown.encode()).hexdigest()[:16]


def forget_copies(cache: Path, parts: Iterable[LakePart]) -> None:
    """Delete the copies of parts that left the lake an hour ago or more."""
    known = {part.name for part in parts}
    before = time.time() - _KEPT_S
    with contextlib.suppress(OSError):
        for path in cache.iterdir():
            if path.name not in known and path.stat().st_mtime < before:
                path.unlink(missing_ok=True)
