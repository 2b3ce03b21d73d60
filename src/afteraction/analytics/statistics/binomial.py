"""How likely so many successes are at a known rate: the tails of the binomial distribution, exact."""

from __future__ import annotations

from math import exp, lgamma, log


def chance_of_at_least(successes: int, runs: int, rate: float) -> float:
    """The chance of ``successes`` or more in ``runs`` that each succeed with the chance ``rate``."""
    if successes <= 0 or rate >= 1:
        return 1.0
    if rate <= 0:
        return 0.0
    whole = lgamma(runs + 1)
    return min(
        1.0,
        sum(
            exp(whole - lgamma(k + 1) - lgamma(runs - k + 1) + k * log(rate) + (runs - k) * log(1 - rate))
            for k in range(successes, runs + 1)
        ),
    )
