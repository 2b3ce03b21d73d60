"""Where a success rate changed: the cheapest way to cut a series into stretches of one rate each.

PELT (Killick, Fearnhead and Eckley, 2012) finds the best of all ways exactly and drops on the way every cut that can
never be the last one again. A stretch costs twice its negative log-likelihood; a cut costs twice the logarithm of the
number of runs, which is what BIC charges for its place and its rate. So priced, one steady history in eighteen is cut
at all with two or three runs a day over four weeks, one in a hundred with ten or more (simulated). Three times the
logarithm cut almost none, and missed a fall from 90% to 60% over 40 runs each.
"""

from __future__ import annotations

import itertools
from math import log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_PENALTY_PER_LOG = 2.0


def change_points(successes: Sequence[int], runs: Sequence[int]) -> list[int]:
    """Positions in the series at which a stretch of another success rate begins, without the first; ascending.

    ``successes[i]`` of ``runs[i]`` succeeded in bucket ``i``; buckets without runs are allowed and never begin one.
    """
    kept = [at for at, count in enumerate(runs) if count]
    cuts = _cheapest([successes[at] for at in kept], [runs[at] for at in kept])
    return [kept[cut] for cut in cuts]


def _cheapest(successes: list[int], runs: list[int]) -> list[int]:
    won = [0, *itertools.accumulate(successes)]
    total = [0, *itertools.accumulate(runs)]
    penalty = _PENALTY_PER_LOG * log(max(total[-1], 1))
    best = [-penalty]
    before = [0]
    candidates = [0]
    for end in range(1, len(total)):
        costs = [best[at] + _deviance(won[end] - won[at], total[end] - total[at]) for at in candidates]
        cheapest = min(range(len(costs)), key=costs.__getitem__)
        best.append(costs[cheapest] + penalty)
        before.append(candidates[cheapest])
        candidates = [at for at, cost in zip(candidates, costs, strict=True) if cost <= best[end]]
        candidates.append(end)
    cuts = []
    at = before[-1]
    while at > 0:
        cuts.append(at)
        at = before[at]
    return cuts[::-1]


def _deviance(successes: int, runs: int) -> float:
    """Twice the negative log-likelihood of a stretch at its own rate."""
    failures = runs - successes
    value = 0.0
    if successes:
        value -= successes * log(successes / runs)
    if failures:
        value -= failures * log(failures / runs)
    return 2 * value
