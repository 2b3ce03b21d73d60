"""The pages of ``docs/`` for a terminal.

The pages themselves are packaged rather than a manual made of them, so that a version always explains itself, and
there is one text to keep right. A link to another page becomes the command that shows it.
"""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markdown import CodeBlock, Heading, Markdown
from rich.padding import Padding
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import ConsoleOptions, RenderResult

WIDTH = 80
"""Columns at most: long lines of prose are hard to read."""
_PACKAGE = Path(__file__).parents[1]
_PLACES = (_PACKAGE / "docs", _PACKAGE.parents[1] / "docs")
"""In a wheel beside the code, in a checkout at its top."""
_LINK = re.compile(r"(\()?\[([^\]]+)\]\((?:([a-z-]+)\.md)?(?:#[^)]*)?\)(?(1)\))")
"""To another page, or to a place on the same one; with the brackets around it, where it is alone in them."""


class _Heading(Heading):
    """A heading at the left, as the commands' own texts have it."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        del console, options
        self.text.justify = "left"
        yield self.text


class _Code(CodeBlock):
    """Commands and files as they are, to be copied: indented, not coloured, not padded."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        del console, options
        yield Padding(Text(str(self.text).rstrip()), (0, 0, 0, 2))


class _Page(Markdown):
    elements = {**Markdown.elements, "heading_open": _Heading, "fence": _Code, "code_block": _Code}  # noqa: RUF012 - rich's


def topics() -> dict[str, Path]:
    """Every page by its topic, in alphabetical order."""
    folder = next(place for place in _PLACES if place.is_dir())
    return {path.stem: path for path in sorted(folder.glob("*.md"))}


def title(page: Path) -> str:
    """What a page is about: its first heading."""
    with page.open(encoding="utf-8") as stream:
        return stream.readline().lstrip("# ").replace("`", "").strip()


def rendered(page: Path, known: Mapping[str, Path], *, width: int, styled: bool) -> str:
    """A page as lines of at most ``width`` columns (``WIDTH`` if that is less), with escape codes when ``styled``."""

    def command(link: re.Match[str]) -> str:
        alone, words, topic = link.groups()
        if topic not in known:
            return f"({words})" if alone else words
        shown = f"`afteraction help {topic}`"
        if alone:
            return f"({shown})"
        return shown if words.endswith(".md") else f"{words} ({shown})"

    text = _LINK.sub(command, page.read_text(encoding="utf-8"))
    stream = io.StringIO()
    console = Console(
        file=stream,
        width=min(width, WIDTH),
        force_terminal=styled,
        color_system="standard" if styled else None,
        legacy_windows=False,
    )
    console.print(_Page(text, hyperlinks=False))
    return "".join(f"{line.rstrip()}\n" for line in stream.getvalue().splitlines())
