"""What each page asks, by the name of its template: typed questions in, values for the template out.

Front ends ask and show; nothing is counted here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from afteraction.analytics.agent import agent_report
from afteraction.analytics.agents import agents
from afteraction.analytics.cost import cost
from afteraction.analytics.failure_clusters import failure_clusters
from afteraction.analytics.failures import Failures, failure_totals, failures
from afteraction.analytics.names import agent_names
from afteraction.analytics.pairs import pairs
from afteraction.analytics.quality import quality, quality_trend, rejected
from afteraction.analytics.recent import recent
from afteraction.analytics.sequences import sequences
from afteraction.analytics.sparklines import PARTS, sparklines
from afteraction.analytics.suggestions import suggestion
from afteraction.analytics.summary import summary
from afteraction.analytics.task_types import agent_tasks
from afteraction.analytics.trend import trend
from afteraction.analytics.usage import usage
from afteraction.analytics.workflow_trend import workflow_trend
from afteraction.errors import NotFoundError
from afteraction.moments import utc_date, utc_day
from afteraction.store.coverage import read_coverage
from afteraction.web.wording import what_changed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from afteraction.analytics.cost import CostBy
    from afteraction.analytics.edits import Edit
    from afteraction.analytics.pairs import Pair
    from afteraction.analytics.trend import Trend
    from afteraction.store.index import RecordIndex
    from afteraction.web.filters import Filters

_SEQUENCES = 15
_HOME_CLUSTERS = 5
_PAGE_ROWS = 50
_MATRIX_AGENTS = 12

Values = dict[str, Any]


def home(index: RecordIndex, filters: Filters) -> Values:
    """What changed, the leaderboard, all success over time; where failures concentrate is the next page's business."""
    clusters = failure_clusters(index, filters.scope, most=_HOME_CLUSTERS)
    told = [suggestion(one.category) for one in clusters]
    found = Failures(failure_totals(index, filters.scope), clusters, told, rejected=[], concentrations=[])
    return _front(index, filters, found)


def _front(index: RecordIndex, filters: Filters, found: Failures) -> Values:
    """What stands first, on the home page and in the report."""
    total = summary(index, filters.scope)
    rows = agents(index, filters.scope, now_ms=filters.now_ms)
    return {
        "total": total,
        "rows": rows,
        "sparks": sparklines(index, filters.scope),
        "spark_parts": PARTS,
        "changes": what_changed(rows, found.clusters[:_HOME_CLUSTERS], total),
        "found": found,
        "trend": trend(index, filters.scope, read_coverage(index.root), now_ms=filters.now_ms),
    }


def agent(index: RecordIndex, filters: Filters, name: str) -> Values:
    """One agent; NotFoundError when it never ran."""
    if name not in agent_names(index):
        raise NotFoundError(f"no agent of this name has run: {name}")
    scope = filters.of_agent(name)
    report = agent_report(index, scope, read_coverage(index.root), now_ms=filters.now_ms)
    return {
        "name": name,
        "report": report,
        "found": failures(index, scope, most=5),
        "quality": quality(index, scope),
        "tasks": agent_tasks(index, scope),
        "edited": [] if report is None else _edited(report.trend, report.edits),
    }


def _edited(over_time: Trend, edits: Sequence[Edit]) -> list[str]:
    """The buckets in which the definition was edited."""
    days = [utc_day(edit.first_run_after_ms).isoformat() for edit in edits]
    names = [bucket.bucket for bucket in over_time.buckets]
    return [max(name for name in names if name <= day) for day in days if any(name <= day for name in names)]


def failures_page(index: RecordIndex, filters: Filters) -> Values:
    """Why runs fail."""
    return {"found": failures(index, filters.scope)}


def workflows(index: RecordIndex, filters: Filters) -> Values:
    """What prompts set off."""
    return {
        "rows": sequences(index, filters.scope, most=_SEQUENCES),
        "weeks": workflow_trend(index, filters.scope),
    }


def pairs_page(index: RecordIndex, filters: Filters) -> Values:
    """Who works with whom: the matrix of the agents that meet most, and all pairs."""
    rows = pairs(index, filters.scope)
    names: list[str] = []
    for row in rows:
        names += [name for name in (row.agent_a, row.agent_b) if name not in names]
    shown = sorted(names[:_MATRIX_AGENTS])
    cells: dict[tuple[str, str], Pair] = {}
    for row in rows:
        cells[row.agent_a, row.agent_b] = cells[row.agent_b, row.agent_a] = row
    return {"rows": rows, "names": shown, "cells": cells, "left_out": len(names) - len(shown)}


def quality_page(index: RecordIndex, filters: Filters) -> Values:
    """Whether what agents delivered was wanted."""
    return {
        "rows": quality(index, filters.scope),
        "weeks": quality_trend(index, filters.scope),
        "rejected": rejected(index, filters.scope),
    }


def usage_page(index: RecordIndex, filters: Filters) -> Values:
    """Who is used, and when."""
    return {"found": usage(index, filters.scope)}


def cost_page(index: RecordIndex, filters: Filters) -> Values:
    """What it cost."""
    total = summary(index, filters.scope)
    days = 0 if total.days is None else total.days
    by: CostBy = "day" if days <= 62 else "week" if days <= 400 else "month"  # noqa: PLR2004 - what is still read as columns
    return {
        "total": total,
        "by": by,
        "over_time": sorted(cost(index, filters.scope, by=by), key=lambda row: row.part or ""),
        "parts_of": {of: cost(index, filters.scope, by=of) for of in ("agent", "model", "project")},
    }


def invocations(index: RecordIndex, filters: Filters, page: int) -> Values:
    """A page of the newest runs."""
    rows = recent(index, filters.scope, most=_PAGE_ROWS * page + 1)
    shown = rows[_PAGE_ROWS * (page - 1) :]
    return {"rows": shown[:_PAGE_ROWS], "page": page, "more": len(shown) > _PAGE_ROWS}


def report(index: RecordIndex, filters: Filters) -> Values:
    """Everything that the one-file report shows."""
    return {
        **_front(index, filters, failures(index, filters.scope)),
        "sequences": sequences(index, filters.scope, most=_SEQUENCES),
        "pairs": pairs(index, filters.scope),
        "costs": cost(index, filters.scope),
        "made": utc_date(filters.now_ms),
        "since": None if filters.scope.since_ms is None else utc_date(filters.scope.since_ms),
    }
