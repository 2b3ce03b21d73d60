"""Which two agents run in the same workflows, more often than chance would have it, and how that goes.

"More often" compares with independence within each project (Fisher's exact test over strata), since agents of one
project meet anyway; "goes well" compares each agent's runs in shared workflows with its own in the others of a project.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.analytics.agents import FEW
from afteraction.analytics.statistics.false_discovery import false_discovery_rates
from afteraction.analytics.statistics.over_representation import Stratum, chance_of_as_many

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.store.index import Index


@dataclass(frozen=True, slots=True)
class PairTally:
    """What is counted of two agents; ``Pair`` says what it means."""

    agent_a: str
    agent_b: str
    workflows: int
    both_succeeded: int
    both_rate: float
    both_low: float
    both_high: float
    success_together: int
    runs_together: int
    success_apart: int
    runs_apart: int
    change: float | None
    change_low: float | None
    change_high: float | None
    a_before_b: int
    b_before_a: int
    spawned: int
    stratum_workflows: list[int]
    """Workflows of each project in which both agents ran, together or not."""
    stratum_a: list[int]
    """Of these, those with the first agent."""
    stratum_b: list[int]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two agents, the first by name first."""

    agent_a: str
    agent_b: str
    workflows: int
    """In which both ran."""
    expected: float
    """Workflows to expect with both, if neither cared about the other, project by project."""
    lift: float
    """``workflows`` over ``expected``."""
    chance: float
    """How likely so many or more are by chance (exact, one-sided, within projects); 1 when no more than expected."""
    false_discovery_rate: float
    """Share of false finds to expect among pairs with this chance or less (Benjamini and Hochberg)."""
    both_succeeded: int
    """Of those workflows, those in which every run of both succeeded."""
    both_rate: float
    """As a fraction of 1."""
    both_low: float
    """Wilson's lower bound."""
    both_high: float
    success_together: int
    """Successful runs of either in shared workflows."""
    runs_together: int
    success_apart: int
    """Successful runs of either in workflows without the other."""
    runs_apart: int
    change: float | None
    """Success rate together less apart, each agent against itself within a project, weighted by Mantel and Haenszel;
    None when either side has fewer than ``FEW`` comparable runs."""
    change_low: float | None
    """Lower bound of its 95% interval; together they do better for certain only when this is above 0."""
    change_high: float | None
    a_before_b: int
    """Workflows in which the first agent had ended when the second began."""
    b_before_a: int
    spawned: int
    """Runs of one that the other spawned."""


def pairs(index: Index, scope: Scope) -> list[Pair]:
    """All pairs that met in a workflow, the most frequent first."""
    tallies = index.ask("pairs", PairTally, **scope.values(), few=FEW)
    strata = [
        [Stratum(*counts) for counts in zip(one.stratum_workflows, one.stratum_a, one.stratum_b, strict=True)]
        for one in tallies
    ]
    expected = [sum(stratum.expected for stratum in alike) for alike in strata]
    chances = [
        chance_of_as_many(one.workflows, alike) if one.workflows > usual else 1.0
        for one, alike, usual in zip(tallies, strata, expected, strict=True)
    ]
    found = zip(tallies, expected, chances, false_discovery_rates(chances), strict=True)
    return [_judged(one, usual, chance, rate) for one, usual, chance, rate in found]


def _judged(one: PairTally, expected: float, chance: float, rate: float) -> Pair:
    return Pair(
        agent_a=one.agent_a,
        agent_b=one.agent_b,
        workflows=one.workflows,
        expected=expected,
        lift=one.workflows / expected,
        chance=chance,
        false_discovery_rate=rate,
        both_succeeded=one.both_succeeded,
        both_rate=one.both_rate,
        both_low=one.both_low,
        both_high=one.both_high,
        success_together=one.success_together,
        runs_together=one.runs_together,
        success_apart=one.success_apart,
        runs_apart=one.runs_apart,
        change=one.change,
        change_low=one.change_low,
        change_high=one.change_high,
        a_before_b=one.a_before_b,
        b_before_a=one.b_before_a,
        spawned=one.spawned,
    )
