"""Agents by type of task, held against a count without SQL."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from afteraction.analytics.scope import Scope
from afteraction.analytics.task_types import agent_tasks
from afteraction.paths import Root
from afteraction.store.index import open_index
from tests.analytics.counted import cost, quantile, rate_with_interval
from tests.analytics.varied import counts, varied_history
from tests.records import write_records

if TYPE_CHECKING:
    from pathlib import Path


def test_every_agent_at_every_type_is_the_sum_of_its_runs(tmp_path: Path) -> None:
    """A cell holds the runs of that agent at that type, all of them and no others."""
    records = varied_history()
    write_records(tmp_path, *records)

    rows = agent_tasks(open_index(Root(tmp_path)), Scope())

    assert sum(row.invocations for row in rows) == len(records)
    for row in rows:
        runs = [one for one in records if (one.metadata.task_type, one.agent_name) == (row.task_type, row.agent_name)]
        assert (row.success, row.invocations) == counts(runs)
        assert (row.failure, row.partial) == tuple(
            sum(one.status == status for one in runs) for status in ("failure", "partial")
        )
        assert (row.success_rate, row.success_low, row.success_high) == rate_with_interval(*counts(runs))
        assert row.median_ms == quantile(runs, 0.5)
        assert (row.cost_usd, row.cost_per_success, row.invocations_without_price) == cost(runs)


def test_the_most_frequent_type_comes_first_and_in_it_the_surest_agent(tmp_path: Path) -> None:
    """People look for the task they have most, and for the agent that is good at it for certain."""
    write_records(tmp_path, *varied_history())

    rows = agent_tasks(open_index(Root(tmp_path)), Scope(), min_runs=5)

    blocks = [list(block) for _, block in groupby(rows, key=lambda row: row.task_type)]
    assert len(blocks) == len({row.task_type for row in rows}) == 3
    sums = [sum(row.invocations for row in block) for block in blocks]
    assert sums == sorted(sums, reverse=True)
    for block in blocks:
        assert [row.success_low for row in block] == sorted((row.success_low for row in block), reverse=True)
    assert min(row.invocations for row in rows) >= 5
