"""The fenced blocks of a page: what it tells a reader to run, and what it says about those that nobody ran."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

RUN = frozenset({"sh", "python", "console"})
"""Languages whose blocks are run: shell, Python, and shell with what it shows."""
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Snippet(NamedTuple):
    """One block."""

    language: str
    text: str
    before: str
    """The paragraph above it."""
    line: int


def snippets(page: Path) -> list[Snippet]:
    """All blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Snippet(
            found[1],
            found[2],
            text[: found.start()].rstrip().rpartition("\n\n")[2],
            text.count("\n", 0, found.start()) + 1,
        )
        for found in _BLOCK.finditer(text)
    ]


def spoken(snippet: Snippet) -> list[tuple[str, list[str]]]:
    """A console's commands, each with the lines that it is said to show, in order."""
    parts = re.split(r"^\$ (.*)\n", snippet.text, flags=re.MULTILINE)[1:]
    return [(command, shown.splitlines()) for command, shown in zip(parts[::2], parts[1::2], strict=True)]
