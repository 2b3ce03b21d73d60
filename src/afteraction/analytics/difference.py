"""By how much two success rates differ.

A question to the database though it reads no record, because the formulas of the intervals stand there and nowhere
else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.analytics.agents import FEW

if TYPE_CHECKING:
    from afteraction.store.index import Index


@dataclass(frozen=True, slots=True)
class Difference:
    """Two success rates and what lies between them; fractions of 1."""

    earlier_success: int
    earlier_runs: int
    later_success: int
    later_runs: int
    earlier_rate: float | None
    later_rate: float | None
    change: float | None
    """Later less earlier; None when either side has fewer than ``FEW`` runs."""
    change_low: float | None
    """Newcombe's lower bound; it is a rise only when this is above 0."""
    change_high: float | None
    """It is a fall only when this is below 0."""


def difference(index: Index, *, earlier: tuple[int, int], later: tuple[int, int]) -> Difference:
    """How much the later success rate differs from the earlier; each side is (successes, runs)."""
    return index.ask(
        "difference",
        Difference,
        earlier_success=earlier[0],
        earlier_runs=earlier[1],
        later_success=later[0],
        later_runs=later[1],
        few=FEW,
    )[0]
