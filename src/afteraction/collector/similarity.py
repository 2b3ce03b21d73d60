"""Whether two descriptions ask for the same task. Pure.

Descriptions have three to five words, so words are compared and nothing finer: two that differ in the one word that
matters ("users", "orders") are two tasks.
"""

from __future__ import annotations

import re

SAME, LIKE = 0.8, 0.65
"""The share of common words from which descriptions mean the same, and from which they are alike."""
_FEWEST = 2
"""Words of a description that says what is to be done."""
HALF = 0.5
"""The share of an invocation's files from which another one works on the same."""
_EMPTY = frozenset(["a", "an", "and", "again", "for", "from", "in", "of", "on", "please", "the", "this", "to", "with"])
_REDO = re.compile(r"(?:fix|redo|retry|correct|repair|revise|rework|undo|revert)\b", re.IGNORECASE)


def is_same_task(one: str | None, other: str | None, *, shared: float, repeated: bool) -> bool:
    """Whether the second of two invocations of one agent does the task of the first again.

    Args:
        one: the first one's description.
        other: the second one's.
        shared: the share of the first one's files that the second changed as well.
        repeated: whether a repetition of the same words would be the same task: nothing changed in between.
    """
    alike = word_similarity(one, other)
    if repeated and alike >= SAME:
        return True
    return shared >= HALF and (alike >= LIKE or _REDO.match((other or "").strip()) is not None)


def word_similarity(one: str | None, other: str | None) -> float:
    """Common words by all words, 0 to 1; 0 where one has fewer than two."""
    first, second = _words(one), _words(other)
    if min(len(first), len(second)) < _FEWEST:
        return 0.0
    return len(first & second) / len(first | second)


def _words(text: str | None) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", (text or "").casefold())) - _EMPTY
