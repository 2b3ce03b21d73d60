"""Which workflows are common: the sequence of agents that a prompt set off, and how it goes.

Only the top level makes the sequence, because what an agent delegates further is that agent's doing and differs each
time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.store.index import Index

SEVERAL = 2
"""A workflow has a sequence from so many invocations on."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """Workflows of the same shape."""

    sequence: str
    """Steps in their order, ``A + B > C``: A and B at the same time, then C."""
    workflows: int
    share: float
    """Of all workflows looked at, as a fraction of 1."""
    succeeded: int
    """Workflows in which every run succeeded."""
    success_rate: float
    """``succeeded`` of ``workflows``, as a fraction of 1."""
    success_low: float
    """Wilson's lower bound."""
    success_high: float
    invocations: int
    """Runs in all of them, nested ones included."""
    median_ms: int | None
    """From the first start to the last end."""
    p90_ms: int | None
    cost_usd: float | None
    """Of all of them; None when no run has a known price."""
    invocations_without_price: int
    examples: list[str]
    """The newest three, by workflow id."""


def sequences(index: Index, scope: Scope, *, least: int = SEVERAL, most: int = 10) -> list[Sequence]:
    """The ``most`` common shapes of workflows with at least ``least`` invocations, the most common first."""
    return index.ask("sequences", Sequence, **scope.values(), least=least, most=most)
