"""Edit one place of a JSON text and leave every other byte as it was.

Parsing and writing back would reformat what is not ours: indentation, key order, escapes, line endings. So an edit
works on spans: find the member, cut or insert there. CPython's own scanner finds where a value ends, hence no second
parser; the text must already be known to be strict JSON (``parse`` says so). Offsets count characters.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()
_OPENING = {"{": "}", "[": "]"}
_DEFAULT_INDENT = "  "


@dataclass(frozen=True, slots=True)
class Child:
    """One member of an object, or one item of an array."""

    key: str | None
    """None in an array."""
    start: int
    """Where the key begins; in an array where the value begins."""
    value: int
    """Where the value begins."""
    end: int
    """Just after the value."""


class DuplicateKeyError(ValueError):
    """A key stands twice in one object."""

    def __init__(self, key: str, offset: int) -> None:
        super().__init__(f"the key {json.dumps(key)} stands twice")
        self.offset = offset


def parse(text: str) -> Any:
    """Parse strict JSON, as a client written in JavaScript would.

    Raises:
        json.JSONDecodeError: no JSON; NaN and Infinity are none either.
        DuplicateKeyError: a key stands twice, so that readers may disagree about the value.
        RecursionError: nested too deeply.
    """
    doubled = False

    def pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal doubled
        found = dict(members)
        doubled = doubled or len(found) != len(members)
        return found

    def constant(name: str) -> Any:
        raise json.JSONDecodeError(f"{name} is not JSON", text, text.find(name))

    data = json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
    if doubled:
        _raise_duplicate(text, skip_space(text, 0))
    return data


def skip_space(text: str, at: int) -> int:
    """The offset of the first character at or after ``at`` that is no whitespace."""
    match = _SPACE.match(text, at)
    return at if match is None else match.end()


def children(text: str, at: int) -> list[Child]:
    """The children of the object or array that begins at ``at``, in order; none for any other value."""
    closing = _OPENING.get(text[at])
    found: list[Child] = []
    position = skip_space(text, at + 1)
    while closing is not None and text[position] != closing:
        start, key = position, None
        if closing == "}":
            key, position = _DECODER.raw_decode(text, position)
            position = skip_space(text, skip_space(text, position) + 1)
        end = _DECODER.raw_decode(text, position)[1]
        found.append(Child(key, start, position, end))
        position = skip_space(text, end)
        if text[position] == ",":
            position = skip_space(text, position + 1)
    return found


def locate(text: str, *path: str | int) -> int | None:
    """Where the value at ``path`` begins; None when there is no such place."""
    at = skip_space(text, 0)
    for step in path:
        place = next((c.value for i, c in enumerate(children(text, at)) if step in (i, c.key)), None)
        if place is None:
            return None
        at = place
    return at


def insert(text: str, at: int, value: Any, *, key: str | None = None) -> str:
    """Append a child to the object (with ``key``) or array that begins at ``at``, in the style of its siblings."""
    siblings = children(text, at)
    if siblings:
        last = siblings[-1]
        gap = _space_before(text, last.start) or (" " if len(siblings) == 1 else "")
        return text[: last.end] + "," + gap + _render(text, value, key, gap) + text[last.end :]
    close = skip_space(text, at + 1)
    if _is_one_line(text):
        return text[: at + 1] + _render(text, value, key, "") + text[close:]
    outer = newline(text) + _line_indent(text, at)
    gap = outer + indent_unit(text)
    return text[: at + 1] + gap + _render(text, value, key, gap) + outer + text[close:]


def replace(text: str, at: int, value: Any) -> str:
    """Put another value where one begins at ``at``."""
    end = _DECODER.raw_decode(text, at)[1]
    gap = "" if "\n" not in text[at:end] else newline(text) + _line_indent(text, at)
    return text[:at] + _render(text, value, None, gap) + text[end:]


def remove(text: str, at: int, index: int) -> str:
    """Cut one child, its comma and its whitespace out of the container that begins at ``at``."""
    siblings = children(text, at)
    if len(siblings) == 1:
        return text[: at + 1] + text[skip_space(text, siblings[0].end) :]
    if index == 0:
        return text[: siblings[0].start] + text[siblings[1].start :]
    return text[: siblings[index - 1].end] + text[siblings[index].end :]


def newline(text: str) -> str:
    """The line ending the text uses."""
    return "\r\n" if "\r\n" in text else "\n"


def indent_unit(text: str) -> str:
    """What the text indents its first level with; two spaces when it has none."""
    at = skip_space(text, 0)
    inside = children(text, at)
    if not inside:
        return _DEFAULT_INDENT
    own, outer = _line_indent(text, inside[0].start), _line_indent(text, at)
    return own.removeprefix(outer) or _DEFAULT_INDENT


def _render(text: str, value: Any, key: str | None, gap: str) -> str:
    head = "" if key is None else json.dumps(key, ensure_ascii=False) + ": "
    if "\n" not in gap:
        return head + json.dumps(value, ensure_ascii=False)
    line = newline(text) + gap.rpartition("\n")[2]
    return head + json.dumps(value, ensure_ascii=False, indent=indent_unit(text)).replace("\n", line)


def _space_before(text: str, at: int) -> str:
    start = at
    while text[start - 1] in " \t\r\n":
        start -= 1
    return text[start:at]


def _line_indent(text: str, at: int) -> str:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _is_one_line(text: str) -> bool:
    """Whether the author wrote everything on one line; an empty object shows no such wish."""
    return "\n" not in text.strip() and bool(children(text, skip_space(text, 0)))


def _raise_duplicate(text: str, at: int) -> None:
    seen: set[str] = set()
    for child in children(text, at):
        if child.key is not None and child.key in seen:
            raise DuplicateKeyError(child.key, child.start)
        seen.add(child.key or "")
        _raise_duplicate(text, child.value)
