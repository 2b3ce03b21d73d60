"""The page about the questions says what the questions say."""

from __future__ import annotations

from afteraction.cli.main import COMMANDS as PROGRAM
from docs.generate_questions import COMMANDS, FOLDER, PAGE, page, questions


def test_the_page_is_what_the_questions_make_it() -> None:
    """``docs/questions.md`` is written from the questions; ``python -m docs.generate_questions`` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_question_of_a_command_is_on_the_page() -> None:
    """Each name leads to a file, a command that exists, and a type whose columns are explained by type at least."""
    assert [question.name for question in questions()] == list(COMMANDS)
    assert all((FOLDER / f"{name}.sql").is_file() for name in COMMANDS)
    assert {command.split()[0] for command in COMMANDS.values()} <= set(PROGRAM)
    assert all(question.columns for question in questions())
