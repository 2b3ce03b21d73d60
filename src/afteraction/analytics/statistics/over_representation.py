"""How surprising it is that so many of the failures fell into one place, when like is compared with like.

Runs are split into strata (by agent), because an agent that fails often and runs at night would else make the night
look bad. Within a stratum, were failures dealt out blindly, the number that fall into the place is hypergeometric
(Fisher's exact test); over strata it is the sum of such numbers, whose distribution is computed by convolution. Beyond
a variance of ``_EXACT_UP_TO`` that would cost seconds, and the saddlepoint approximation of R. Lugannani and S. Rice
(Advances in Applied Probability 12, 1980) takes over, on the sum's first four cumulants: it is within 1% of the exact
value down to one chance in a thousand, and within a tenth down to one in a million.
"""

from __future__ import annotations

from math import erfc, exp, lgamma, pi, sqrt
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

_EXACT_UP_TO = 25.0
"""Up to this variance the exact value costs next to nothing."""
_NEGLIGIBLE = 1e-30
_STEPS = 50
"""Newton's method takes five or six to the saddlepoint, if there is one."""
_NEAR = 1e-6
_TOO_FEW = 3
"""Runs whose third and fourth cumulant are not defined; their part in a sum of a variance that matters is nothing."""


class Stratum(NamedTuple):
    """Runs that are alike but for the place."""

    runs: int
    failed: int
    here: int
    """Runs in the place."""

    @property
    def expected(self) -> float:
        """Failures in the place, were they dealt out blindly."""
        return self.failed * self.here / self.runs

    @property
    def cumulants(self) -> tuple[float, float, float, float]:
        """Of that number: mean, variance, and the third and fourth, which tell skew and heavy tails."""
        runs, failed, here = self
        if failed in (0, runs) or here in (0, runs):
            return self.expected, 0.0, 0.0, 0.0
        succeeded, elsewhere = runs - failed, runs - here
        variance = self.expected * (elsewhere / runs) * (succeeded / (runs - 1))
        if runs <= _TOO_FEW:
            return self.expected, variance, 0.0, 0.0
        third = variance * (succeeded - failed) * (elsewhere - here) / (runs * (runs - 2))
        spread = failed * succeeded * here * elsewhere
        excess = (runs - 1) * runs**2 * (runs * (runs + 1) - 6 * failed * succeeded - 6 * here * elsewhere)
        excess += 6 * spread * (5 * runs - 6)
        return self.expected, variance, third, variance**2 * excess / (spread * (runs - 2) * (runs - 3))


def chance_of_as_many(observed: int, strata: Iterable[Stratum]) -> float:
    """The chance of ``observed`` or more failures in the place, were they dealt out blindly within each stratum.

    A chance below 1e-30 is given as 1e-30.
    """
    strata = list(strata)
    cumulants = [sum(of_all) for of_all in zip(*(stratum.cumulants for stratum in strata), strict=True)]
    if cumulants[1] > _EXACT_UP_TO:
        return min(1.0, max(_NEGLIGIBLE, _saddlepoint_tail(observed, *cumulants)))
    least, chances = 0, [1.0]
    for stratum in strata:
        first, own = _hypergeometric(stratum)
        dropped, chances = _trimmed(_convolved(chances, own))
        least += first + dropped
    return min(1.0, max(_NEGLIGIBLE, sum(chances[max(observed - least, 0) :])))


def _hypergeometric(stratum: Stratum) -> tuple[int, list[float]]:
    """The least possible number of failures in the place, and the chances of it and the numbers above."""
    runs, failed, here = stratum
    least, most = max(0, failed + here - runs), min(failed, here)
    whole = _log_choose(runs, here)
    mode = min(max((failed + 1) * (here + 1) // (runs + 2), least), most)
    chances = {mode: exp(_log_choose(failed, mode) + _log_choose(runs - failed, here - mode) - whole)}
    for number in range(mode, most):
        odds = (failed - number) * (here - number) / ((number + 1) * (runs - failed - here + number + 1))
        chances[number + 1] = chances[number] * odds
        if chances[number + 1] < _NEGLIGIBLE:
            break
    for number in range(mode, least, -1):
        odds = number * (runs - failed - here + number) / ((failed - number + 1) * (here - number + 1))
        chances[number - 1] = chances[number] * odds
        if chances[number - 1] < _NEGLIGIBLE:
            break
    return min(chances), [chances[number] for number in sorted(chances)]


def _convolved(one: list[float], other: list[float]) -> list[float]:
    shorter, longer = sorted((one, other), key=len)
    total = [0.0] * (len(one) + len(other) - 1)
    for at, chance in enumerate(shorter):
        reach = slice(at, at + len(longer))
        total[reach] = [known + chance * more for known, more in zip(total[reach], longer, strict=True)]
    return total


def _trimmed(chances: list[float]) -> tuple[int, list[float]]:
    """The chances without the negligible ones at both ends, and how many fell off the lower end.

    Else the ends of all strata add up, and most of the time goes into numbers that are as good as 0.
    """
    kept = [at for at, chance in enumerate(chances) if chance >= _NEGLIGIBLE]
    return kept[0], chances[kept[0] : kept[-1] + 1]


def _log_choose(of: int, chosen: int) -> float:
    return lgamma(of + 1) - lgamma(chosen + 1) - lgamma(of - chosen + 1)


def _saddlepoint_tail(observed: int, mean: float, variance: float, third: float, fourth: float) -> float:
    """Lugannani and Rice's formula for a whole number: the chance of ``observed`` or more.

    Up to the mean the normal distribution is taken, for what is no surprise; and where four cumulants have no
    saddlepoint, far out in a tail that is lighter than the normal one: it is below one in a billion there.
    """
    above = observed - mean
    normal = _normal_tail((above - 0.5) / sqrt(variance))
    at = above / variance
    for _ in range(_STEPS):
        curvature = variance + third * at + fourth * at**2 / 2
        if curvature <= 0:
            return normal
        step = (variance * at + third * at**2 / 2 + fourth * at**3 / 6 - above) / curvature
        at -= step
        if abs(step) < _NEAR:
            break
    else:
        return normal
    generated = variance * at**2 / 2 + third * at**3 / 6 + fourth * at**4 / 24
    if at < _NEAR or generated >= at * above:
        return normal
    root = sqrt(2 * (at * above - generated))
    scaled = (1 - exp(-at)) * sqrt(curvature)
    return _normal_tail(root) + exp(-(root**2) / 2) / sqrt(2 * pi) * (1 / scaled - 1 / root)


def _normal_tail(z: float) -> float:
    return erfc(z / sqrt(2)) / 2
