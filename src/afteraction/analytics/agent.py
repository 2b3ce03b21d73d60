"""One agent: how it does now and over time, what its edits did, why it fails, on what it runs.

Put together from questions that other reports ask too, so that no two of them can disagree about an agent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.analytics.agents import Agent, agents
from afteraction.analytics.breakdown import Slice, breakdown
from afteraction.analytics.compare import Comparison, compare_versions
from afteraction.analytics.edits import Edit, edits
from afteraction.analytics.recent import RecentRun, recent
from afteraction.analytics.trend import By, Trend, trend
from afteraction.store.later import Later

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.store.coverage import Coverage
    from afteraction.store.index import Index

_RECENT_RUNS = 5


@dataclass(frozen=True, slots=True)
class AgentReport:
    """Everything about one agent in a scope."""

    agent: Agent
    trend: Trend
    edits: list[Edit]
    """Oldest first."""
    versions: list[Comparison]
    """What changed with each of ``edits``, in the same order: time, cost and acceptance too, and like with like."""
    slices: list[Slice]
    """All runs, then by model, project, agent version, type of task and outcome."""
    recent: list[RecentRun]
    """Newest first."""


def agent_report(
    index: Index, scope: Scope, coverage: Coverage, *, now_ms: int, by: By | None = None
) -> AgentReport | None:
    """Everything about the agent that ``scope`` names; None when it has no run in the scope."""
    slices = Later(index, lambda beside: breakdown(beside, scope))
    over_time = Later(index, lambda beside: trend(beside, scope, coverage, now_ms=now_ms, by=by))
    newest = Later(index, lambda beside: recent(beside, scope, most=_RECENT_RUNS))
    rows = agents(index, scope, now_ms=now_ms)
    if not rows:
        return None
    found = edits(index, scope)
    return AgentReport(
        agent=rows[0],
        trend=over_time.get(),
        edits=found,
        versions=[compare_versions(index, scope, edit) for edit in found],
        slices=slices.get(),
        recent=newest.get(),
    )
