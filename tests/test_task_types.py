"""What kind of task it was: the table of words decides, in its order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from afteraction.analytics.failures import failures
from afteraction.analytics.scope import Scope
from afteraction.model import Metadata
from afteraction.paths import Root
from afteraction.store.index import open_index
from afteraction.task_types import MEANINGS, RULES, TaskType, forms, task_type
from docs.generate_task_types import PAGE, page
from tests.records import NOW_MS, invocation, write_records

if TYPE_CHECKING:
    from pathlib import Path

DESCRIBED: list[tuple[str, TaskType]] = [
    ("Explore codebase structure", "explore"),
    ("Search for flaky tests", "explore"),
    ("Find all API endpoints", "explore"),
    ("Investigate auth flow", "explore"),
    ("Check git history", "explore"),
    ("Find bug in date parser", "debug"),
    ("Investigate failing CI", "debug"),
    ("Fix the tests", "debug"),
    ("Debugging memory usage", "debug"),
    ("Add missing error handling", "debug"),
    ("Test the fix", "test"),
    ("Write unit tests for cart", "test"),
    ("Run the test suite", "test"),
    ("Increase coverage", "test"),
    ("Review PR 42", "review"),
    ("Security audit of tokens", "review"),
    ("Second code review", "review"),
    ("Plan database migration", "plan"),
    ("Write an architecture proposal", "plan"),
    ("Design auth", "plan"),
    ("Refactor the payment tests", "refactor"),
    ("Renames User to Account", "refactor"),
    ("Update README", "document"),
    ("Write API docs", "document"),
    ("Implement the plan", "implement"),
    ("Add dark mode", "implement"),
    ("Creating invoice endpoint", "implement"),
    ("Job", "other"),
    ("", "other"),
    ("Résumé 名前", "other"),
]


@pytest.mark.parametrize(("description", "expected"), DESCRIBED)
def test_the_description_tells_the_type(description: str, expected: TaskType) -> None:
    """The first word weighs more than the others, and a word that begins any task weighs least."""
    assert task_type(description, ()) == expected


def test_every_type_has_a_rule_and_an_example() -> None:
    """A type that nothing leads to would be a column that is always empty."""
    assert (
        {rule.task_type for rule in RULES} == set(MEANINGS) - {"other"} == {said for _, said in DESCRIBED} - {"other"}
    )


def test_tools_tell_only_where_no_word_does() -> None:
    """What was asked for counts more than what was done for it: who fixes also reads."""
    assert task_type("Job", ("Read", "Edit")) == "implement"
    assert task_type(None, ("Read", "Grep")) == "explore"
    assert task_type("Review it", ("Edit",)) == "review"
    assert task_type("Job", None) == "other"


def test_no_rule_can_never_apply() -> None:
    """Words that an earlier rule takes in the same place are a mistake in the table."""
    for number, rule in enumerate(RULES):
        earlier = {
            form for one in RULES[:number] if one.place == rule.place for word in one.words for form in forms(word)
        }
        assert rule.words.isdisjoint(earlier), rule.words & earlier


def test_the_index_has_the_type_and_a_record_that_says_its_own_keeps_it(tmp_path: Path) -> None:
    """The rule fills what is unknown; it does not overrule who wrote the record."""
    write_records(
        tmp_path,
        invocation(1, task_description="Fix login"),
        invocation(2, task_description="Fix login", metadata=Metadata(task_type="gardening")),
    )

    found = open_index(Root(tmp_path)).connection.execute("select task_type from invocations order by invocation_id")

    assert found.fetchall() == [("debug",), ("gardening",)]


def test_failures_concentrate_in_a_type_of_task(tmp_path: Path) -> None:
    """The report on failures looks at types that no record names."""
    write_records(
        tmp_path,
        *(
            invocation(
                number, started_ms=NOW_MS - number * 60_000,
                task_description=("Fix login", "Explore login")[number % 2],
                status="failure" if number % 20 == 1 or number % 4 == 0 else "success",
            )
            for number in range(200)
        ),
    )  # fmt: skip

    found = failures(open_index(Root(tmp_path)), Scope()).found(0)

    assert ("task type", "debug") in {(one.circumstance, one.place) for one in found}


def test_the_page_is_what_the_rules_say() -> None:
    """``docs/task-types.md`` follows from the rules; ``python -m docs.generate_task_types`` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == page()
