"""Identifiers and paths that no rule but the environment's could ever match, told by their shape alone.

Nearly every identifier of a session is one of a few shapes of the client's own, and nearly every path is made of short
words. Asking all rules about each of them costs 0.2 ms; a whole history has tens of thousands. What is let through here
must be what all rules together let through: a test holds one against the other. So no word with digits is long enough
to be random, no word is one that a token begins with, and no digits stand together.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from afteraction.privacy.engine import Engine
from afteraction.privacy.rules import BORDER, table

if TYPE_CHECKING:
    from afteraction.privacy.engine import Pattern

_CLIENT_S_ID = re.compile(
    rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # sessions, prompts
    rb"|toolu_(?:01[0-9A-Za-z]{22}|[0-9]{8})"
    rb"|a[0-9a-f]{16}|[0-9a-f]{7,8}"  # agents
)
_PLAIN = re.compile(
    rb"(?:[A-Za-z]{1,8}+[0-9]{0,3}+(?![0-9A-Za-z])|[A-Za-z]{9,15}+(?![0-9A-Za-z])"
    rb"|[0-9]{1,6}+(?![0-9A-Za-z]|[/._-][0-9])|[/._-])*+"
)
"""Short words, few digits behind the shortest, something between them; possessive, so that nothing is tried twice."""
_MAX_PLAIN = 300
_KEYWORD = r"pass|pwd|secret|token|key|auth|cred|login|bearer|cookie|session|sig|atlasv1"
"""Words after which a rule may take a short value for a secret."""


def is_harmless(data: bytes) -> bool:
    """Whether only a value of the environment could make an identifier or path a secret."""
    if _CLIENT_S_ID.fullmatch(data):
        return not data.startswith(b"toolu_") or _telling().search(data, len(b"toolu_")) is None
    return len(data) <= _MAX_PLAIN and _PLAIN.fullmatch(data) is not None and _telling().search(data) is None


@functools.cache
def _telling() -> Pattern:
    """The words that a token begins with, at a border where its rule asks for one, and those that tell of a secret.

    By google-re2 where there is one: for 300 words it takes 1 µs, the standard library 20.
    """
    bordered = {word for rule in table() if rule.bordered for word in rule.words}
    anywhere = {word for rule in table() if not rule.bordered for word in rule.words}
    return Engine().compile(f"{BORDER}(?:{_any_of(bordered)})|{_any_of(anywhere)}|(?i:{_KEYWORD})")


def _any_of(words: set[bytes]) -> str:
    return "|".join(re.escape(word.decode()) for word in sorted(words))
