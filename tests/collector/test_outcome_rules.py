"""The table of outcome rules against recorded sessions, and its properties for any ending."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afteraction.collector.outcome import CATEGORIES, Category, Ending, NotStarted, Over, Tail, decide, deciding_rule
from afteraction.collector.outcome_rules import RULES, Rule
from docs.generate_outcomes import FORMS, PAGE, page
from tests.collector.outcome_cases import CASES, EDITED, NO_INVOCATION, OPEN
from tests.collector.recorded_endings import Recording, endings
from tests.replay import SESSIONS

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "Canary: text of the session"
BY_NAME = {rule.name: rule for rule in RULES}
SESSIONS_USED = sorted({recording.session for pair in CASES.values() for recording in (pair.falls, pair.alike)})
BOOLEANS = [field.name for field in fields(Ending) if field.type == "bool"]
TEXTS = [field.name for field in fields(Ending) if field.type in ("str", "str | None")]


def decided(recording: Recording, folder: Path) -> str:
    """The name of the rule that decides a recording's one invocation, or why there is none."""
    seen = endings(recording, folder)
    if not seen:
        return NO_INVOCATION
    (one,) = seen
    return one.rule or OPEN


def test_every_rule_has_a_session_for_it_and_one_against_it() -> None:
    """A rule that no session shows, or that nothing looks like, is not known to be right."""
    assert list(CASES) == [rule.name for rule in RULES]
    assert set(EDITED) == {rule.name for rule in RULES if rule.status_if_edited is not None}


@pytest.mark.parametrize("name", CASES)
def test_a_session_falls_under_its_rule(name: str, tmp_path: Path) -> None:
    """The session that shows a way of ending is decided by that rule and no other, with its status."""
    (seen,) = endings(CASES[name].falls, tmp_path / "for")
    rule = BY_NAME[name]

    assert seen.rule == name
    assert seen.verdict is not None
    assert (seen.verdict.status, seen.verdict.category) == (rule.status, rule.category)


@pytest.mark.parametrize("name", CASES)
def test_a_session_that_looks_alike_does_not(name: str, tmp_path: Path) -> None:
    """What merely resembles a way of ending is decided by something else."""
    pair = CASES[name]

    assert pair.instead != name
    assert decided(pair.alike, tmp_path / "against") == pair.instead


@pytest.mark.parametrize("name", EDITED)
def test_what_was_left_behind_after_an_edit_is_partial(name: str, tmp_path: Path) -> None:
    """An abandoned agent that had modified files did part of its work, and somebody should look at it."""
    (seen,) = endings(EDITED[name], tmp_path / "edited")

    assert seen.rule == name
    assert seen.verdict is not None
    assert (seen.verdict.status, seen.verdict.evidence[-1]) == ("partial", "it had modified files")


@pytest.mark.parametrize("session", SESSIONS_USED)
def test_the_stored_records_say_the_same(session: str, tmp_path: Path) -> None:
    """What is judged here is what the whole program stores for a session: status, category and evidence."""
    records = json.loads((SESSIONS / session / "expected.json").read_bytes())["records"]
    stored = [(record["agent_name"], record["status"], record["metadata"]["outcome"]) for record in records]
    judged = [
        (one.agent, one.verdict.status, {"category": one.verdict.category, "evidence": list(one.verdict.evidence)})
        for one in endings(Recording(session), tmp_path / "session")
        if one.verdict is not None
    ]

    assert sorted(judged, key=str) == sorted(stored, key=str)


def test_every_category_has_a_rule() -> None:
    """The list of categories is closed: each can be reached, and no rule leads outside it."""
    assert {rule.category for rule in RULES} == set(CATEGORIES) == set(get_args(Category))


def endings_of_any_kind() -> st.SearchStrategy[Ending]:
    """Any combination of facts, also those no client would produce; every text carries the canary or a fixed word."""
    words = ["end_turn", "tool_use", "max_tokens", "refusal", "rate_limit", "max_output_tokens", "unknown", CANARY]
    answers = ["", " ", CANARY, f"API Error: 500 {CANARY}", f"API Error 429 {CANARY}", "Prompt is too long"]
    known = {
        "tail": st.sampled_from(get_args(Tail)),
        "over": st.none() | st.sampled_from(get_args(Over)),
        "not_started": st.none() | st.sampled_from(get_args(NotStarted)),
        "api_error_status": st.none() | st.integers(),
        "answer": st.sampled_from(answers) | st.text().map(CANARY.__add__),
    }
    known |= {name: st.none() | st.sampled_from(words) for name in TEXTS if name not in known}
    known |= {name: st.booleans() for name in BOOLEANS}
    return st.builds(Ending, **known)


def test_the_properties_cover_every_fact() -> None:
    """A fact that is added to ``Ending`` is varied by the tests below."""
    assert {*BOOLEANS, *TEXTS, "tail", "over", "not_started", "api_error_status"} == {f.name for f in fields(Ending)}


@given(endings_of_any_kind())
def test_any_ending_is_decided_the_same_way_each_time(ending: Ending) -> None:
    """Deciding never fails, and the same facts give the same verdict, in a known category."""
    verdict = decide(ending)

    assert verdict == decide(replace(ending))
    assert verdict is None or verdict.category in CATEGORIES


@given(endings_of_any_kind())
def test_evidence_is_there_and_holds_no_text_of_the_session(ending: Ending) -> None:
    """Whoever reads a verdict sees what decided, and never what the agent, the user or an error message wrote."""
    verdict = decide(ending)
    if verdict is not None:
        assert verdict.evidence
        assert all(verdict.evidence)
        assert not [one for one in verdict.evidence if "anary" in one]


@given(endings_of_any_kind(), st.sampled_from(get_args(Over)))
def test_a_session_s_end_makes_no_success(ending: Ending, over: Over) -> None:
    """That the session is over closes what is open, and never as a success unless the agent's final reply is there."""
    still_open = replace(ending, over=None)
    if decide(still_open) is None:
        closed = decide(replace(still_open, over=over))

        assert closed is not None
        assert closed.status != "success" or ending.tail == "reply"


@given(endings_of_any_kind())
def test_success_needs_an_answer_or_the_client_s_word_for_lack_of_one(ending: Ending) -> None:
    """No success with an error, an interruption or an unfinished tool call as the last word."""
    verdict = decide(ending)
    if verdict is not None and verdict.status == "success":
        assert ending.tail == "reply" or (ending.tail == "none" and (ending.answered_parent or ending.stopped))
        assert not ending.api_error
        assert ending.tail == "none" or ending.answer.strip()


@given(endings_of_any_kind())
def test_evidence_takes_one_of_the_documented_forms(ending: Ending) -> None:
    """Whoever reads evidence finds on the page what it speaks of."""
    forms = [re.escape(form).replace("UUID", "[0-9a-fA-F-]+").replace("EVENT", r"\w+") for form, _ in FORMS]
    verdict = decide(ending)
    for one in verdict.evidence if verdict is not None else ():
        assert re.match("|".join(forms), one)


def test_the_page_says_what_the_rules_say() -> None:
    """``docs/outcomes.md`` is written from the rules; ``python -m docs.generate_outcomes`` writes it anew."""
    assert PAGE.read_text() == page()


def test_the_rules_have_names_of_their_own() -> None:
    """A name leads to one rule, and the rule that decides is one of the table."""
    assert len(BY_NAME) == len(RULES)
    found = deciding_rule(Ending(stopped=True))
    assert isinstance(found, Rule)
    assert found is BY_NAME["stop_believed"]
