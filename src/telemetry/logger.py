"""Write one record by hand, for agents that run outside a client with hooks.

A wrong argument is the caller's bug and raises; a full disk is not, and is logged instead: telemetry must not break the
program it observes.
"""

from __future__ import annotations

import logging
import os
import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from afteraction.collector.identity import invocation_id
from afteraction.collector.linking import extend_workflow
from afteraction.collector.record import DESCRIPTION_LIMIT, ERROR_LIMIT
from afteraction.collector.workflows import Frame
from afteraction.installation import current_root
from afteraction.model import SCHEMA_VERSION, Invocation, Metadata, Status
from afteraction.moments import utc_timestamp
from afteraction.privacy.redactor import Redactor
from afteraction.store.records import RecordStore
from afteraction.store.workflows import workflows_locked

if TYPE_CHECKING:
    from afteraction.paths import Root

_LOG = logging.getLogger(__name__)
_UNSAID = "It failed; the caller gave no message."


def log_invocation(  # noqa: PLR0913 - the signature that callers of Oak-style agents already use
    *,
    agent_name: str,
    task_description: str | None,
    status: Status,
    execution_time_ms: int | None,
    workflow_id: str | None = None,
    parent_invocation_id: str | None = None,
    error_message: str | None = None,
) -> str:
    """Store the record of an invocation that has just ended.

    ``execution_time_ms`` is a non-negative number of milliseconds, or None when unknown. Texts are redacted before
    they are stored. Returns the invocation's id, also when the record could not be written (which is logged).

    Raises ValueError for an empty name, a status outside success, failure and partial, or a negative time.
    """
    _check(agent_name, status, execution_time_ms)
    ended_ms = time.time_ns() // 1_000_000
    started_ms = ended_ms - (execution_time_ms or 0)
    gate = Redactor(os.environ, os.environ.get("HOME"))
    message = gate.redact_field(error_message, ERROR_LIMIT) if error_message else None
    record = Invocation(
        invocation_id=invocation_id(started_ms, secrets.token_hex(6)),
        workflow_id=gate.redact_name(workflow_id) if workflow_id else None,
        parent_invocation_id=gate.redact_name(parent_invocation_id) if parent_invocation_id else None,
        agent_name=gate.redact_name(agent_name),
        task_description=gate.redact_field(task_description, DESCRIPTION_LIMIT) if task_description else None,
        timestamp=utc_timestamp(started_ms),
        status=status,
        execution_time_ms=execution_time_ms,
        error_message=message or (_UNSAID if status == "failure" else None),
        user_accepted=None,
        metadata=Metadata(schema_version=SCHEMA_VERSION, source="api", ended_at=utc_timestamp(ended_ms)),
    )
    try:
        _store(current_root(os.environ, Path.cwd()), record)
    except OSError as error:
        _LOG.warning("afteraction could not store %s: %s", record.invocation_id, error.strerror)
    return record.invocation_id


def _check(agent_name: str, status: str, execution_time_ms: int | None) -> None:
    if not agent_name.strip():
        raise ValueError("agent_name must not be empty")
    if status not in get_args(Status):
        raise ValueError(f"status must be one of {', '.join(get_args(Status))}, not {status!r}")
    if execution_time_ms is not None and execution_time_ms < 0:
        raise ValueError(f"execution_time_ms must not be negative, but is {execution_time_ms}")


def _store(root: Root, record: Invocation) -> None:
    store = RecordStore(root)
    store.write(record)
    if record.workflow_id is not None:
        with workflows_locked(root):
            frame = Frame(session_id=None, project=None, started_at=record.timestamp)
            extend_workflow(root, store, record.workflow_id, [record], denied=0, frame=frame)
