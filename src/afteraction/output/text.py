"""The one place that makes a text from a record safe to show.

Names and messages come from agents, and an agent may be named anything: an escape sequence would recolour or retitle
the reader's terminal, a bidirectional mark would make one name look like another. Each is replaced by a visible mark
rather than dropped, so that the reader sees that something was there. JSON output keeps the text itself, escaped.
"""

from __future__ import annotations

import re

_SEQUENCE = (
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x9b[0-?]*[ -/]*[@-~]|\x1b[\]P^_X][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)|\x1b[ -/]*[0-~]"
)
_CONTROL = r"\x00-\x08\x0e-\x1f\x7f-\x9f"
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e007f"
)
_SURROGATE = "\ud800-\udfff"
_UNSAFE = re.compile(f"{_SEQUENCE}|[{_CONTROL}{_INVISIBLE}{_SURROGATE}]")
_UNSAFE_CHARACTER = re.compile(f"[{_CONTROL}{_INVISIBLE}{_SURROGATE}]")
_MOVES = re.compile(r"[\r\v\f]")
_SPACE = re.compile(r"[ \t\n\v\f\r]+")
_MARK = "\ufffd"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def plain(text: str) -> str:
    """One line of visible characters: what is unsafe becomes U+FFFD, any white space a blank."""
    return _SPACE.sub(" ", _UNSAFE.sub(_MARK, text)).strip()


def visible(text: str) -> str:
    """Lines of visible characters: what is unsafe becomes U+FFFD; line ends, blanks and tabs stay."""
    return _MOVES.sub(_MARK, _UNSAFE.sub(_MARK, text.replace("\r\n", "\n")))


def ascii_plain(text: str) -> str:
    """The same where only ASCII can be shown: other characters as Python escapes, the mark as ``?``."""
    return plain(text).replace(_MARK, "?").encode("ascii", "backslashreplace").decode("ascii")


def escaped_json(document: str) -> str:
    """A JSON document whose strings hold no unsafe character as such: each becomes its JSON escape."""
    return _UNSAFE_CHARACTER.sub(lambda match: "".join(_escapes(match[0])), document)


def spreadsheet_cell(text: str) -> str:
    """A text cell that no spreadsheet takes for a formula: one that starts like it gets a leading ``'``."""
    return f"'{plain(text)}" if text.startswith(_FORMULA) or plain(text).startswith(_FORMULA) else plain(text)


def _escapes(character: str) -> list[str]:
    units = character.encode("utf-16-be", "surrogatepass")
    return [f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2)]
