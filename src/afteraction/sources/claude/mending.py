"""Lines that a strict decoder refuses although the client wrote them: texts that were cut inside a character.

JavaScript cuts a text between two halves of one character and writes the half that is left as an escape of its own,
which is no Unicode. What no text can hold is replaced by U+FFFD, as every reader of broken text does; to drop the line
instead would drop the agent's last answer because of an emoji.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import msgspec

MENDED_UP_TO = 32 * 1024 * 1024
"""Bytes of a line beyond which it is taken for broken: mending takes several times its size in memory."""
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
"""One escape of a JSON string, a pair of surrogates being one; the group is half of such a pair."""


def mended(raw: bytes | memoryview | msgspec.Raw) -> bytes | None:
    """The JSON with what is no Unicode replaced; None when there is nothing of that kind in it."""
    view = memoryview(raw)
    if len(view) > MENDED_UP_TO:
        return None
    before = bytes(view)
    text = before.decode("utf-8", "replace").encode()
    after = _ESCAPE.sub(lambda found: rb"\ufffd" if found.group(1) else found.group(), text)
    return after if after != before else None
