"""One collector at a time, and no burst of them.

The lock is a ``flock`` on ``spool/collector.lock``. A hook that wants a collector takes the lock itself and starts
the collector with the locked descriptor: the lock belongs to the open file, so ownership passes on without a gap,
every other hook of a burst finds it taken and starts nothing, and the kernel releases it whatever kills the
collector.
"""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING, Self

from afteraction.store.atomic import FILE_MODE, make_private_folder

if TYPE_CHECKING:
    from types import TracebackType

    from afteraction.paths import Root


class CollectorLock:
    """The right to be the collector of one root; use as a context manager to give it back."""

    def __init__(self, root: Root, descriptor: int | None = None) -> None:
        """Take over a locked ``descriptor`` that a hook passed on, or start without the lock."""
        self._root = root
        self._descriptor = descriptor

    def acquire(self, *, wait: bool) -> bool:
        """Take the lock; with ``wait`` only after a running collector is done. False when it is taken."""
        if self._descriptor is not None:
            return True
        make_private_folder(self._root.spool)
        descriptor = os.open(self._root.collector_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        """Nothing is acquired here: who enters may already hold the lock."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release, whatever happened."""
        self.release()
