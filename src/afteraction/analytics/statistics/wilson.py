"""Wilson's interval outside SQL, for counts that do not come from records."""

from __future__ import annotations

from math import sqrt

_Z2 = 3.841458820694124
"""The square of the normal distribution's 97.5% point."""


def wilson(successes: int, runs: int) -> tuple[float, float]:
    """The 95% interval of a rate, as ``intervals.sql`` draws it; 0 to 1 without runs."""
    if runs == 0:
        return 0.0, 1.0
    centre = (successes + _Z2 / 2) / (runs + _Z2)
    reach = sqrt(_Z2) * sqrt(successes * (runs - successes) / runs + _Z2 / 4) / (runs + _Z2)
    return max(0.0, centre - reach), min(1.0, centre + reach)
