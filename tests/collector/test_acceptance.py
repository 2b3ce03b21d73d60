"""What is inferred of acceptance, against labels written by hand."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from afteraction.collector.acceptance import RULES, Aftermath, Sign, infer
from afteraction.collector.corrections import EXAMPLES, corrects
from benchmarks.acceptance_score import labelled
from docs.generate_acceptance import PAGE, page
from tests.collector.acceptance_stories import ERRORS, STORIES, Story
from tests.collector.stories import Session, judgement

SIGN = Sign(0, "line-1", "something")
CANARY = "no, Canary is wrong"


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.text.replace("\n", " | "))
def test_a_story_is_judged_as_a_reader_would(story: Story) -> None:
    """Each label is what is inferred, by its very signal, but for the errors that are known."""
    inferred = tuple(judgement(record) for record in Session(story.text).records())
    is_known = any(story.text.endswith(end) for end in ERRORS)

    assert (inferred != story.labels) == is_known


def test_a_known_error_is_one_of_the_stories() -> None:
    """A list of errors that nothing is compared with would hide the next one."""
    assert all(any(story.text.endswith(end) for story in STORIES) for end in ERRORS)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.text.replace("\n", " | "))
def test_lines_that_are_left_out_would_change_nothing(story: Story) -> None:
    """Of a main file only what can matter is read; whoever reads all of it comes to the same records."""
    session = Session(story.text)

    assert session.records() == session.records(whole=True)


def test_recorded_sessions_are_judged_as_their_notes_say() -> None:
    """No invocation of a real client's session is judged but those that the user judged."""
    recorded = [row for row in labelled() if "\n" not in row.where]

    assert [(row.where, row.inferred) for row in recorded if row.label != row.inferred] == []
    assert sum(bool(row.label) for row in recorded) == 5


def test_every_rule_has_a_story_for_it() -> None:
    """A rule that no session shows is not known to be right."""
    shown = {row.label.partition(" ")[2] for row in labelled() if row.is_right}

    assert shown >= {rule.signal for rule in RULES}


def test_a_judgement_names_its_line_and_no_word_of_the_session() -> None:
    """Evidence is the line's id and fixed words; what the user said reaches no record."""
    (record,) = Session(f"> go\n@developer: Build the form -> src/a.py\n> {CANARY}").records()

    acceptance = record.metadata.acceptance
    assert acceptance is not None
    assert (acceptance.source, acceptance.signal, acceptance.note) == ("inferred", "corrected", None)
    assert acceptance.evidence == ("main transcript line line-8: the user's next prompt corrects",)
    assert acceptance.at == "2026-11-22T10:00:08.000Z"
    assert b"Canary" not in msgspec.json.encode(record)


def test_any_rejection_stands_against_a_commit() -> None:
    """Work that was committed and then found wrong was not accepted."""
    committed = Aftermath(committed=SIGN, moved_on=True)
    assert infer(committed) is not None
    rejected = (
        replace(committed, denied=SIGN),
        replace(committed, interrupted=SIGN),
        replace(committed, reverted=SIGN),
        replace(committed, corrected=SIGN),
        replace(committed, redelegated=SIGN),
        replace(committed, rewritten=SIGN),
    )
    judged = [infer(aftermath) for aftermath in rejected]
    assert [one and (one.accepted, one.signal) for one in judged] == [(False, rule.signal) for rule in RULES[:-1]]


def test_without_a_sign_nothing_is_inferred() -> None:
    """Unknown stays unknown, also where a commit is there and nobody went on from it."""
    assert infer(Aftermath(moved_on=True)) is None
    assert infer(Aftermath(committed=SIGN)) is None


@pytest.mark.parametrize(("prompt", "expected"), EXAMPLES)
def test_an_example_of_the_page_is_one(prompt: str, expected: bool) -> None:  # noqa: FBT001 - a table's column
    """What the page calls a correction is taken for one, and nothing else."""
    assert corrects(prompt) is expected


def test_the_page_says_what_the_rules_say_and_how_good_they_are() -> None:
    """``docs/acceptance.md`` follows from rules and labels; ``python -m docs.generate_acceptance`` writes it anew."""
    assert PAGE.read_text() == page()
