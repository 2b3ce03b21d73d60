"""A lake as an index: the same questions, asked of the parts by the DuckDB of this process.

Only the days are opened that a question can mean, each remote part is fetched once, and a part that is replaced while
it is being read makes us look again. A day is opened with its neighbours, because a foreign writer's folder may follow
another clock than UTC.
"""

from __future__ import annotations

import contextlib
import os
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from afteraction.errors import NotFoundError, StoreError
from afteraction.lake.copies import copies_folder, forget_copies
from afteraction.lake.parts import LAKE
from afteraction.moments import DAY_MS, utc_date
from afteraction.store.answers import Answers
from afteraction.store.atomic import make_private_folder
from afteraction.store.engine import connect, engine_error
from afteraction.store.index import ANSWERS, answered
from afteraction.store.sql import STORE, sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from _typeshed import DataclassInstance
    from duckdb import DuckDBPyConnection

    from afteraction.lake.parts import LakePart, ReadablePlace
    from afteraction.paths import Root

    Row = TypeVar("Row", bound=DataclassInstance)

LOOKS_BACK = frozenset({"agents"})
"""Questions that compare a period with what was before it, and therefore need days from before ``$since_ms``."""
_ATTEMPTS = 100
"""So often a lake is listed anew for one question, when its parts are replaced faster than they can be read."""


class LakeIndex:
    """Everything in a lake, as it was when last looked at."""

    unreadable: Sequence[Path] = ()

    def __init__(self, root: Root, place: ReadablePlace) -> None:
        """List the lake. AfteractionError when it cannot be reached."""
        self._root = root
        self._place = place
        self._parts = listed(place)
        forget_copies(copies_folder(root, place), self._parts)
        self._opened: dict[tuple[LakePart, ...], DuckDBPyConnection] = {}

    @property
    def when_empty(self) -> str:
        """What to say when nothing was ever pushed."""
        return nothing_pushed(self._place)

    def ask(self, question: str, row_type: type[Row], **values: str | float | None) -> list[Row]:
        """As in ``store.index.Index``; StoreError when a part cannot be read."""
        for attempt in range(_ATTEMPTS):
            try:
                return answered(question, row_type, values, self._kept(), partial(self._open, question, values))
            except (engine_error(), FileNotFoundError) as error:
                now = listed(self._place)
                if now == self._parts or attempt == _ATTEMPTS - 1:
                    raise StoreError(f"cannot read the parts in {self._place.shown}: {error}") from error
                self._parts = now
                self._opened.clear()
        raise AssertionError

    def _kept(self) -> Answers:
        """What is kept of answers about the very parts of this lake."""
        name = copies_folder(self._root, self._place).name
        return Answers(self._root.cache / ANSWERS / name, msgspec.msgpack.encode(self._parts))

    def _open(self, question: str, values: Mapping[str, str | float | None]) -> DuckDBPyConnection:
        """A database with the view ``invocations`` of all days that the question can mean."""
        wanted = tuple(meant(self._parts, question, values))
        if wanted not in self._opened:
            copies = copies_folder(self._root, self._place)
            self._opened[wanted] = _connected(self._root, wanted, self._place.local(wanted, copies))
        return self._opened[wanted]


def listed(place: ReadablePlace) -> list[LakePart]:
    """All parts of a place, looked at until two looks agree.

    A listing takes time: in one look, a part that replaces another may come too late and the other be gone already.
    """
    before = place.parts()
    while (now := place.parts()) != before:
        before = now
    return now


def all_parts(root: Root, place: ReadablePlace) -> list[str]:
    """Paths on this machine of all parts, for an engine that opens them once; NotFoundError when there are none."""
    parts = listed(place)
    if not parts:
        raise NotFoundError(nothing_pushed(place))
    return place.local(parts, copies_folder(root, place))


def nothing_pushed(place: ReadablePlace) -> str:
    """What to say where a lake is empty."""
    return f"nothing has been pushed to {place.shown} yet; 'afteraction lake push {place.shown}' shares what is here"


def meant(parts: Sequence[LakePart], question: str, values: Mapping[str, Any]) -> list[LakePart]:
    """The parts of the days that a question can mean, by its filters."""
    since_ms = None if question in LOOKS_BACK else values.get("since_ms")
    until_ms = values.get("until_ms")
    first = "" if since_ms is None else _date(since_ms - 2 * DAY_MS, "")
    last = "9" if until_ms is None else _date(until_ms + DAY_MS, "9")
    return [part for part in parts if first <= part.day <= last]


def _date(at_ms: float, beyond: str) -> str:
    try:
        return utc_date(int(at_ms))
    except (ValueError, OverflowError, OSError):
        return beyond


def _connected(root: Root, parts: Sequence[LakePart], paths: Sequence[str]) -> DuckDBPyConnection:
    with contextlib.suppress(OSError):  # where it fails, memory must do
        make_private_folder(root.cache)  # DuckDB spills below it; a reader of lakes may not have it
    connection = connect(root)
    connection.execute(sql(STORE, "schema"), {"path": os.devnull})
    if paths:
        connection.execute("set variable parts = $paths", {"paths": list(paths)})
    connection.execute(sql(LAKE, "part_rows" if paths else "no_rows"))
    shared = len({part.day for part in parts}) < len(parts)
    connection.execute(sql(LAKE, "newest" if shared else "all_rows"))
    return connection


def open_lake(root: Root, place: ReadablePlace) -> LakeIndex:
    """Open a lake; ``root`` is where copies of remote parts are kept."""
    return LakeIndex(root, place)
