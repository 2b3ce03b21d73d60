"""Read back what ``log_suggestion`` and ``log_validation`` stored.

Straight from the files and not through the cache: there is one for each suggestion shown to a person, so there are
few. A damaged file is counted and left where it is; it may be whole for a later version.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import msgspec

from afteraction.moments import epoch_ms
from afteraction.store.events import Suggestion, Validation

if TYPE_CHECKING:
    from pathlib import Path

    from afteraction.paths import Root

_Event = TypeVar("_Event", Suggestion, Validation)


@dataclass(frozen=True, slots=True)
class Events:
    """All events of a time, in order of their ids."""

    suggestions: list[Suggestion]
    validations: list[Validation]
    damaged: list[Path]
    """Files that hold no such event, or may not be read, whatever the time."""


def read_events(root: Root, *, since_ms: int | None = None) -> Events:
    """Everything logged at or after ``since_ms`` (epoch ms); all of it where that is None."""
    damaged: list[Path] = []
    return Events(
        _read(root.suggestions, Suggestion, since_ms, damaged),
        _read(root.validations, Validation, since_ms, damaged),
        damaged,
    )


def _read(folder: Path, kind: type[_Event], since_ms: int | None, damaged: list[Path]) -> list[_Event]:
    decode = msgspec.json.Decoder(kind).decode
    found = []
    for path in sorted(folder.glob("*/[!.]*.json")):
        try:
            event = decode(path.read_bytes())
            logged_ms = epoch_ms(event.timestamp)
        except (OSError, ValueError, OverflowError, RecursionError):  # msgspec's own are ValueErrors
            damaged.append(path)
        else:
            if since_ms is None or logged_ms >= since_ms:
                found.append(event)
    return found
