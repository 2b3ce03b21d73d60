"""Whether what agents delivered was wanted: acceptance, corrections, repetitions, and false completions.

What the user said and what was inferred are counted apart and never added up: an inference is right most of the time
(docs/acceptance.md says how often), the user always. A run without either is unknown and in no rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.store.index import Index


@dataclass(frozen=True, slots=True)
class Quality:
    """One agent's quality over a scope; rates are fractions of 1, intervals cover 95% (Wilson's), None without runs."""

    agent_name: str
    invocations: int
    success: int
    """Runs that ended well: what the rates of corrections and false completions are of."""
    explicit_accepted: int
    """The user said so, or a writer that names no source."""
    explicit_rejected: int
    explicit_rate: float | None
    """Accepted of those with an explicit word."""
    explicit_low: float | None
    explicit_high: float | None
    inferred_accepted: int
    """Concluded from what happened afterwards, see acceptance.md."""
    inferred_rejected: int
    inferred_rate: float | None
    """Accepted of those with an inference; rejections show more easily than acceptance: compare by it, no more."""
    inferred_low: float | None
    inferred_high: float | None
    unknown: int
    """Runs of which nothing tells."""
    corrected: int
    """Ended well, and the user's next prompt said that it was wrong."""
    corrected_rate: float | None
    """Of `success`."""
    corrected_low: float | None
    corrected_high: float | None
    repeated: int
    """Runs after which the same agent got a task of the same words in the same session; a retry, or a routine."""
    repeated_rate: float | None
    """Of `invocations`."""
    repeated_low: float | None
    repeated_high: float | None
    false_completions: int
    """Ended well and was rejected, explicitly or by inference: claimed to be done, and was not."""
    false_completions_explicit: int
    """How many of them the user named."""
    false_rate: float | None
    """Of `success`; a lower limit, because most of them are unknown."""
    false_low: float | None
    false_high: float | None
    mean_ms: int | None
    """Mean time at work."""
    median_ms: int | None


@dataclass(frozen=True, slots=True)
class QualityWeek:
    """One week; words as in ``Quality``."""

    week: str
    """Its Monday, UTC."""
    invocations: int
    success: int
    explicit_accepted: int
    explicit_rejected: int
    inferred_accepted: int
    inferred_rejected: int
    false_completions: int
    false_rate: float | None
    """Of `success`."""
    false_low: float | None
    false_high: float | None
    mean_ms: int | None
    """Mean time to completion."""
    median_ms: int | None


@dataclass(frozen=True, slots=True)
class RejectedGroup:
    """Runs that ended well and were rejected for one reason."""

    source: str
    """``explicit`` or ``inferred``."""
    signal: str
    """What told, see acceptance.md."""
    rejected: int
    delivered: int
    """All runs that ended well."""
    rejected_rate: float
    """Of ``delivered``, as a fraction of 1."""
    rejected_low: float
    """Wilson's lower bound."""
    rejected_high: float
    agents: list[str]
    """The agents it happened to, most often first."""
    agent_counts: list[int]
    """How often it happened to each of them."""
    first_seen_ms: int | None
    """Start of the first run, epoch ms."""
    last_seen_ms: int | None
    examples: list[str]
    """Ids of the three newest invocations."""


def quality(index: Index, scope: Scope, *, min_runs: int = 0) -> list[Quality]:
    """Acceptance, corrections, repetitions, false completions and time of each agent, the most used first."""
    return index.ask("quality", Quality, **scope.values(), min_runs=min_runs)


def quality_trend(index: Index, scope: Scope) -> list[QualityWeek]:
    """The same week by week, oldest first."""
    return index.ask("quality_trend", QualityWeek, **scope.values())


def rejected(index: Index, scope: Scope) -> list[RejectedGroup]:
    """Runs that ended well and were rejected, by who says so and by which sign, the most frequent first."""
    return index.ask("rejected", RejectedGroup, **scope.values())
