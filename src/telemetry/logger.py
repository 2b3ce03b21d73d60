"""Write records, suggestions and validations by hand, for what happens outside a client with hooks.

A wrong argument is the caller's bug and raises; a full disk is not, and is logged instead: telemetry must not break the
program it observes.
"""

from __future__ import annotations

import logging
import math
import os
import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from afteraction.collector.identity import invocation_id
from afteraction.collector.linking import extend_workflow
from afteraction.collector.record import DESCRIPTION_LIMIT, ERROR_LIMIT
from afteraction.collector.workflows import Frame
from afteraction.installation import current_root
from afteraction.model import SCHEMA_VERSION, Invocation, Metadata, Status
from afteraction.moments import utc_date, utc_timestamp
from afteraction.privacy.redactor import Redactor
from afteraction.store.events import Decision, SuggestedAgent, Suggestion, Validation, store_event
from afteraction.store.records import RecordStore
from afteraction.store.workflows import workflows_locked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    gate = _gate()
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


def log_suggestion(
    *,
    suggested: Sequence[Mapping[str, Any]],
    task_description: str | None = None,
    decision: Decision | None = None,
    chosen: Sequence[str] | None = None,
    time_to_decide_ms: int | None = None,
    workflow_id: str | None = None,
) -> str:
    """Store which agents were suggested for a task, and what the user made of it.

    ``suggested`` has one mapping for each agent, best first: ``agent_name``, and where known ``confidence`` (0 to 1)
    and ``reasons`` (texts that say what triggered it). ``chosen`` are the agents that were used in the end. Texts are
    redacted before they are stored. Returns the suggestion's id, also when it could not be written (which is logged).

    Raises ValueError for no agent, an empty name, a confidence outside 0 to 1, an unknown decision, or a negative time.
    """
    if not suggested:
        raise ValueError("suggested must name at least one agent")
    if decision is not None and decision not in get_args(Decision):
        raise ValueError(f"decision must be one of {', '.join(get_args(Decision))}, not {decision!r}")
    if time_to_decide_ms is not None and time_to_decide_ms < 0:
        raise ValueError(f"time_to_decide_ms must not be negative, but is {time_to_decide_ms}")
    gate = _gate()
    now_ms = time.time_ns() // 1_000_000
    event = Suggestion(
        suggestion_id=_event_id("sug", now_ms),
        timestamp=utc_timestamp(now_ms),
        workflow_id=gate.redact_name(workflow_id) if workflow_id else None,
        task_description=gate.redact_field(task_description, DESCRIPTION_LIMIT) if task_description else None,
        suggested=tuple(_suggested(one, gate) for one in suggested),
        decision=decision,
        chosen=tuple(gate.redact_name(_named(name)) for name in chosen) if chosen is not None else None,
        time_to_decide_ms=time_to_decide_ms,
    )
    _store_event(event, event.suggestion_id)
    return event.suggestion_id


def log_validation(
    *,
    check: str,
    passed: bool | None,
    invocation_id: str | None = None,
    workflow_id: str | None = None,
    score: float | None = None,
    details: str | None = None,
) -> str:
    """Store the result of a check of an agent's work.

    ``check`` names what was checked (``tests``, ``review``), ``passed`` is None when it could not be said, ``score`` is
    a finite number of the caller's own scale. Texts are redacted before they are stored. Returns the validation's id,
    also when it could not be written (which is logged).

    Raises ValueError for an empty name or a score that is no finite number.
    """
    if not check.strip():
        raise ValueError("check must not be empty")
    if score is not None and not math.isfinite(score):
        raise ValueError(f"score must be a finite number, not {score}")
    gate = _gate()
    now_ms = time.time_ns() // 1_000_000
    event = Validation(
        validation_id=_event_id("val", now_ms),
        timestamp=utc_timestamp(now_ms),
        invocation_id=gate.redact_name(invocation_id) if invocation_id else None,
        workflow_id=gate.redact_name(workflow_id) if workflow_id else None,
        check=gate.redact_name(check),
        passed=passed,
        score=score,
        details=gate.redact_field(details, ERROR_LIMIT) if details else None,
    )
    _store_event(event, event.validation_id)
    return event.validation_id


def _suggested(given: Mapping[str, Any], gate: Redactor) -> SuggestedAgent:
    confidence, reasons = given.get("confidence"), given.get("reasons") or ()
    if confidence is not None and not 0 <= confidence <= 1:
        raise ValueError(f"confidence must be between 0 and 1, but is {confidence}")
    if isinstance(reasons, str):
        raise ValueError("reasons must be a sequence of texts, not one text")  # noqa: TRY004 - as the docstring says
    kept = (gate.redact_field(str(reason), DESCRIPTION_LIMIT) for reason in reasons)
    return SuggestedAgent(
        agent_name=gate.redact_name(_named(given.get("agent_name"))),
        confidence=float(confidence) if confidence is not None else None,
        reasons=tuple(reason for reason in kept if reason is not None),
    )


def _named(name: object) -> str:
    if not isinstance(name, str) or not name.strip():
        raise ValueError("agent_name must not be empty")
    return name


def _event_id(kind: str, at_ms: int) -> str:
    return f"{kind}-{utc_date(at_ms).replace('-', '')}-{secrets.token_hex(6)}"


def _gate() -> Redactor:
    return Redactor(os.environ, os.environ.get("HOME"))


def _store_event(event: Suggestion | Validation, event_id: str) -> None:
    try:
        store_event(current_root(os.environ, Path.cwd()), event)
    except OSError as error:
        _LOG.warning("afteraction could not store %s: %s", event_id, error.strerror)


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
