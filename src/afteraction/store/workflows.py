"""Workflow files: derived from records, rebuilt whenever one of their invocations changes.

A workflow may span sessions and processes (``OAK_WORKFLOW_ID``), so a file is read, extended and replaced under a
lock. Ids that come from outside are kept in the file and made safe only for its name.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import msgspec

from afteraction.store.atomic import file_locked, write_atomic
from afteraction.store.reading import WORKFLOW_DECODER
from afteraction.store.record_files import workflow_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from afteraction.model import Workflow
    from afteraction.paths import Root


def read_workflow(root: Root, workflow_id: str) -> Workflow | None:
    """The stored workflow; None when there is none or its file cannot be read (it is rebuilt then)."""
    try:
        return WORKFLOW_DECODER.decode(workflow_path(root, workflow_id).read_bytes())
    except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def stored_workflows(root: Root) -> Iterator[tuple[str, Workflow]]:
    """Every workflow whose file can be read, with its id."""
    for path in sorted(root.workflows.glob("[!.]*.json")):
        with contextlib.suppress(OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            workflow = WORKFLOW_DECODER.decode(path.read_bytes())
            yield workflow.workflow_id, workflow


def write_workflow(root: Root, workflow: Workflow, *, durable: bool = True) -> Path | None:
    """Replace a workflow's file; call it within ``workflows_locked``. The path, None when the file said the same."""
    content = msgspec.json.format(msgspec.json.encode(workflow), indent=2) + b"\n"
    path = workflow_path(root, workflow.workflow_id)
    with contextlib.suppress(FileNotFoundError):
        if path.read_bytes() == content:
            return None
    write_atomic(path, content, durable=durable)
    return path


def remove_workflow(root: Root, workflow_id: str) -> None:
    """Delete the file of a workflow that has nothing left; call it within ``workflows_locked``."""
    workflow_path(root, workflow_id).unlink(missing_ok=True)


def workflows_locked(root: Root) -> AbstractContextManager[None]:
    """Hold the lock of all workflow files of a root while one is read and replaced."""
    return file_locked(root.state / "workflows.lock")
