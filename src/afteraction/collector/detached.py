"""The collector as hooks start it: ``python -I -m afteraction.collector.detached ROOT LOCK_DESCRIPTOR``.

It inherits the locked descriptor from the hook that started it, and says nothing: its standard streams are closed, and
what goes wrong is left in the data folder for ``doctor``.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path

from afteraction.collector.analytics_files import keep_current
from afteraction.collector.auto_rules import keep_tuned
from afteraction.collector.failures import describe, note_failure
from afteraction.collector.lock import CollectorLock
from afteraction.collector.run import run_collector
from afteraction.paths import Root

_BACKGROUND = 10


def main() -> bool:
    """Collect once, quietly, and after everything the session itself wants the processor for; whether it wrote any."""
    os.nice(_BACKGROUND)
    root = Root(Path(sys.argv[1]))
    lock = CollectorLock(root, int(sys.argv[2]))
    try:
        return run_collector(root, os.environ, lock).collected.written > 0
    except Exception as error:  # noqa: BLE001 - nobody listens; the doctor tells
        with contextlib.suppress(OSError):
            note_failure(root, describe(error))
        sys.exit(1)


if __name__ == "__main__" and main():
    keep_current(Root(Path(sys.argv[1])), time.time_ns() // 1_000_000)
    keep_tuned(Root(Path(sys.argv[1])), time.time_ns() // 1_000_000)
