"""Which words of a task tell beforehand that an agent will succeed or fail.

Each agent is compared with itself: its runs with the word against its runs without (Fisher's exact test, both ways).
Hundreds of words are looked at, so each find carries the share of false ones to expect among those as surprising.
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
class WordTally:
    """What is counted of a word in the tasks of one agent."""

    agent_name: str
    word: str
    """In lower case."""
    runs: int
    """Runs of the agent whose task has the word."""
    success: int
    """Of these, those that succeeded."""
    agent_runs: int
    """Runs of the agent that have a task description at all."""
    agent_success: int
    success_rate: float
    """With the word, as a fraction of 1."""
    success_low: float
    """Wilson's lower bound."""
    success_high: float


@dataclass(frozen=True, slots=True)
class Word:
    """A word, and how surprising it is that its runs end as they do."""

    tally: WordTally
    rate_without: float
    """Success rate of the agent's runs without the word."""
    chance: float
    """How likely a difference at least so great, in either direction, is by chance (exact, twice the one-sided)."""
    false_discovery_rate: float
    """Share of false finds to expect among words with this chance or less (Benjamini and Hochberg)."""


def words(index: Index, scope: Scope) -> list[Word]:
    """All words that can be compared; the most surprising first."""
    tallies = index.ask("words", WordTally, **scope.values(), few=FEW)
    chances = [_chance(one) for one in tallies]
    found = [
        Word(one, (one.agent_success - one.success) / (one.agent_runs - one.runs), chance, rate)
        for one, chance, rate in zip(tallies, chances, false_discovery_rates(chances), strict=True)
    ]
    return sorted(found, key=lambda one: (one.chance, one.tally.agent_name, one.tally.word))


def _chance(one: WordTally) -> float:
    failed, agent_failed = one.runs - one.success, one.agent_runs - one.agent_success
    better = chance_of_as_many(one.success, [Stratum(one.agent_runs, one.agent_success, one.runs)])
    worse = chance_of_as_many(failed, [Stratum(one.agent_runs, agent_failed, one.runs)])
    return min(1.0, 2 * min(better, worse))
