"""What a lake consists of: parts, each one machine's records of one UTC day, in one immutable Parquet file.

The name says who wrote it and what it holds, so that the same records make the same part wherever a push is begun
again, and a file with this name never needs to be read twice.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, NamedTuple, Protocol

from afteraction.errors import AfteractionError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LAKE = "lake"
"""The package's folder of these SQL files."""
FOLDER = "invocations"
"""Where parts lie below a lake's URL."""
_PART = re.compile(r"(?:^|/)date=(\d{4}-\d{2}-\d{2})/(([0-9a-f]{16})-[0-9a-f]{32}\.parquet)$")


class LakePart(NamedTuple):
    """One immutable file of a lake."""

    day: str
    """The UTC day, ``2025-10-30``."""
    name: str
    """``<writer>-<hash of the contents>.parquet``."""
    writer: str
    """Who pushed it: a random number of one telemetry root."""
    size: int
    """Bytes; -1 where the place does not tell."""

    @property
    def path(self) -> str:
        """Its place below the lake's URL."""
        return f"{FOLDER}/date={self.day}/{self.name}"


class Place(Protocol):
    """Where parts lie. Every method raises an AfteractionError that says what to do."""

    @property
    def shown(self) -> str:
        """The URL as it may be shown and kept: without a password."""

    def parts(self) -> list[LakePart]:
        """All parts that are there, by day and name; none where nothing was ever pushed."""

    def add(self, part: LakePart, file: Path) -> None:
        """Put a part there, so that it is listed only when it is whole."""

    def remove(self, part: LakePart) -> None:
        """Take a part away; harmless when it is gone."""


class ReadablePlace(Place, Protocol):
    """A place whose parts are files that DuckDB can read."""

    def local(self, parts: Iterable[LakePart], cache: Path) -> list[str]:
        """Paths on this machine of these parts; copies go to the folder ``cache``."""


def part_at(path: str, size: int) -> LakePart | None:
    """The part that a path ends in; None for any other file."""
    found = _PART.search(path)
    if found is None or not is_day(found[1]):
        return None
    return LakePart(found[1], found[2], found[3], size)


def is_day(name: str) -> bool:
    """Whether a folder's name is a date, ``2025-10-30``."""
    try:
        return date.fromisoformat(name).isoformat() == name
    except ValueError:
        return False


def needs_extra(module: str) -> AfteractionError:
    """What to say when a library of the extra ``lake`` is not installed."""
    return AfteractionError(f"this needs {module}, which is not installed; run: pip install 'afteraction[lake]'")
