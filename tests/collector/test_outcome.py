"""How facts become a status: one rule each, with the case that must not fall under it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from afteraction.collector.outcome import CATEGORIES, Ending, decide

DONE = Ending(tail="reply", stop_reason="end_turn", answer="done", stopped=True)
CUT = Ending(tail="tool_result", stop_reason="tool_use")
API_ERROR = replace(DONE, api_error=True, api_error_kind="server_error", answer="API Error: 500", stop_reason="x")


def verdict(ending: Ending) -> tuple[str, str] | None:
    """Status and category, or None while it runs."""
    found = decide(ending)
    return (found.status, found.category) if found is not None else None


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        (DONE, ("success", "completed")),
        (replace(DONE, stopped=False), ("success", "completed")),
        (replace(DONE, answer=" \n"), ("partial", "empty_answer")),
        (replace(DONE, answer="API Error: overloaded"), ("partial", "error_text")),
        (replace(DONE, user_denied_tool=True), ("partial", "tool_denied")),
        (replace(DONE, stop_reason=None), ("partial", "truncated")),
        (replace(DONE, stop_reason=None, stop_reasons_recorded=False), ("success", "completed")),
        (replace(DONE, stop_reason=None, stopped=False), None),
        (replace(DONE, stop_reason="refusal"), ("failure", "refused")),
        (replace(DONE, stop_reason="max_tokens"), ("partial", "truncated")),
        (replace(DONE, stop_reason="tool_use"), None),
    ],
)
def test_an_answer_is_judged_by_what_it_is(ending: Ending, expected: tuple[str, str] | None) -> None:
    """An agent that ended its turn with an answer succeeded, unless something visible spoils the answer."""
    assert verdict(ending) == expected


@pytest.mark.parametrize(
    ("ending", "category"),
    [
        (API_ERROR, "api_error"),
        (replace(API_ERROR, api_error_kind="rate_limit"), "rate_limited"),
        (replace(API_ERROR, api_error_status=429), "rate_limited"),
        (replace(API_ERROR, answer="Prompt is too long"), "context_exceeded"),
        (replace(API_ERROR, answer="Request timed out"), "timeout"),
        (replace(API_ERROR, stop_reason="refusal"), "refused"),
        (
            replace(
                API_ERROR, api_error_kind="max_output_tokens", answer="The model has reached its context window limit."
            ),
            "context_exceeded",
        ),
        (replace(API_ERROR, api_error_kind="max_output_tokens"), "truncated"),
        (Ending(stop_failure="rate_limit"), "rate_limited"),
        (replace(CUT, stop_failure="server_error"), "api_error"),
    ],
)
def test_an_api_error_is_a_failure_although_the_client_says_completed(ending: Ending, category: str) -> None:
    """``completed`` is not success: an API error as the last word is a failure, named by its kind."""
    assert verdict(replace(ending, returned=True)) == ("failure", category)


def test_an_error_that_was_overcome_is_none() -> None:
    """A StopFailure followed by an answer was retried: what counts is the last reply."""
    old_client = replace(DONE, stop_reason=None, stop_reasons_recorded=False)

    assert verdict(replace(DONE, stop_failure="rate_limit")) == ("success", "completed")
    assert verdict(replace(old_client, stop_failure="rate_limit")) == ("success", "completed")


@pytest.mark.parametrize("stop_reason", [None, "max_tokens"])
def test_a_reply_that_was_cut_overcomes_no_error(stop_reason: str | None) -> None:
    """The client may die, or be read, before it writes the error line: half a reply does not outweigh the hook."""
    half = replace(DONE, stop_reason=stop_reason, answer="half an ans")

    assert verdict(replace(half, stop_failure="unknown")) == ("failure", "api_error")
    assert verdict(replace(half, stop_failure="max_output_tokens")) == ("failure", "truncated")


@pytest.mark.parametrize("said", ["The test timed out, I look again.", "The context window is small.", "Timeout? No."])
def test_the_agent_s_own_words_name_no_api_error(said: str) -> None:
    """Only the client's error message tells the kind of an API error; what the agent wrote before it does not."""
    assert verdict(replace(CUT, answer=said, stop_failure="server_error")) == ("failure", "api_error")


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        (replace(CUT, returned=True), ("partial", "turn_limit")),
        (replace(CUT, returned=True, stopped=True), None),
        (CUT, None),
        (replace(CUT, notified_failed=True), ("failure", "crashed")),
        (replace(CUT, spawn_failed=True), ("failure", "crashed")),
        (replace(CUT, moved_on=True), ("failure", "interrupted")),
        (replace(CUT, interrupted_spawn=True), ("failure", "interrupted")),
        (replace(CUT, interrupted_spawn=True, background=True), None),
        (replace(CUT, tail="interrupt"), ("failure", "interrupted")),
        (replace(CUT, notified_killed=True), ("failure", "killed")),
        (replace(CUT, tail="open_tool", task_stopped=True), ("failure", "killed")),
        (replace(DONE, task_stopped=True), ("success", "completed")),
    ],
)
def test_a_cut_run_is_named_by_what_cut_it(ending: Ending, expected: tuple[str, str] | None) -> None:
    """A run that did not end by itself is open until something says why it stopped."""
    assert verdict(ending) == expected


@pytest.mark.parametrize(
    ("ending", "category"),
    [
        (replace(DONE, notified_killed=True), "killed"),
        (replace(API_ERROR, stop_reason="refusal", api_error_status=429), "refused"),
        (replace(API_ERROR, api_error_kind="rate_limit", answer="Request timed out"), "rate_limited"),
        (replace(API_ERROR, api_error_kind="max_output_tokens", answer="Context window full"), "context_exceeded"),
        (replace(API_ERROR, interrupted_spawn=True), "api_error"),
        (replace(DONE, interrupted_spawn=True), "interrupted"),
        (replace(DONE, stop_reason="max_tokens", answer=""), "empty_answer"),
        (replace(DONE, user_denied_tool=True, answer="API Error: 500"), "error_text"),
        (replace(CUT, returned=True, notified_failed=True), "turn_limit"),
        (Ending(spawn_failed=True, answered_parent=True, answer="done"), "crashed"),
        (Ending(moved_on=True, stopped=True), "completed"),
        (replace(CUT, moved_on=True, over="dead"), "interrupted"),
    ],
)
def test_of_two_signs_the_stronger_decides(ending: Ending, category: str) -> None:
    """The order of the rules: what stopped it from outside, its own last line, its parent, its session's end."""
    found = decide(ending)

    assert found is not None
    assert found.category == category


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        (replace(CUT, over="ended"), ("failure", "interrupted")),
        (replace(CUT, over="ended", background=True), ("failure", "abandoned")),
        (replace(CUT, over="ended", background=True, modified_files=True), ("partial", "abandoned")),
        (replace(CUT, over="ended", background=True, marks_abandonment=True), ("failure", "interrupted")),
        (replace(CUT, over="ended", background=True, tail="interrupt"), ("failure", "abandoned")),
        (replace(CUT, over="ended", background=True, notified_killed=True), ("failure", "abandoned")),
        (replace(CUT, over="dead", tail="open_tool"), ("failure", "killed")),
        (replace(CUT, over="stale", tail="open_tool"), ("failure", "killed")),
        (replace(CUT, over="dead", tail="none"), ("failure", "killed")),
        (replace(CUT, over="dead"), ("failure", "killed")),
        (replace(CUT, over="dead", shut_down=True), ("failure", "interrupted")),
        (replace(CUT, over="dead", shut_down=True, background=True), ("failure", "abandoned")),
        (replace(CUT, over="stale"), ("failure", "interrupted")),
        (replace(CUT, over="ended", tail="none"), ("failure", "vanished")),
        (replace(CUT, over="stale", tail="none"), ("failure", "vanished")),
        (replace(DONE, over="dead"), ("success", "completed")),
    ],
)
def test_a_session_s_end_closes_what_is_still_open(ending: Ending, expected: tuple[str, str]) -> None:
    """Whatever never ended is closed by its session's end, and never as a success."""
    assert verdict(ending) == expected


def test_without_a_transcript_the_hook_s_word_is_all_there_is() -> None:
    """A stop without a transcript to look at is believed, and says on what grounds."""
    found = decide(Ending(stopped=True))

    assert found is not None
    assert (found.status, found.evidence) == ("success", ("hook SubagentStop: received", "transcript: nothing to read"))


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        (Ending(returned=True), None),
        (Ending(returned=True, over="ended"), ("failure", "vanished")),
        (Ending(returned=True, answered_parent=True, answer="done"), ("success", "completed")),
        (Ending(returned=True, answered_parent=True), ("partial", "empty_answer")),
        (Ending(returned=True, answered_parent=True, answer="API Error: 400 boom"), ("failure", "api_error")),
        (Ending(answered_parent=True, answer="API Error: Request rejected (429)"), ("failure", "rate_limited")),
        (Ending(answered_parent=True, answer="Prompt is too long"), ("failure", "context_exceeded")),
        (Ending(answered_parent=True, answer="Request timed out"), ("failure", "timeout")),
        (Ending(answered_parent=True, answer="Prompt is too long? No: 3 lines."), ("success", "completed")),
        (Ending(answered_parent=True, answer="I met API Error 500 and went on."), ("success", "completed")),
        (Ending(spawn_failed=True, answer="Agent terminated early due to an API error: 500"), ("failure", "api_error")),
        (Ending(spawn_failed=True, answer="Something else broke"), ("failure", "crashed")),
    ],
)
def test_the_client_s_word_alone_is_no_success(ending: Ending, expected: tuple[str, str] | None) -> None:
    """Without the agent's transcript, what it answered its parent counts, and "completed" does not."""
    assert verdict(ending) == expected


def test_evidence_never_carries_text_of_the_session() -> None:
    """Words of the client's own list name the evidence; anything else is called unknown."""
    free = "ghp_ this is free text"
    endings = [replace(API_ERROR, api_error_kind=free), replace(DONE, stop_reason=free, line=free)]

    for ending in [*endings, Ending(stop_failure=free)]:
        found = decide(ending)
        assert found is not None
        assert free not in " ".join(found.evidence)


def test_every_category_is_explained() -> None:
    """Nobody meets a category that the documents do not explain."""
    assert all(sentence.endswith(".") for sentence in CATEGORIES.values())
