"""The records as the page asks them: one index, opened anew when what it was opened from may have changed.

Opening costs a tenth of a second, a page asks several questions, and a browser asks for several things at once; so an
index is kept for a moment. Requests take turns with it: one database connection serves one question at a time. As long
as nothing new is recorded an answer is remembered: pages are reloaded, and several of them ask the same.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from afteraction.store.cache import refresh
from afteraction.store.index import RecordIndex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed import DataclassInstance

    from afteraction.paths import Root

    Row = TypeVar("Row", bound=DataclassInstance)

KEPT_S = 2.0
"""For so long an index is not opened anew; no page is older than this."""
_MOST_ANSWERS = 500
"""Every filter makes other questions; beyond so many answers all are forgotten."""


class RememberingIndex(RecordIndex):
    """An index that answers the same question but once."""

    def __init__(self, root: Root) -> None:
        """Open it. StoreError when a folder cannot be read."""
        super().__init__(root, refresh(root))
        self._asked = self._snapshot
        self._answers: dict[tuple[object, ...], list[Any]] = {}

    def ask(self, question: str, row_type: type[Row], **values: str | float | None) -> list[Row]:
        """As in ``Index``. Answers go with their snapshot, which is replaced when a part of it is gone."""
        key = (question, *sorted(values.items()))
        known = self._answers.get(key)
        if known is not None:
            return list(known)
        rows = super().ask(question, row_type, **values)
        if self._asked is not self._snapshot or len(self._answers) >= _MOST_ANSWERS:
            self._asked = self._snapshot
            self._answers.clear()
        self._answers[key] = rows
        return list(rows)


class Source:
    """The index of one telemetry root, shared by all requests."""

    def __init__(self, root: Root) -> None:
        """Nothing is opened yet."""
        self.root = root
        self._lock = threading.Lock()
        self._index: RememberingIndex | None = None
        self._opened_s = 0.0

    @contextmanager
    def index(self) -> Iterator[RecordIndex]:
        """The index, for the caller alone until it is done. StoreError when a folder cannot be read."""
        with self._lock:
            if self._index is None or time.monotonic() - self._opened_s > KEPT_S:
                opened = RememberingIndex(self.root)
                if self._index is None or not opened.equals(self._index):
                    self._index = opened
                self._opened_s = time.monotonic()
            yield self._index

    def forget(self) -> None:
        """Open the index anew at the next question: something was written."""
        with self._lock:
            self._index = None
