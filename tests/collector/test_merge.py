"""Records are superseded, never contradicted."""

from __future__ import annotations

import msgspec

from afteraction.collector.merge import merge
from afteraction.model import Acceptance, Invocation, Metadata, Outcome

STORED = Invocation(
    invocation_id="inv-20261122-fa2c4ba32f02",
    workflow_id="wf-from-the-shell",
    parent_invocation_id="inv-20261122-000000000001",
    agent_name="backend-architect",
    task_description="Rotate [REDACTED:key]",
    timestamp="2026-11-22T15:23:40.936Z",
    status="failure",
    execution_time_ms=778,
    error_message="The user or a signal interrupted it.",
    user_accepted=None,
    metadata=Metadata(
        source="hook",
        session_id="one",
        tool_calls=4,
        ended_at="2026-11-22T15:23:41.714Z",
        outcome=Outcome(category="interrupted"),
    ),
)


def variant(record: Invocation, *, metadata: dict[str, object] | None = None, **fields: object) -> Invocation:
    """The record with some fields replaced."""
    changed = msgspec.structs.replace(record.metadata, **(metadata or {}))
    return msgspec.structs.replace(record, metadata=changed, **fields)


def test_a_first_record_is_kept_as_it_is() -> None:
    """Nothing stored, nothing to respect."""
    assert merge(None, STORED) == STORED


def test_merging_a_record_with_itself_changes_nothing() -> None:
    """Writing twice changes nothing."""
    assert merge(STORED, STORED) == STORED


def test_stored_text_is_never_replaced() -> None:
    """A second redaction in another environment could reveal what the first one hid."""
    stored = variant(STORED, error_message="API Error: [REDACTED:key] is wrong")
    new = variant(STORED, task_description="Rotate abc", error_message="API Error: abc is wrong")

    kept = merge(stored, new)

    assert kept.task_description == "Rotate [REDACTED:key]"
    assert kept.error_message == "API Error: [REDACTED:key] is wrong"


def test_transcripts_alone_do_not_drop_what_only_a_hook_knew() -> None:
    """A later import never forgets the shell's workflow, nor an interruption that left no trace in the files."""
    new = variant(
        STORED,
        workflow_id="wf-20261122-06fe0555",
        parent_invocation_id=None,
        status="success",
        error_message=None,
        metadata={"source": "import", "outcome": Outcome(category="completed")},
    )

    assert merge(STORED, new) == STORED


def test_an_agent_that_turns_out_to_be_alive_is_corrected() -> None:
    """Better evidence corrects the status; a corrected failure has no error message left."""
    new = variant(
        STORED,
        status="success",
        error_message=None,
        execution_time_ms=9000,
        metadata={"ended_at": "2026-11-22T15:23:49.936Z", "outcome": Outcome(category="completed")},
    )

    kept = merge(STORED, new)

    assert (kept.status, kept.error_message, kept.execution_time_ms) == ("success", None, 9000)


def test_another_session_s_copy_is_worth_less() -> None:
    """A forked session repeats the call in its own file: the record stays with the session the agent ran in."""
    new = variant(STORED, workflow_id="wf-fork", status="success", metadata={"session_id": "two", "tool_calls": None})

    assert merge(STORED, new) == STORED


def test_unknown_is_filled_and_known_is_not_lost() -> None:
    """A transcript that has since been swept away does not take its numbers with it."""
    without = variant(STORED, metadata={"tool_calls": None, "client_version": "2.1.330"})

    kept = merge(STORED, without)

    assert (kept.metadata.tool_calls, kept.metadata.client_version) == (4, "2.1.330")


def test_an_explicit_verdict_of_the_user_stays() -> None:
    """What a person said is never overruled by what a later pass infers."""
    said = Acceptance(source="explicit", signal="feedback", at="2026-11-22T16:00:00.000Z")
    stored = variant(STORED, user_accepted=True, metadata={"acceptance": said})
    inferred = Acceptance(source="inferred", signal="tool_denied")
    new = variant(STORED, user_accepted=False, metadata={"acceptance": inferred})

    kept = merge(stored, new)

    assert (kept.user_accepted, kept.metadata.acceptance) == (True, said)


def judged(record: Invocation, *, accepted: bool, source: str, at: str) -> Invocation:
    """The record with a judgement."""
    acceptance = {"source": source, "signal": "any", "at": at}
    return variant(
        record, user_accepted=accepted, metadata={"acceptance": msgspec.convert(acceptance, type=Acceptance)}
    )


def test_the_user_s_own_word_stands_against_any_later_sign() -> None:
    """Nothing that is inferred knows better, and both members stay of one kind."""
    said = judged(STORED, accepted=True, source="explicit", at="2026-11-22T16:00:00.000Z")
    inferred = judged(STORED, accepted=False, source="inferred", at="2026-11-23T16:00:00.000Z")

    assert merge(said, inferred) == said
    assert merge(said, STORED) == said


def test_the_later_sign_counts_whoever_told_of_it() -> None:
    """A commit and then a revert is a rejection; an older copy of the transcript, which ends before it, says less."""
    committed = judged(STORED, accepted=True, source="inferred", at="2026-11-22T16:00:00.000Z")
    reverted = judged(STORED, accepted=False, source="inferred", at="2026-11-22T17:00:00.000Z")
    imported = variant(reverted, metadata={"source": "import"})

    assert merge(committed, imported).user_accepted is False
    assert merge(reverted, committed) == reverted
    assert merge(reverted, STORED) == reverted
    assert merge(STORED, imported).metadata.acceptance == reverted.metadata.acceptance
