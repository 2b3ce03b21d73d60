"""How surprising it is that so many of the failures fell into one place, when like is compared with like.

Runs are split into strata (by agent), because an agent that fails often and runs at night would else make the night
look bad. Within a stratum, were failures dealt out blindly, the number that fall into the place is hypergeometric
(Fisher's exact test); over strata it is the sum of such numbers, whose distribution is computed by convolution. Beyond
a variance of ``_EXACT_UP_TO``, and for what is no surprise anyway, the normal distribution with continuity correction
takes over, as in the test of Mantel and Haenszel: there it is within a tenth of the exact value down to one chance in
a thousand, and the exact one would cost seconds.
"""

from __future__ import annotations

from math import erfc, exp, lgamma, sqrt
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

_EXACT_UP_TO = 400.0
_CHEAP_UP_TO = 25.0
"""Up to this variance the exact value costs next to nothing; beyond, only what is surprising is worth it."""
_UNSURPRISING = 0.1
_NEGLIGIBLE = 1e-30


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
    def variance(self) -> float:
        """Of that number."""
        if self.runs <= 1:
            return 0.0
        elsewhere, succeeded = self.runs - self.here, self.runs - self.failed
        return self.expected * (elsewhere / self.runs) * (succeeded / (self.runs - 1))


def chance_of_as_many(observed: int, strata: Iterable[Stratum]) -> float:
    """The chance of ``observed`` or more failures in the place, were they dealt out blindly within each stratum.

    A chance below 1e-30 is given as 1e-30.
    """
    strata = list(strata)
    expected = sum(stratum.expected for stratum in strata)
    variance = sum(stratum.variance for stratum in strata)
    if variance > _CHEAP_UP_TO:
        normal = _normal_tail((observed - 0.5 - expected) / sqrt(variance))
        if variance > _EXACT_UP_TO or normal > _UNSURPRISING:
            return max(_NEGLIGIBLE, normal)
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


def _normal_tail(z: float) -> float:
    return erfc(z / sqrt(2)) / 2
