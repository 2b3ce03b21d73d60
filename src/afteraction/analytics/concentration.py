"""Where failures fall more often than chance would have it: by hour, project, model, version, concurrency.

SQL counts, and Python judges, because a convolution of hypergeometric distributions has no closed form. Many places
are looked at, so each find carries the share of false ones to expect among those at least as surprising; a place that
has no more failures than expected is one of the tests, and its chance is 1 without being computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from afteraction.analytics.agents import FEW
from afteraction.analytics.failure_clusters import MOST
from afteraction.analytics.statistics.false_discovery import false_discovery_rates
from afteraction.analytics.statistics.over_representation import Stratum, chance_of_as_many

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.store.index import Index

FALSE_FINDS = 0.05
"""A concentration is called one when at most this share of such finds is expected to be false."""

Circumstance = Literal[
    "agent", "agent version", "client version", "concurrency", "hour", "model", "project", "task type", "weekday"
]


@dataclass(frozen=True, slots=True)
class FailureTally:
    """How many runs and failures a place has, in all and for each stratum of comparable runs."""

    cluster: int
    circumstance: Circumstance
    place: str
    runs: int
    failed: int
    failure_rate: float
    failure_low: float
    failure_high: float
    stratum_runs: list[int]
    """Runs of each stratum, wherever they fell."""
    stratum_failed: list[int]
    """Failures of each stratum, wherever they fell."""
    stratum_here: list[int]
    """Runs of each stratum in this place."""


@dataclass(frozen=True, slots=True)
class Concentration:
    """How the failures of a cluster, or all of them, fall into one place."""

    cluster: int
    """0 is all failures, else the number of the cluster."""
    circumstance: Circumstance
    place: str
    """Its value: an hour 0 to 23 and a weekday 1 (Monday) to 7 are UTC; a version is an agent's name and the first 12
    digits of its definition's sha256; concurrency is how many agents ran when it started, itself included."""
    runs: int
    """All runs in this place."""
    failed: int
    """Failures of the cluster in this place."""
    failure_rate: float
    """``failed`` of ``runs``, as a fraction of 1."""
    failure_low: float
    """Wilson's lower bound."""
    failure_high: float
    expected: float
    """Failures to expect here if each agent failed as often here as elsewhere."""
    lift: float
    """``failed`` over ``expected``."""
    chance: float
    """How likely so many or more are by chance (exact, one-sided, within agents); 1 when no more than expected."""
    false_discovery_rate: float
    """Share of false finds to expect among those with this chance or less (Benjamini and Hochberg)."""


def concentrations(index: Index, scope: Scope, *, most: int = MOST) -> list[Concentration]:
    """All failures and each of the ``most`` frequent clusters in every place; the most surprising first."""
    tallies = index.ask("concentration", FailureTally, **scope.values(), few=FEW, most=most)
    strata = [
        [Stratum(*counts) for counts in zip(one.stratum_runs, one.stratum_failed, one.stratum_here, strict=True)]
        for one in tallies
    ]
    expected = [sum(stratum.expected for stratum in alike) for alike in strata]
    chances = [
        chance_of_as_many(one.failed, alike) if one.failed > usual else 1.0
        for one, alike, usual in zip(tallies, strata, expected, strict=True)
    ]
    rates = false_discovery_rates(chances)
    found = [
        _judged(one, usual, chance, rate)
        for one, usual, chance, rate in zip(tallies, expected, chances, rates, strict=True)
    ]
    return sorted(found, key=lambda one: (one.cluster, one.chance, -one.lift, one.circumstance, one.place))


def _judged(one: FailureTally, expected: float, chance: float, rate: float) -> Concentration:
    return Concentration(
        cluster=one.cluster,
        circumstance=one.circumstance,
        place=one.place,
        runs=one.runs,
        failed=one.failed,
        failure_rate=one.failure_rate,
        failure_low=one.failure_low,
        failure_high=one.failure_high,
        expected=expected,
        lift=one.failed / expected,
        chance=chance,
        false_discovery_rate=rate,
    )
