"""What the user says of an invocation, put into its record.

It stands in the record and nowhere else, so that it outlives all that is derived. The record is found, read and
replaced under the lock that the collector takes for each session it stores: nobody waits for a whole pass, and no pass
overwrites what was said while it ran. Only two members of the file change; what a foreign writer put beside them stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from afteraction.collector.linking import extend_workflow
from afteraction.collector.workflows import Frame
from afteraction.model import Acceptance, Invocation
from afteraction.moments import utc_timestamp
from afteraction.store.atomic import make_private_folder, write_atomic
from afteraction.store.reading import INVOCATION_DECODER, LAST, find_invocation, newest_ended
from afteraction.store.record_files import read_bytes
from afteraction.store.records import RecordStore, records_locked
from afteraction.store.workflows import workflows_locked

if TYPE_CHECKING:
    from collections.abc import Collection

    from afteraction.paths import Root
    from afteraction.store.reading import Found

SIGNAL = "feedback"
NOTE_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Feedback:
    """What was said."""

    accepted: bool
    at_ms: int
    """When, epoch ms."""
    note: str | None = None
    """Redacted, at most ``NOTE_LIMIT`` characters."""


@dataclass(frozen=True, slots=True)
class Given:
    """An invocation before and after it was judged."""

    before: Invocation
    after: Invocation


def give_feedback(root: Root, reference: str, feedback: Feedback, *, projects: Collection[str] = ()) -> Given:
    """Store what the user says of an invocation; it replaces what was inferred, and what was said before.

    Args:
        root: the telemetry root.
        reference: an id or the beginning of one, or ``last``: what ended last in one of the projects, else anywhere.
        feedback: what is said. Without a note, that of an earlier word to the same effect stays.
        projects: folders as records name them.

    Raises:
        NotFoundError: no such invocation.
        AfteractionError: several begin like that.
        OSError: the record cannot be written.
    """
    with records_locked(root):
        found = newest_ended(root, projects) if reference == LAST else find_invocation(root, reference)
        path, before = _file(root, found)
        content = _judged(found.record, before, feedback)
        make_private_folder(path.parent)
        write_atomic(path, content)
        after = INVOCATION_DECODER.decode(content)
        if after.workflow_id is not None:
            frame = Frame(session_id=None, project=None, started_at=after.timestamp)
            with workflows_locked(root):
                extend_workflow(root, RecordStore(root), after.workflow_id, [after], denied=0, frame=frame)
    return Given(found.record, after)


def _file(root: Root, found: Found) -> tuple[Path, bytes]:
    """Where a record stands and its content; an archived one gets its file back, which counts from then on."""
    path = Path(found.path)
    if path.is_relative_to(root.archive):
        from afteraction.store.archived_reading import unpacked  # brings the database engine

        return unpacked(root, path, found.record.invocation_id)
    return path, read_bytes(found.path)


def _judged(record: Invocation, content: bytes, feedback: Feedback) -> bytes:
    """The content of a record's file with the feedback in it."""
    before = record.metadata.acceptance
    repeated = before is not None and before.source == "explicit" and record.user_accepted is feedback.accepted
    acceptance = Acceptance(
        source="explicit",
        signal=SIGNAL,
        at=utc_timestamp(feedback.at_ms),
        note=feedback.note or (before.note if before is not None and repeated else None),
    )
    document: dict[str, Any] = msgspec.json.decode(content)
    document["user_accepted"] = feedback.accepted
    document["metadata"] = {**document.get("metadata", {}), "acceptance": acceptance}
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
