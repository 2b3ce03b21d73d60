"""One proposed change of the rules, with the numbers behind it.

A proposal changes one value and nothing else, so that each can be taken or left by its number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal[
    "threshold", "add keyword", "drop keyword", "avoid keyword", "add file pattern", "tier", "retire agent", "add agent"
]
ADVICE: frozenset[Kind] = frozenset({"avoid keyword"})
"""Kinds for which the rules have no key: somebody has to read them."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What to change for one agent, and why."""

    agent: str
    kind: Kind
    before: Any
    """The value in the file now; None where there is none."""
    after: Any
    """The value to put there; None where it goes, or where it is advice."""
    reason: str
    n: int
    """Runs, or verdicts, that it rests on."""
    rate: float
    """What was measured, as a fraction of 1."""
    low: float
    """Lower bound of its 95% interval (Wilson's)."""
    high: float
    chance: float | None = None
    """How likely it is by chance; None where the interval alone decides."""


@dataclass(frozen=True, slots=True)
class TooFew:
    """An agent of which too little is known to propose a threshold."""

    agent: str
    reason: str


def percent(rate: float) -> str:
    """``97%``: for reasons."""
    return f"{round(rate * 100)}%"
