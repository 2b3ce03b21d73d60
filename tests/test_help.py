"""``afteraction help``: the documentation where the program is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.plugin_copy import CHECKOUT
from tests.program import on_terminal, piped

if TYPE_CHECKING:
    from pathlib import Path

PAGES = sorted(path.stem for path in (CHECKOUT / "docs").glob("*.md"))


def test_alone_it_lists_every_topic_in_a_line(tmp_path: Path) -> None:
    """A page that is not listed is not found."""
    done = piped(tmp_path, "help")
    listed = [line.split(maxsplit=1) for line in done.stdout.splitlines() if line.startswith("  ")]

    assert (done.code, done.stderr) == (0, "")
    assert [name for name, _ in listed] == PAGES
    assert all(title.strip() for _, title in listed)


@pytest.mark.parametrize("topic", PAGES)
def test_a_page_fits_80_columns_and_a_pipe_gets_text_only(topic: str, tmp_path: Path) -> None:
    """Every page, not only those that were looked at: no escape code, no Markdown link, no comment, no padding."""
    done = piped(tmp_path, "help", topic)

    assert (done.code, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) > 10
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert not re.search(r"\x1b|\]\(|\(#|<!--|[ \t]$", done.stdout, re.MULTILINE)


def test_a_link_to_another_page_becomes_a_command(tmp_path: Path) -> None:
    """There is nothing to click on; and the command that is named works."""
    shown = " ".join(piped(tmp_path, "help", "plugin").stdout.split())
    named = set(re.findall(r"afteraction help ([a-z-]+)", shown))

    assert "data-format" in named
    assert named <= set(PAGES)


def test_a_link_in_brackets_is_its_command_alone(tmp_path: Path) -> None:
    """Brackets in brackets read badly, and such a link only says where more stands."""
    shown = " ".join(piped(tmp_path, "help", "glossary").stdout.split())

    assert "(afteraction help data-format)" in shown
    assert "))" not in shown


def test_a_terminal_gets_a_pager_and_its_own_width(tmp_path: Path) -> None:
    """The user's pager, not one of ours; a narrow terminal gets narrow lines."""
    shown = on_terminal(tmp_path, "help", "outcomes", columns=60, PAGER="sed s/^/paged:/")
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in shown.stdout.splitlines()]

    assert shown.code == 0
    assert all(line.startswith("paged:") for line in lines if line)
    assert max(len(line.removeprefix("paged:")) for line in lines) <= 60


def test_a_command_without_a_page_shows_its_help(tmp_path: Path) -> None:
    """Whoever asks for help of a command gets it, in the words of ``--help``."""
    assert piped(tmp_path, "help", "agents").stdout == piped(tmp_path, "agents", "--help").stdout


@pytest.mark.parametrize(
    ("mistyped", "hint"), [("outcoms", "'outcomes'"), ("agens", "'agent"), ("zzzz", "lists the topics")]
)
def test_an_unknown_topic_names_the_nearest(mistyped: str, hint: str, tmp_path: Path) -> None:
    """Exit 2 and one line that helps, nothing on stdout."""
    done = piped(tmp_path, "help", mistyped)

    assert (done.code, done.stdout) == (2, "")
    assert hint in done.stderr


def test_a_screen_of_ascii_can_show_it(tmp_path: Path) -> None:
    """A drawn tree becomes question marks, not a traceback."""
    done = piped(tmp_path, "help", "data-format", PYTHONIOENCODING="ascii", PYTHONUTF8="0")

    assert (done.code, done.stderr) == (0, "")
    assert done.stdout.isascii()
