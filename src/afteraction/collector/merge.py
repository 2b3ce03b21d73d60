"""How a later pass meets the record that is already stored. Pure.

Records are superseded, never contradicted. New evidence corrects status and counts and fills what was unknown. Three
things survive any later pass: what only a hook knew, because a pass over transcripts alone cannot know it; text that is
already stored, because a second redaction in another environment could reveal what the first one hid; and what the user
said of the work, because nothing that is inferred knows better.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from afteraction.collector.identity import workflow_key
from afteraction.collector.outcome import CATEGORIES
from afteraction.model import Metadata

if TYPE_CHECKING:
    from afteraction.model import Invocation

_FIXED_SENTENCES = frozenset(CATEGORIES.values())


def merge(stored: Invocation | None, new: Invocation) -> Invocation:
    """The record to keep, given the stored one and what this pass found."""
    if stored is None:
        return new
    weaker = _is_weaker(stored, new)
    status_from = stored if weaker else new
    metadata = _merge_metadata(stored.metadata, new.metadata, weaker=weaker)
    judged = _judged(stored, new)
    return msgspec.structs.replace(
        new,
        invocation_id=stored.invocation_id if weaker else new.invocation_id,
        workflow_id=stored.workflow_id if _knew_more(stored, new) else new.workflow_id,
        parent_invocation_id=new.parent_invocation_id or stored.parent_invocation_id,
        agent_name=stored.agent_name if weaker else new.agent_name,
        task_description=stored.task_description or new.task_description,
        timestamp=stored.timestamp if weaker else new.timestamp,
        status=status_from.status,
        execution_time_ms=_better(stored.execution_time_ms, new.execution_time_ms, weaker=weaker),
        error_message=None if status_from.status == "success" else _error_message(stored, new, weaker=weaker),
        user_accepted=judged.user_accepted,
        metadata=msgspec.structs.replace(metadata, acceptance=judged.metadata.acceptance),
    )


def _is_weaker(stored: Invocation, new: Invocation) -> bool:
    """Whether the new evidence is worth less: no transcript at all, another session's copy, or transcripts alone."""
    if (stored.metadata.tool_calls is None) != (new.metadata.tool_calls is None):
        return new.metadata.tool_calls is None
    if stored.metadata.session_id not in (None, new.metadata.session_id):
        return True
    if new.metadata.source == "import":  # a hook knew at least as much, and an older copy of a transcript knows less
        known, told = stored.metadata.ended_at or "", new.metadata.ended_at or ""
        swept = (
            stored.metadata.tool_use_id is not None and new.metadata.tool_use_id is None
        )  # the parent's file is gone
        return told < known or (told == known and (swept or stored.metadata.source == "hook"))
    return False


def _knew_more(stored: Invocation, new: Invocation) -> bool:
    """Whether the stored workflow id came from where the new evidence could not look: from a shell, through a hook."""
    if stored.workflow_id is None or _is_weaker(stored, new):
        return stored.workflow_id is not None
    return not _is_derived(stored) and _is_derived(new)


def _is_derived(record: Invocation) -> bool:
    """Whether a record's workflow id is the one that follows from its session and prompt."""
    key = workflow_key(record.metadata.session_id or "", record.metadata.prompt_id)
    return record.workflow_id is not None and record.workflow_id.endswith(f"-{key}")


def _judged(stored: Invocation, new: Invocation) -> Invocation:
    """The record that knows whether the user accepted the work: the one with the user's own word, else the later sign.

    Which evidence is weaker says nothing here: what tells of acceptance happens after an invocation has ended.
    """
    if new.user_accepted is None or _is_explicit(stored):
        return stored if stored.user_accepted is not None else new
    told, known = new.metadata.acceptance, stored.metadata.acceptance
    if stored.user_accepted is None or told is None or known is None or told.source == "explicit":
        return new
    return stored if (known.at or "") > (told.at or "") else new


def _is_explicit(record: Invocation) -> bool:
    return record.metadata.acceptance is not None and record.metadata.acceptance.source == "explicit"


def _error_message(stored: Invocation, new: Invocation, *, weaker: bool) -> str | None:
    if stored.error_message is None or weaker:
        return stored.error_message or new.error_message
    return new.error_message if stored.error_message in _FIXED_SENTENCES else stored.error_message


def _merge_metadata(stored: Metadata, new: Metadata, *, weaker: bool) -> Metadata:
    values: dict[str, Any] = {
        field: _better(getattr(stored, field), getattr(new, field), weaker=weaker)
        for field in Metadata.__struct_fields__
    }
    values["source"] = "hook" if "hook" in (stored.source, new.source) else values["source"]
    values["agent_definition"] = stored.agent_definition or new.agent_definition
    return Metadata(**values)


def _better(stored: Any, new: Any, *, weaker: bool) -> Any:
    first, second = (stored, new) if weaker else (new, stored)
    return second if first is None else first
