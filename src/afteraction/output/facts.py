"""One record flat: a name and a value a line, for a pipe or a spreadsheet.

Apart from the drawing, so that a pipe does not pay for importing what draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from afteraction.model import Invocation


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of a record under its dotted name."""

    field: str
    value: str | float | None


def facts(record: Invocation, path: str) -> list[Fact]:
    """Every value of the record, nested ones under dotted names, lists as repeated rows; last the file it stands in."""
    return [*_flat("", msgspec.to_builtins(record)), Fact("file", path)]


def _flat(name: str, value: Any) -> Iterator[Fact]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}" if name else str(key), inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _flat(name, inner)
    elif isinstance(value, bool):
        yield Fact(name, "true" if value else "false")
    else:
        yield Fact(name, value)
