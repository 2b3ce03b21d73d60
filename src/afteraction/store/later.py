"""Several questions of one report at a time.

A report of four questions takes as long as the longest of them where there are processors for it. Only this machine's
own records are asked so: what a lake's questions would hold in memory together is too much, and other engines have one
session.
"""

from __future__ import annotations

import contextlib
from threading import Thread
from typing import TYPE_CHECKING, Generic, TypeVar

from afteraction.store.index import RecordIndex

if TYPE_CHECKING:
    from collections.abc import Callable

    from afteraction.store.index import Index

Value = TypeVar("Value")


class Later(Generic[Value]):
    """An answer that is being asked for while something else is, where the index can be asked so."""

    def __init__(self, index: Index, ask: Callable[[Index], Value]) -> None:
        """Begin to ask; an index of another kind is asked at once, and so is every one where no thread is to be had."""
        self._found: list[Value] = []
        self._error: Exception | None = None
        self._thread: Thread | None = None
        if isinstance(index, RecordIndex) and not index.frugal:
            self._thread = Thread(target=self._ask, args=(index.beside(), ask))
            with contextlib.suppress(RuntimeError):
                self._thread.start()
                return
            self._thread = None
        self._ask(index, ask)

    def get(self) -> Value:
        """The answer, once it is there; raises what asking raised."""
        if self._thread is not None:
            self._thread.join()
        if self._error is not None:
            raise self._error
        return self._found[0]

    def _ask(self, index: Index, ask: Callable[[Index], Value]) -> None:
        try:
            self._found.append(ask(index))
        except Exception as error:  # noqa: BLE001 - it is raised where the answer is wanted
            self._error = error
