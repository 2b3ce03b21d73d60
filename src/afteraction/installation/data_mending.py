"""What the doctor can mend in the data folder: what is derived from the records, and what killed writers left.

Nothing that is true is touched: damaged records are for ``collect --sweep``, which can ask the transcripts.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from afteraction.collector.alone import alone
from afteraction.collector.linking import rebuild_workflows
from afteraction.store.atomic import remove_leftovers

if TYPE_CHECKING:
    from afteraction.paths import Root


def mend_data(root: Root) -> list[str]:
    """Remove leftovers, make cache and workflow files again; one sentence per thing that was done.

    StoreError when the disk refuses.
    """
    if not root.invocations.is_dir() and not root.archive.is_dir():
        return []
    done = []
    with alone(root):
        folders = (root.workflows, root.state, root.spool, root.archive, *sorted(root.invocations.glob("*/")))
        leftovers = sum(remove_leftovers(folder) for folder in folders)
        if leftovers:
            done.append(f"unfinished files of killed writers removed: {leftovers}")
        workflows = rebuild_workflows(root)
        if workflows:
            done.append(f"workflow files that did not agree with their records: {workflows}")
        shutil.rmtree(root.cache, ignore_errors=True)
    done.append(f"the cache is made again: {_indexed(root):,} records")
    return done


def _indexed(root: Root) -> int:
    from afteraction.analytics.scope import Scope
    from afteraction.analytics.summary import summary
    from afteraction.store.index import open_index

    return summary(open_index(root), Scope()).invocations
