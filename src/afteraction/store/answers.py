"""Answers that were given before, kept beside the rows they follow from until these change.

A report is asked again and again while nothing new is recorded, and most of what it costs is the engine. So the rows of
an answer are kept under everything they follow from: the question's text and values, the macros, the engine, and which
parts the rows were in. Nothing is ever looked up by time or by name alone, so an answer cannot be out of date; one that
is damaged, or that does not come back exactly as it was, is as if it had never been kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import zlib
from typing import TYPE_CHECKING, Any

import msgspec

from afteraction.store.atomic import write_atomic
from afteraction.store.engine import engine_stamp
from afteraction.store.sql import STORE, sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

MOST_ANSWERS = 200
"""Every filter makes other questions; beyond so many answers of one state all are forgotten."""
_LARGEST = 1 << 18
"""Bytes of an answer that is worth keeping: a report's is some ten thousand."""
_CHECKSUM_BYTES = 4
_SURROUNDINGS = ("intervals", "masking", "cached", "view")
"""The store's own SQL that an answer follows from beside the question."""


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """What the engine said."""

    columns: list[str]
    rows: list[Any]


_DECODER = msgspec.msgpack.Decoder(Answer)


class Answers:
    """The answers that follow from one state of the rows."""

    def __init__(self, folder: Path, state: bytes) -> None:
        """Keep them below ``folder``, where those of any other state are forgotten; ``state`` says all of the rows."""
        self._folder = folder
        self._state = folder / hashlib.sha256(state).hexdigest()[:32]

    def find(self, statement: str, values: Mapping[str, str | float | None]) -> Answer | None:
        """What a statement was answered with those values; None when that is not known."""
        try:
            kept = self._place(statement, values).read_bytes()
        except OSError:
            return None
        content = kept[_CHECKSUM_BYTES:]
        if zlib.crc32(content).to_bytes(_CHECKSUM_BYTES, "big") != kept[:_CHECKSUM_BYTES]:
            return None
        try:
            return _DECODER.decode(content)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None

    def keep(self, statement: str, values: Mapping[str, str | float | None], answer: Answer) -> None:
        """Remember an answer, if that is possible: a full disk or a foreign folder changes nothing in it."""
        try:
            content = msgspec.msgpack.encode(answer)
        except (TypeError, OverflowError):
            return
        if len(content) > _LARGEST or not _is_same(_DECODER.decode(content).rows, answer.rows):
            return
        with contextlib.suppress(OSError):
            self._make_room()
            checksum = zlib.crc32(content).to_bytes(_CHECKSUM_BYTES, "big")
            write_atomic(self._place(statement, values), checksum + content, durable=False)

    def _place(self, statement: str, values: Mapping[str, str | float | None]) -> Path:
        followed = (statement, *(sql(STORE, name) for name in _SURROUNDINGS), engine_stamp(), sorted(values.items()))
        return self._state / hashlib.sha256(repr(followed).encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def _make_room(self) -> None:
        """Forget the answers of other states, and these when there are too many."""
        if not self._folder.is_dir():
            return
        import shutil  # takes as long as everything else in here, and is not needed to find an answer

        for other in os.listdir(self._folder):  # noqa: PTH208 - names are all
            if other != self._state.name or len(os.listdir(self._state)) >= MOST_ANSWERS:  # noqa: PTH208
                shutil.rmtree(self._folder / other, ignore_errors=True)


def _is_same(found: Sequence[Any], given: Sequence[Any]) -> bool:
    """Whether rows came back with the same values of the same types, a row being a list or a tuple."""
    return len(found) == len(given) and all(
        [(type(value), value) for value in one] == [(type(value), value) for value in other]
        for one, other in zip(found, given, strict=True)
    )
