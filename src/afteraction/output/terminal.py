"""A terminal for people: its width, whether it takes colour, and which glyphs it can show.

Decided once per report and carried as one value. Meaning never hangs on colour: every coloured thing also has a glyph
or a word, so ``NO_COLOR``, a monochrome screen and an ASCII locale lose nothing.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from rich.box import Box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from afteraction.output.text import ascii_plain, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

_UNICODE_RULE = Box("    \n    \n ───\n    \n    \n    \n    \n    \n")
_ASCII_RULE = Box("    \n    \n ---\n    \n    \n    \n    \n    \n", ascii=True)
_LOCALE_VARIABLES = ("LC_ALL", "LC_CTYPE", "LANG")


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The signs that a screen uses."""

    dot: str
    line: str
    track: str
    rise: str
    fall: str
    failed: str
    partial: str
    succeeded: str
    critical: str
    beside: str
    main: str
    branch: str
    last_branch: str
    trunk: str
    separator: str
    ellipsis: str


UNICODE = Glyphs(
    dot="●", line="━", track="·", rise="▲", fall="▼", failed="✗", partial="~", succeeded="✓",
    critical="█", beside="▒", main="─", branch="├─ ", last_branch="└─ ", trunk="│  ",
    separator=" · ", ellipsis="…",
)  # fmt: skip
ASCII = Glyphs(
    dot="o", line="=", track=".", rise="^", fall="v", failed="x", partial="~", succeeded="+",
    critical="#", beside="=", main="-", branch="|- ", last_branch="`- ", trunk="|  ",
    separator=" | ", ellipsis="~",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Screen:
    """One terminal, ready to be written to."""

    console: Console
    glyphs: Glyphs

    @property
    def width(self) -> int:
        """Columns."""
        return self.console.width

    def safe(self, text: str) -> str:
        """A text from a record as this terminal may show it."""
        return ascii_plain(text) if self.glyphs is ASCII else plain(text)

    def line(self, *parts: str | tuple[str, str]) -> None:
        """Write one line of safe parts, each a text or a (text, style) pair; long lines wrap at blanks."""
        self.console.print(Text.assemble(*parts))

    def joined(self, *parts: str) -> str:
        """The parts that are not empty with the separator between them."""
        return self.glyphs.separator.join(part for part in parts if part)

    def table(self) -> Table:
        """An empty table with a rule under its head and nothing around it."""
        box = _ASCII_RULE if self.glyphs is ASCII else _UNICODE_RULE
        return Table(box=box, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")

    def next_command(self, *arguments: str) -> None:
        """Write the one command that goes deeper, quoted so that it can be pasted."""
        self.line(("next: ", "dim"), "afteraction " + shlex.join(self.safe(argument) for argument in arguments))


def open_screen(stream: TextIO, environ: Mapping[str, str], *, width: int | None = None) -> Screen:
    """The terminal behind a stream; ``width`` only where it is not to be asked for."""
    ascii_only = _is_ascii(stream, environ)
    colourless = bool(environ.get("NO_COLOR")) or environ.get("TERM") in {"dumb", "unknown"}
    console = Console(
        file=stream,
        color_system=None if colourless else "auto",
        no_color=colourless,
        markup=False,
        emoji=False,
        highlight=False,
        width=width,
    )
    return Screen(console, ASCII if ascii_only else UNICODE)


def _is_ascii(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether only ASCII is safe: the stream cannot encode more, or the user's locale is plainly C."""
    locale = next((environ[name] for name in _LOCALE_VARIABLES if environ.get(name)), "")
    if locale in {"C", "POSIX"}:
        return True
    try:
        "✗━█".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return True
    return False
