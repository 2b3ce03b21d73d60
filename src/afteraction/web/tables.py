"""Every table of the site as rows, for its JSON and CSV links: the same rows as the command line gives."""

from __future__ import annotations

from io import BytesIO, TextIOWrapper
from typing import TYPE_CHECKING

from afteraction.analytics.agents import Agent, agents
from afteraction.analytics.breakdown import Slice, breakdown
from afteraction.analytics.concentration import Concentration, concentrations
from afteraction.analytics.cost import Cost, cost
from afteraction.analytics.edits import Edit, edits
from afteraction.analytics.failure_clusters import FailureCluster, failure_clusters
from afteraction.analytics.pairs import Pair, pairs
from afteraction.analytics.quality import Quality, QualityWeek, RejectedGroup, quality, quality_trend, rejected
from afteraction.analytics.recent import RecentRun, recent
from afteraction.analytics.sequences import Sequence as Steps
from afteraction.analytics.sequences import sequences
from afteraction.analytics.task_types import AgentTask, agent_tasks
from afteraction.analytics.trend import TrendBucket, trend
from afteraction.analytics.usage import AgentUsage, BusyHour, usage
from afteraction.analytics.workflow_trend import WorkflowWeek, workflow_trend
from afteraction.output.tabular import write_csv, write_json
from afteraction.store.coverage import read_coverage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from _typeshed import DataclassInstance

    from afteraction.store.index import RecordIndex
    from afteraction.web.filters import Filters

    Ask = Callable[[RecordIndex, Filters], Sequence[DataclassInstance]]

MOST_RUNS = 10_000
"""So many of the newest runs a download holds; 'afteraction export' gives all."""


def _trend(index: RecordIndex, filters: Filters) -> list[TrendBucket]:
    return trend(index, filters.scope, read_coverage(index.root), now_ms=filters.now_ms).buckets


TABLES: dict[str, tuple[type[DataclassInstance], Ask]] = {
    "agents": (Agent, lambda index, of: agents(index, of.scope, now_ms=of.now_ms)),
    "breakdown": (Slice, lambda index, of: breakdown(index, of.scope)),
    "concentrations": (Concentration, lambda index, of: concentrations(index, of.scope)),
    "cost-by-agent": (Cost, lambda index, of: cost(index, of.scope, by="agent")),
    "cost-by-day": (Cost, lambda index, of: cost(index, of.scope, by="day")),
    "cost-by-month": (Cost, lambda index, of: cost(index, of.scope, by="month")),
    "cost-by-model": (Cost, lambda index, of: cost(index, of.scope, by="model")),
    "cost-by-project": (Cost, lambda index, of: cost(index, of.scope, by="project")),
    "cost-by-week": (Cost, lambda index, of: cost(index, of.scope, by="week")),
    "edits": (Edit, lambda index, of: edits(index, of.scope)),
    "failures": (FailureCluster, lambda index, of: failure_clusters(index, of.scope)),
    "hours": (BusyHour, lambda index, of: usage(index, of.scope).hours),
    "invocations": (RecentRun, lambda index, of: recent(index, of.scope, most=MOST_RUNS)),
    "pairs": (Pair, lambda index, of: pairs(index, of.scope)),
    "quality": (Quality, lambda index, of: quality(index, of.scope)),
    "quality-weeks": (QualityWeek, lambda index, of: quality_trend(index, of.scope)),
    "rejected": (RejectedGroup, lambda index, of: rejected(index, of.scope)),
    "sequences": (Steps, lambda index, of: sequences(index, of.scope)),
    "task-types": (AgentTask, lambda index, of: agent_tasks(index, of.scope)),
    "trend": (TrendBucket, _trend),
    "usage": (AgentUsage, lambda index, of: usage(index, of.scope).agents),
    "workflow-weeks": (WorkflowWeek, lambda index, of: workflow_trend(index, of.scope).weeks),
}
"""Name in the URL → the type of a row, and how it is asked."""


def as_json(rows: Sequence[DataclassInstance]) -> bytes:
    """The rows as ``--json`` writes them."""
    stream = TextIOWrapper(BytesIO(), "utf-8", write_through=True)
    write_json(rows, stream)
    return _written(stream)


def as_csv(rows: Sequence[DataclassInstance], row_type: type[DataclassInstance]) -> bytes:
    """The rows as ``--csv`` writes them."""
    stream = TextIOWrapper(BytesIO(), "utf-8", write_through=True)
    write_csv(rows, row_type, stream)
    return _written(stream)


def _written(stream: TextIOWrapper) -> bytes:
    buffer = stream.detach()
    assert isinstance(buffer, BytesIO)  # noqa: S101 - it was made above
    return buffer.getvalue()
