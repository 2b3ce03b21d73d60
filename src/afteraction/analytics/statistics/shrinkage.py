"""A rate of few runs, drawn towards what is known from more, with the interval of both together.

What is known from more counts as so many runs more: the mean of a beta distribution with that prior. Its interval is
Wilson's of the counts thus made up. An agent that did three of three is then not the surest there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

_Z2 = 3.841458820694124
"""The square of the normal quantile for 95%, as in ``store/intervals.sql``."""


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A rate with its 95% interval, fractions of 1."""

    rate: float
    low: float
    high: float


def shrunk(runs: int, good: int, *, towards: float, weight: float) -> Shrunk:
    """``good`` of ``runs``, with ``weight`` runs more of the rate ``towards``; weight above 0."""
    count = runs + weight
    rate = (good + weight * towards) / count
    centre = (rate * count + _Z2 / 2) / (count + _Z2)
    reach = sqrt(_Z2 * (count * rate * (1 - rate) + _Z2 / 4)) / (count + _Z2)
    return Shrunk(rate, max(0.0, centre - reach), min(1.0, centre + reach))
