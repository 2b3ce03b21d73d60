"""Copies of a remote lake's parts on this machine: deleted when their parts are gone, but not at once."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from afteraction.lake.parts import LakePart

_KEPT_S = 3600
"""How long a copy stays after its part has left the lake: somebody may still be reading it."""


def forget_copies(cache: Path, parts: Iterable[LakePart]) -> None:
    """Delete the copies of parts that left the lake an hour ago or more."""
    known = {part.name for part in parts}
    before = time.time() - _KEPT_S
    with contextlib.suppress(OSError):
        for path in cache.iterdir():
            if path.name not in known and path.stat().st_mtime < before:
                path.unlink(missing_ok=True)
