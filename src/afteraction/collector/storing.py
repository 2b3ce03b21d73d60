"""Storing what was concluded: each record meets the one that is already there, and its workflows follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from afteraction.collector.linking import update_workflows
from afteraction.collector.merge import merge
from afteraction.store.records import records_locked

if TYPE_CHECKING:
    from afteraction.collector.conclusion import Conclusion
    from afteraction.paths import Root
    from afteraction.store.records import RecordStore


def store_conclusion(root: Root, store: RecordStore, conclusion: Conclusion) -> int:
    """Write what is new or changed; how many records that were. OSError when it cannot be written.

    What is read is still so when it is written: the user may say something of an invocation meanwhile.
    """
    written = 0
    kept = []
    left = set()
    with records_locked(root):
        for record in conclusion.records:
            stored = store.find(record.invocation_id, record.agent_name)
            merged = merge(stored[1] if stored else None, record)
            written += store.write(merged)
            kept.append(merged)
            if stored is not None and stored[1].workflow_id not in (None, merged.workflow_id):
                left.add(stored[1].workflow_id)
        update_workflows(root, store, conclusion, kept, left)
    return written
