"""Which agents to retire: those that fail more often than not for certain, and who does their tasks better.

Made of the leaderboard and of success by type of task. Few runs retire nobody, and without another agent that did the
same type of task often enough there is a candidate without a substitute, not a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.analytics.agents import FEW, agents
from afteraction.analytics.task_types import AgentTask, agent_tasks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from afteraction.analytics.scope import Scope
    from afteraction.store.index import Index

BELOW = 0.5
"""An agent is a candidate when the upper bound of its success lies below this."""


@dataclass(frozen=True, slots=True)
class Retirement:
    """One agent that could go; rates are fractions of 1."""

    agent_name: str
    invocations: int
    success: int
    success_rate: float
    success_low: float
    """Wilson's lower bound."""
    success_high: float
    cost_usd: float | None
    """What it has cost; None when no run has a known price."""
    task_type: str | None
    """What it is asked to do most often."""
    substitute: str | None
    """Who does that with a lower bound above this agent's upper bound, with at least ``FEW`` runs; the best of them."""
    substitute_runs: int | None
    """Its runs of that type."""
    substitute_low: float | None
    substitute_high: float | None


def retirements(index: Index, scope: Scope, *, now_ms: int) -> tuple[list[Retirement], int]:
    """The candidates, the worst first, and how many agents have too few runs to be one."""
    rows = agents(index, scope, now_ms=now_ms)
    tasks = agent_tasks(index, scope)
    found = []
    for row in rows:
        if row.invocations < FEW or row.success_high >= BELOW:
            continue
        usual = max((one for one in tasks if one.agent_name == row.agent_name), key=lambda one: one.invocations)
        better = _substitute(tasks, usual, row.success_high)
        found.append(
            Retirement(
                agent_name=row.agent_name,
                invocations=row.invocations,
                success=row.success,
                success_rate=row.success_rate,
                success_low=row.success_low,
                success_high=row.success_high,
                cost_usd=row.cost_usd,
                task_type=usual.task_type,
                substitute=better.agent_name if better else None,
                substitute_runs=better.invocations if better else None,
                substitute_low=better.success_low if better else None,
                substitute_high=better.success_high if better else None,
            )
        )
    found.sort(key=lambda one: (one.success_high, one.agent_name))
    return found, sum(row.invocations < FEW for row in rows)


def _substitute(tasks: Sequence[AgentTask], usual: AgentTask, above: float) -> AgentTask | None:
    others = [
        one for one in tasks
        if one.task_type == usual.task_type and one.agent_name != usual.agent_name
        and one.invocations >= FEW and one.success_low > above
    ]  # fmt: skip
    return max(others, key=lambda one: (one.success_low, one.agent_name), default=None)
