"""The weekly review: whether workflows of several agents get better, which are common, and who holds them up.

Who holds them up is told by the time an agent had on the critical path, not by all its time: an agent that works beside
a longer one delays nobody. The timelines are made from the records, so that a lake and archived days are in as well.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from afteraction.analytics.difference import Difference, difference
from afteraction.analytics.review_period import Period, span
from afteraction.analytics.sequences import SEVERAL, Sequence, sequences
from afteraction.analytics.timeline import timeline_of
from afteraction.model import WorkflowInvocation
from afteraction.moments import utc_timestamp

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.model import Status
    from afteraction.store.index import Index

_COMMON = 5


@dataclass(frozen=True, slots=True)
class WorkflowWeekSums:
    """The workflows of several agents that began in one of the two periods."""

    period: Literal["now", "before"]
    workflows: int
    succeeded: int
    """Workflows in which every run succeeded."""
    success_rate: float
    """As a fraction of 1."""
    success_low: float
    """Wilson's lower bound."""
    success_high: float
    invocations: int
    median_ms: int | None
    """From the first start to the last end."""
    p90_ms: int | None
    cost_usd: float | None
    """None when no run has a known price."""
    invocations_without_price: int


@dataclass(frozen=True, slots=True)
class WorkflowRun:
    """One run as its place in a workflow's timeline needs it; times are epoch ms."""

    workflow_id: str
    invocation_id: str
    parent_invocation_id: str | None
    agent_name: str
    status: Status
    started_at_ms: int
    ended_at_ms: int | None
    """None when nothing tells."""


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """How much of the time that workflows took is due to one agent."""

    agent_name: str
    critical_ms: int
    """Its own time on critical paths, without what it waited for below it."""
    share: float
    """Of all such time in the period, as a fraction of 1."""
    share_before: float | None
    """The same in the period before; None when no workflow ran then."""
    workflows: int
    """In which it was on the critical path."""
    longest_in: int
    """In which no other step of the critical path took longer."""


@dataclass(frozen=True, slots=True)
class WeeklyReview:
    """How efficient workflows are."""

    period: Period
    now: WorkflowWeekSums | None
    """None when no workflow of several agents began."""
    before: WorkflowWeekSums | None
    change: Difference
    """Workflows in which every run succeeded: the period against the one before."""
    combinations: list[Sequence]
    """The most common shapes."""
    bottlenecks: list[Bottleneck]
    """Those with most time on critical paths first."""


def weekly(index: Index, scope: Scope, *, now_ms: int, least: int = SEVERAL) -> WeeklyReview:
    """The last seven days against the seven before, in workflows of at least ``least`` runs."""
    at = span("weekly", scope, now_ms=now_ms)
    rows = index.ask("review_workflows", WorkflowWeekSums, **at.values(), least=least)
    now, before = (next((row for row in rows if row.period == side), None) for side in ("now", "before"))
    return WeeklyReview(
        period=at.told(),
        now=now,
        before=before,
        change=difference(index, earlier=_counts(before), later=_counts(now)),
        combinations=sequences(index, at.scope, least=least, most=_COMMON),
        bottlenecks=_bottlenecks(_runs(index, at.scope, least), _runs(index, at.earlier(), least)),
    )


def _runs(index: Index, scope: Scope, least: int) -> list[WorkflowRun]:
    return index.ask("review_runs", WorkflowRun, **scope.values(), least=least)


def _counts(sums: WorkflowWeekSums | None) -> tuple[int, int]:
    return (0, 0) if sums is None else (sums.succeeded, sums.workflows)


def _bottlenecks(runs: list[WorkflowRun], earlier: list[WorkflowRun]) -> list[Bottleneck]:
    times, workflows, longest = _critical(runs)
    times_before, _, _ = _critical(earlier)
    total, total_before = times.total(), times_before.total()
    return [
        Bottleneck(
            agent_name=agent,
            critical_ms=time,
            share=time / total if total else 0.0,
            share_before=times_before[agent] / total_before if total_before else None,
            workflows=workflows[agent],
            longest_in=longest[agent],
        )
        for agent, time in sorted(times.items(), key=lambda item: (-item[1], item[0]))
    ]


def _critical(runs: list[WorkflowRun]) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """By agent: own time on critical paths in ms, workflows with it there, workflows in which it took longest."""
    times: Counter[str] = Counter()
    workflows: Counter[str] = Counter()
    longest: Counter[str] = Counter()
    for _, members in groupby(runs, key=lambda run: run.workflow_id):
        found = timeline_of([_linked(run) for run in members])
        critical = [step for step in found.steps if step.own_ms is not None]
        for step in critical:
            times[step.agent_name] += step.own_ms or 0
        workflows.update({step.agent_name for step in critical})
        if found.bottleneck is not None:
            longest[found.bottleneck.agent_name] += 1
    return times, workflows, longest


def _linked(run: WorkflowRun) -> WorkflowInvocation:
    return WorkflowInvocation(
        invocation_id=run.invocation_id,
        parent_invocation_id=run.parent_invocation_id,
        agent_name=run.agent_name,
        status=run.status,
        started_at=utc_timestamp(run.started_at_ms),
        ended_at=None if run.ended_at_ms is None else utc_timestamp(run.ended_at_ms),
    )
