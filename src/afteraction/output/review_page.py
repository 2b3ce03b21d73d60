"""A review on a terminal and as markdown, both from the same sections.

Markdown is for mail and wikis, which render what they are given: every character of a name that could be markup is
escaped.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from rich.text import Text

from afteraction.output.text import plain

if TYPE_CHECKING:
    from afteraction.output.review_sections import Page, Section
    from afteraction.output.terminal import Screen

_MARKUP = re.compile(r"([\\`*_\[\]<>|#~&])")
_STYLES = {"deprecate": "red", "needs work": "yellow", "improving": "green"}


def draw_review(found: Page, screen: Screen) -> None:
    """Draw the title, each section, the notes, and where to go next."""
    screen.line((found.title, "bold"))
    for section in found.sections:
        screen.line()
        screen.line((section.title.upper(), _STYLES.get(section.title, "bold")))
        for line in section.lines:
            screen.line(screen.safe(line))
        if section.columns and section.rows:
            _table(section, screen)
        elif section.columns:
            screen.line(("none", "dim"))
    screen.line()
    for note in found.notes:
        screen.line((note, "dim"))
    screen.next_command(*found.next_command)


def _table(section: Section, screen: Screen) -> None:
    table = screen.table()
    table.add_column(section.columns[0], overflow="fold")
    for name in section.columns[1:]:
        table.add_column(name, justify="right", no_wrap=True)
    for row in section.rows:
        table.add_row(*(Text(screen.safe(cell), _STYLES.get(cell, "")) for cell in row))
    screen.console.print(table)


def markdown(found: Page) -> str:
    """The same as a markdown document."""
    lines = [f"# {_escaped(found.title)}"]
    for section in found.sections:
        lines += ["", f"## {_escaped(section.title.capitalize())}", ""]
        lines += [f"- {_escaped(line)}" for line in section.lines]
        if section.columns and section.rows:
            lines += [
                _row(section.columns),
                _row(("---", *("--:" for _ in section.columns[1:]))),
                *(_row(tuple(map(_escaped, row))) for row in section.rows),
            ]
        elif section.columns:
            lines.append("None.")
    lines += ["", *(f"{_escaped(note)}.  " for note in found.notes)]
    command = plain(shlex.join(found.next_command)).replace("`", "'")
    return "\n".join([*lines, "", f"Next: `afteraction {command}`", ""])


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", plain(text))
