"""The index: every record as a row of one view, and the one way to ask it.

The rows come from the cache, which agrees with the record files when the index is opened. An index may stay open for
hours, as in the dashboard: when a part that it reads is replaced and removed meanwhile, or damaged, it is opened anew
instead of failing, and then answers as of that moment. What was answered before, of the very same rows, is not asked
of the engine again.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Protocol, TypeVar

import msgspec

from afteraction.store.answers import Answer, Answers
from afteraction.store.cache import refresh
from afteraction.store.cache_manifest import broken_parts
from afteraction.store.engine import engine_error
from afteraction.store.reading import nothing_recorded
from afteraction.store.sql import sql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from _typeshed import DataclassInstance
    from duckdb import DuckDBPyConnection

    from afteraction.paths import Root
    from afteraction.store.cache import Progress, Snapshot

    Row = TypeVar("Row", bound=DataclassInstance)

QUESTIONS = "analytics"
"""The package's folder of questions."""
ANSWERS = "answers"
"""The cache's folder of answers that are kept, and there the folder of those about this machine's own records."""
_OWN = "records"
_REOPENED = 5
"""So often an index is opened anew for one question, when its parts are being deleted faster than they can be read."""


class Index(Protocol):
    """What can be asked: the records of this machine, or those of many in a lake."""

    @property
    def unreadable(self) -> Sequence[Path]:
        """Record files that could not be read or decoded, and are therefore missing from every answer."""

    @property
    def when_empty(self) -> str:
        """What to say to the user when it holds nothing at all."""

    def ask(self, question: str, row_type: type[Row], **values: str | float | None) -> list[Row]:
        """The rows that answer ``analytics/<question>.sql``; each ``$name`` in it takes the value of that name.

        TypeError when the columns are not exactly the fields of ``row_type``: two front ends must not disagree.
        """


class RecordIndex:
    """A view ``invocations`` of everything recorded, as it was when the index was opened."""

    def __init__(self, root: Root, snapshot: Snapshot, *, remembers: bool = True) -> None:
        """Ask what ``open_index`` has opened."""
        self.root = root
        self._snapshot = snapshot
        self._remembers = remembers

    @property
    def connection(self) -> DuckDBPyConnection:
        """The database that has the view; see ``store/engine.py`` for what it offers: to execute, and to fetch."""
        return self._snapshot.rows.open()

    @property
    def unreadable(self) -> tuple[Path, ...]:
        """Record files that could not be read or decoded, and are therefore missing from every answer."""
        return self._snapshot.unreadable

    @property
    def frugal(self) -> bool:
        """Whether it was opened to be asked one question at a time, in one thread."""
        return self._snapshot.database.frugal

    def beside(self) -> RecordIndex:
        """The same index, to be asked in a thread of its own while this one is asked."""
        return _IndexBeside(self.root, self._snapshot, remembers=self._remembers)

    def equals(self, other: RecordIndex) -> bool:
        """Whether the other has the very same rows for certain, so that it answers the same."""
        mine, others = self._snapshot, other._snapshot
        return mine.hidden is not None and (mine.parts, mine.hidden, mine.unreadable) == (
            others.parts, others.hidden, others.unreadable,
        )  # fmt: skip

    @property
    def when_empty(self) -> str:
        """What to say when nothing was ever recorded."""
        return nothing_recorded(self.root)

    def ask(self, question: str, row_type: type[Row], **values: str | float | None) -> list[Row]:
        """As in ``Index``."""
        for _ in range(_REOPENED):
            try:
                return self._ask(question, row_type, values)
            except engine_error():
                if not broken_parts(self.root.cache, self._snapshot.parts):
                    raise
                self._snapshot = refresh(self.root, frugal=self.frugal)
        return self._ask(question, row_type, values)

    def _ask(self, question: str, row_type: type[Row], values: dict[str, str | float | None]) -> list[Row]:
        return answered(question, row_type, values, self._kept(), self._opened)

    def _opened(self) -> DuckDBPyConnection:
        return self._snapshot.rows.open()

    def _kept(self) -> Answers | None:
        """What is kept of answers about the very rows of this index; None when some, or all, are not in parts."""
        if self._snapshot.hidden is None or not self._snapshot.parts or not self._remembers:
            return None
        state = msgspec.msgpack.encode((self._snapshot.parts, self._snapshot.hidden))
        return Answers(self.root.cache / ANSWERS / _OWN, state)


class _IndexBeside(RecordIndex):
    """An index with a connection of its own for each question."""

    def _opened(self) -> DuckDBPyConnection:
        return self._snapshot.rows.beside()


def answered(
    question: str,
    row_type: type[Row],
    values: dict[str, str | float | None],
    kept: Answers | None,
    opened: Callable[[], DuckDBPyConnection],
) -> list[Row]:
    """The rows that answer a question: as kept, else as the database says that ``opened`` gives."""
    statement = sql(QUESTIONS, question)
    answer = kept.find(statement, values) if kept is not None else None
    if answer is None:
        cursor = opened().execute(statement, values)
        answer = Answer([column[0] for column in cursor.description or ()], cursor.fetchall())
        if kept is not None:
            kept.keep(statement, values, answer)
    return typed_rows(question, row_type, answer.columns, answer.rows)


def typed_rows(
    question: str, row_type: type[Row], columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> list[Row]:
    """An answer's rows as values of ``row_type``; TypeError when the columns are not exactly its fields."""
    expected = [field.name for field in fields(row_type)]
    if list(columns) != expected:
        raise TypeError(f"{question}.sql answers {list(columns)}, {row_type.__name__} holds {expected}")
    return [row_type(*row) for row in rows]


def open_index(
    root: Root, *, progress: Progress | None = None, remembers: bool = True, frugal: bool = False
) -> RecordIndex:
    """Index all records below ``root`` as they are now.

    It ``remembers`` answers for whoever asks the same again, and is ``frugal`` with threads and memory beside other
    work. ``progress`` is told how many of how many new files have been read. StoreError when a folder cannot be read.
    """
    return RecordIndex(root, refresh(root, progress=progress, frugal=frugal), remembers=remembers)
