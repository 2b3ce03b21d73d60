"""The records as the page asks them: one index, opened anew when what it was opened from may have changed.

Starting the engine costs a tenth of a second, a page asks several questions, and a browser asks for several things at
once; so an index is kept for a moment, and for as long as nothing new is recorded. Requests take turns with it: one
database connection serves one question at a time.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from afteraction.store.index import open_index

if TYPE_CHECKING:
    from collections.abc import Iterator

    from afteraction.paths import Root
    from afteraction.store.index import RecordIndex

KEPT_S = 2.0
"""For so long an index is not opened anew; no page is older than this."""


class Source:
    """The index of one telemetry root, shared by all requests."""

    def __init__(self, root: Root) -> None:
        """Nothing is opened yet."""
        self.root = root
        self._lock = threading.Lock()
        self._index: RecordIndex | None = None
        self._opened_s = 0.0

    @contextmanager
    def index(self) -> Iterator[RecordIndex]:
        """The index, for the caller alone until it is done. StoreError when a folder cannot be read."""
        with self._lock:
            if self._index is None or time.monotonic() - self._opened_s > KEPT_S:
                opened = open_index(self.root)
                if self._index is None or not opened.equals(self._index):
                    self._index = opened
                self._opened_s = time.monotonic()
            yield self._index

    def forget(self) -> None:
        """Open the index anew at the next question: something was written."""
        with self._lock:
            self._index = None
