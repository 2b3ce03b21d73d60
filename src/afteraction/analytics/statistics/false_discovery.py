"""Which of many tests to believe: the method of Benjamini and Hochberg (1995).

Each test gets the share of false finds to expect among it and all more surprising ones, rather than a yes or no, so
that a report can show how far a find is from the line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def false_discovery_rates(chances: Sequence[float]) -> list[float]:
    """The adjusted p-value of each p-value, in the given order."""
    rates = [1.0] * len(chances)
    least = 1.0
    by_chance = sorted(range(len(chances)), key=chances.__getitem__, reverse=True)
    for rank, at in zip(range(len(chances), 0, -1), by_chance, strict=True):
        least = min(least, chances[at] * len(chances) / rank)
        rates[at] = least
    return rates
