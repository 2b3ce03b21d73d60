"""What a call that reads or changes a file was given, and what came of it.

Decoded by the few keys that are counted, because the rest is whole files: the text that was written, and the file as it
was before.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from afteraction.sources.claude.lines import read_as

EDITING_TOOLS = frozenset({"Edit", "Write", "MultiEdit", "NotebookEdit"})
_PATH_FIRST = re.compile(rb'\{(?:"replace_all":(?:true|false),)?"file_path":"([^"\\\x00-\x1f]+)"')
"""How nearly every call begins. What follows are whole files, which need not be gone through for the path."""


class Place(msgspec.Struct, gc=False):
    """The file that a call names."""

    file_path: str | None = None
    notebook_path: str | None = None


class Replacement(msgspec.Struct, gc=False):
    """One replacement of ``Edit`` or ``MultiEdit``."""

    old_string: str | None = None
    new_string: str | None = None
    replace_all: Any = None


class Replacements(msgspec.Struct, gc=False):
    """What ``MultiEdit`` was given."""

    edits: list[Replacement] | None = None


class Written(msgspec.Struct, gc=False):
    """What ``Write`` was given."""

    content: str | None = None


class Hunk(msgspec.Struct, gc=False):
    """One hunk of a patch, its lines with their signs."""

    lines: list[str] | None = None


class Change(msgspec.Struct, gc=False):
    """``toolUseResult`` of an editing call."""

    type: str | None = None
    structuredPatch: list[Hunk] | None = None  # noqa: N815 - the client's own key


def path_in(raw_input: msgspec.Raw) -> str | None:
    """The file that a call was given to change."""
    first = _PATH_FIRST.match(raw_input)
    if first is not None:
        try:
            return first[1].decode()
        except UnicodeDecodeError:
            pass  # mended below
    place = read_as(raw_input, Place)
    return place.file_path or place.notebook_path
