"""A record as it may leave the machine: every text in it passed through the redactor once more.

The record was redacted when it was written, but perhaps by an older version, by a foreign writer, or before a secret
stood in the environment. Only what has the exact form of our ids and times is let through unread.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from afteraction.moments import known_epoch_ms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from afteraction.model import Invocation, Metadata
    from afteraction.privacy.redactor import Redactor

_ID = re.compile(r"inv-\d{8}-[0-9a-f]{12}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def cleared(record: Invocation, redactor: Redactor) -> Invocation:
    """The record with every text redacted; what is clear already stays as it is."""
    return replace(
        record,
        invocation_id=_known_id(record.invocation_id, redactor) or "",
        workflow_id=_name(record.workflow_id, redactor),
        parent_invocation_id=_known_id(record.parent_invocation_id, redactor),
        agent_name=redactor.redact_name(record.agent_name),
        task_description=_text(record.task_description, redactor),
        timestamp=_moment(record.timestamp, redactor) or "",
        error_message=_text(record.error_message, redactor),
        metadata=_cleared_metadata(record.metadata, redactor),
    )


def _cleared_metadata(found: Metadata, redactor: Redactor) -> Metadata:
    names = ("model_tier", "client", "client_version", "session_id", "prompt_id", "tool_use_id", "agent_id", "model")
    definition, outcome, acceptance = found.agent_definition, found.outcome, found.acceptance
    return replace(
        found,
        **{name: _name(getattr(found, name), redactor) for name in (*names, "task_type")},
        tools_used=None if found.tools_used is None else tuple(map(redactor.redact_name, found.tools_used)),
        tools=None if found.tools is None else {redactor.redact_name(name): n for name, n in found.tools.items()},
        files_modified=_paths(found.files_modified, redactor),
        files_read=_paths(found.files_read, redactor),
        project=None if found.project is None else redactor.redact_path(found.project),
        ended_at=_moment(found.ended_at, redactor),
        traceparent=_name(found.traceparent, redactor),
        agent_definition=definition
        and replace(
            definition,
            path=None if definition.path is None else redactor.redact_path(definition.path),
            sha256=_sha256(definition.sha256, redactor),
        ),
        outcome=outcome
        and replace(
            outcome,
            category=redactor.redact_name(outcome.category),
            evidence=tuple(done for text in outcome.evidence if (done := redactor.redact(text)) is not None),
        ),
        acceptance=acceptance
        and replace(
            acceptance,
            signal=_text(acceptance.signal, redactor),
            at=_moment(acceptance.at, redactor),
            evidence=tuple(done for text in acceptance.evidence if (done := redactor.redact(text)) is not None),
            note=_text(acceptance.note, redactor),
        ),
    )


def _text(text: str | None, redactor: Redactor) -> str | None:
    return None if text is None else redactor.redact(text)


def _name(name: str | None, redactor: Redactor) -> str | None:
    return None if name is None else redactor.redact_name(name)


def _known_id(name: str | None, redactor: Redactor) -> str | None:
    return name if name is None or _ID.fullmatch(name) else redactor.redact_name(name)


def _sha256(text: str | None, redactor: Redactor) -> str | None:
    return text if text is None or _SHA256.fullmatch(text) else redactor.redact_name(text)


def _moment(text: str | None, redactor: Redactor) -> str | None:
    return text if known_epoch_ms(text) is not None else _name(text, redactor)


def _paths(paths: Iterable[str] | None, redactor: Redactor) -> tuple[str, ...] | None:
    return None if paths is None else tuple(map(redactor.redact_path, paths))
