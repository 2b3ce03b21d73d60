"""The right to change old records: nobody collects meanwhile.

A hook that finds the collector's lock taken leaves its line to whoever holds it. So what was left in the meantime is
collected at the end, as the collector itself does.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from afteraction.collector.lock import CollectorLock
from afteraction.collector.run import run_collector, spool_state
from afteraction.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from afteraction.paths import Root


@contextlib.contextmanager
def alone(root: Root) -> Iterator[None]:
    """Hold the collector's lock, after a running collector is done; what the disk refuses becomes a StoreError."""
    if not root.path.is_dir():  # there is nothing to change, and no folder is made for asking
        yield
        return
    try:
        with CollectorLock(root) as lock:
            lock.acquire(wait=True)
            seen = spool_state(root)
            yield
            lock.release()
            if spool_state(root) != seen and lock.acquire(wait=False):
                run_collector(root, os.environ, lock)
    except OSError as error:
        raise StoreError(f"cannot change {error.filename or root.path}: {error.strerror}") from error
