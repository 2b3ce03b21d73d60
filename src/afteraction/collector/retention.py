"""What may be archived or deleted for its age, and the deleting.

Only whole UTC days go, and only days on which nothing can still change. With the records go the workflows that linked
nothing else, the knowledge that something was recorded on those days, and the cache, which repeats what records say.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.collector.collect import spool_files
from afteraction.collector.linking import replace_members, still_members
from afteraction.collector.memory import Memory
from afteraction.moments import DAY_MS, known_epoch_ms, utc_day
from afteraction.sources.claude.events import read_spool_file
from afteraction.store.archive import closed_days
from afteraction.store.archive_places import part_path, part_times
from afteraction.store.coverage import forget_coverage
from afteraction.store.records import RecordStore
from afteraction.store.workflows import remove_workflow, stored_workflows, workflows_locked

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

    from afteraction.paths import Root


@dataclass(frozen=True, slots=True)
class Aged:
    """The records of all days before a date."""

    before: date
    files: tuple[Path, ...]
    """Record files, and whatever else stands in their folders under a name of ours."""
    parts: tuple[Path, ...]
    """Archive parts."""
    archived: int
    """Records in these parts for which there is no file."""
    days: int
    disk_bytes: int
    """What all of it takes on the disk."""

    @property
    def records(self) -> int:
        """How many records that is."""
        return len(self.files) + self.archived


def days_before(root: Root, *, older_days: int, now_ms: int) -> date:
    """The first day that is not to be touched: all before it ended ``older_days`` ago, and nothing runs since then."""
    before = utc_day(now_ms - older_days * DAY_MS)
    return min([before, *_open_days(root)])


def aged(root: Root, before: date) -> Aged:
    """What was recorded before a date. StoreError when a folder cannot be read."""
    days = closed_days(root, before)
    files = [path for day in days for path in sorted((root.invocations / day).glob("[!.]*.json"))]
    archived = [day for day in part_times(root) if day < before.isoformat()]
    parts = [part_path(root, day) for day in archived]
    return Aged(
        before=before,
        files=tuple(files),
        parts=tuple(parts),
        archived=_archived_records(root, archived),
        days=len({*archived, *(path.parent.name for path in files)}),
        disk_bytes=disk_bytes([*files, *parts]),
    )


def prune(root: Root, found: Aged) -> None:
    """Delete what was found. The caller holds the collector's lock. OSError when something cannot be deleted.

    Workflows and the cache follow the records; so does what is known of these days.
    """
    for path in (*found.files, *found.parts):
        path.unlink(missing_ok=True)
    for folder in {path.parent for path in found.files}:
        with contextlib.suppress(OSError):
            folder.rmdir()
    shutil.rmtree(root.cache, ignore_errors=True)  # it repeats what the records said; the next question makes it anew
    _follow(root, found.before)
    forget_coverage(root, found.before)


def disk_bytes(paths: Iterable[Path]) -> int:
    """What files take on the disk, in whole blocks; those that are gone take nothing."""
    total = 0
    for path in paths:
        with contextlib.suppress(OSError):
            total += os.lstat(path).st_blocks * 512
    return total


def _open_days(root: Root) -> list[date]:
    """The first day of every session that a pass has not seen the end of."""
    known = Memory.load(root).sessions
    days = []
    for session_id, path in spool_files(root).items():
        memory = known.get(session_id)
        if memory is None or not memory.done:
            events, _ = read_spool_file(path)
            days += [utc_day(min(event.at for event in events))] if events else []
    return days


def _archived_records(root: Root, days: list[str]) -> int:
    if not days:
        return 0
    from afteraction.store.archived_reading import count_archived

    return count_archived(root, days)


def _follow(root: Root, before: date) -> None:
    """Take the deleted records out of their workflows; one that began later cannot have any."""
    store = RecordStore(root)
    with workflows_locked(root):
        for _, workflow in stored_workflows(root):
            began_ms = known_epoch_ms(workflow.started_at)
            if began_ms is not None and utc_day(began_ms) < before:
                members = still_members(store, workflow)
                if members:
                    replace_members(root, workflow, members)
                else:  # also one in which nothing ran: it is as old
                    remove_workflow(root, workflow.workflow_id)
