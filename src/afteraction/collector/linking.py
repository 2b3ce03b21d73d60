"""Keeps workflow files in step with the records they link.

A workflow's file is derived: it is rebuilt from its members' records whenever one of them changes, joins or leaves,
under a lock, because a workflow may span sessions and processes. A workflow of which every call was refused has no
member and still counts what was refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from afteraction.collector.workflows import Frame, build_workflow
from afteraction.errors import StoreError
from afteraction.store.reading import INVOCATION_DECODER
from afteraction.store.workflows import read_workflow, remove_workflow, workflows_locked, write_workflow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from afteraction.collector.conclusion import Conclusion
    from afteraction.model import Invocation, Workflow
    from afteraction.paths import Root
    from afteraction.store.records import RecordStore


def update_workflows(
    root: Root, store: RecordStore, conclusion: Conclusion, records: Iterable[Invocation], left: Iterable[str | None]
) -> None:
    """Rebuild the files of all workflows that a session's stored records belong to now, or have just left."""
    members: dict[str, list[Invocation]] = {}
    for record in records:
        if record.workflow_id is not None:
            members.setdefault(record.workflow_id, []).append(record)
    gone = {workflow_id for workflow_id in left if workflow_id is not None}
    for workflow_id in sorted({*members, *conclusion.denied, *gone}):
        count, at = conclusion.denied.get(workflow_id, (0, ""))
        frame = Frame(session_id=conclusion.session_id, project=conclusion.project, started_at=at)
        with workflows_locked(root):
            extend_workflow(root, store, workflow_id, members.get(workflow_id, ()), denied=count, frame=frame)


def extend_workflow(
    root: Root,
    store: RecordStore,
    workflow_id: str,
    members: Sequence[Invocation],
    *,
    denied: int,
    frame: Frame,
) -> None:
    """Rebuild a workflow's file from its stored members and the given ones; the caller holds its lock.

    ``frame`` tells of the session that speaks, ``denied`` how many calls it saw refused.
    """
    old = read_workflow(root, workflow_id)
    known = {record.invocation_id: record for record in members}
    for record in _still_members(store, old):
        known.setdefault(record.invocation_id, record)
    if old is not None and old.session_id != frame.session_id:
        denied = max(denied, old.totals.denied)  # the shell's workflow: another session counted its own
    if known or denied:
        built = build_workflow(workflow_id, list(known.values()), denied=denied, frame=frame)
        written = write_workflow(root, built, durable=store.durable)
        if written is not None:
            store.wrote(written)
    else:
        remove_workflow(root, workflow_id)


def rebuild_missing(root: Root) -> None:
    """Write all workflow files anew from the records when their folder is gone."""
    if root.workflows.is_dir() or not root.invocations.is_dir():
        return
    members: dict[str, list[Invocation]] = {}
    for path in root.invocations.glob("*/*.json"):
        try:
            record = INVOCATION_DECODER.decode(path.read_bytes())
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        if record.workflow_id is not None:
            members.setdefault(record.workflow_id, []).append(record)
    with workflows_locked(root):
        for workflow_id, records in members.items():
            first = records[0]
            frame = Frame(first.metadata.session_id, first.metadata.project, first.timestamp)
            write_workflow(root, build_workflow(workflow_id, records, denied=0, frame=frame))


def _still_members(store: RecordStore, workflow: Workflow | None) -> list[Invocation]:
    """The records a workflow's file lists, as far as they exist and still belong to it."""
    found = []
    for listed in workflow.invocations if workflow is not None else ():
        try:
            stored = store.find(listed.invocation_id, listed.agent_name)
        except StoreError:
            continue  # a foreign writer's id names no file of ours
        if stored is not None and workflow is not None and stored[1].workflow_id == workflow.workflow_id:
            found.append(stored[1])
    return found
