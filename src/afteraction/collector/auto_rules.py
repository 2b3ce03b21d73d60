"""After records were written: let the rules follow them, where the user asked for that.

Apart from the pass and after the lock is free, as the files of ``analytics/`` are: neither waits for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from afteraction.collector.failures import describe, note_failure
from afteraction.learning.automatic import adjust

if TYPE_CHECKING:
    from afteraction.paths import Root


def keep_tuned(root: Root, now_ms: int) -> None:
    """Adjust thresholds as of ``now_ms``, epoch ms; a failure is noted for the doctor and stops nobody."""
    try:
        adjust(root, now_ms=now_ms)
    except Exception as error:  # noqa: BLE001 - the records are safe, and the rules are as they were
        note_failure(root, describe(error))
