"""What runs cost: sums that leave nothing out, and prices of successes that count what failed."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, get_args

import pytest

from afteraction.analytics.cost import Cost, CostBy, cost
from afteraction.analytics.scope import Scope
from afteraction.paths import Root
from afteraction.store.index import open_index
from tests.analytics.varied import failed, start_ms, varied_history
from tests.records import full_metadata, invocation, write_records

if TYPE_CHECKING:
    from pathlib import Path

    from afteraction.model import Invocation


def ask(root: Path, by: CostBy, scope: Scope | None = None) -> list[Cost]:
    return cost(open_index(Root(root)), scope or Scope(), by=by)


def part_of(record: Invocation, by: CostBy) -> str | None:
    """Which part a record belongs to, told from the record alone."""
    if by in ("agent", "model", "project"):
        return {"agent": record.agent_name, "model": record.metadata.model, "project": record.metadata.project}[by]
    day = datetime.fromtimestamp(start_ms(record) / 1000, UTC).date()
    if by == "week":
        day -= timedelta(days=day.weekday())
    return (day.replace(day=1) if by == "month" else day).isoformat()


@pytest.mark.parametrize("by", get_args(CostBy))
def test_every_part_is_the_sum_of_its_runs(tmp_path: Path, by: CostBy) -> None:
    """Counted one by one: runs, successes, dollars, tokens, and what is not known."""
    records = varied_history(300)
    write_records(tmp_path, *records)
    parts: dict[str | None, list[Invocation]] = defaultdict(list)
    for record in records:
        parts[part_of(record, by)].append(record)

    found = ask(tmp_path, by)

    assert {row.part for row in found} == set(parts)
    whole = sum(record.metadata.cost_usd or 0 for record in records)
    for row in found:
        of = parts[row.part]
        priced = [record for record in of if record.metadata.cost_usd is not None]
        dollars = sum(record.metadata.cost_usd or 0 for record in priced)
        good = sum(not failed(record) for record in priced)
        assert (row.invocations, row.success) == (len(of), sum(not failed(record) for record in of))
        assert row.invocations_without_price == len(of) - len(priced)
        if priced:
            assert row.cost_usd == pytest.approx(dollars, abs=1e-5)
            assert row.cost_share == pytest.approx(dollars / whole, abs=1e-6)
        assert row.cost_per_success == (pytest.approx(dollars / good, abs=1e-5) if good else None)
        assert row.tokens_input == sum(1_200 for record in of if record.metadata.tokens)
    times = [row.part for row in found]
    assert times == sorted(times, key=str) if by in ("day", "week", "month") else True
    dollars_in_order = [row.cost_usd or 0 for row in found]
    assert dollars_in_order == sorted(dollars_in_order, reverse=True) if by == "agent" else True


def test_an_unknown_price_is_no_price(tmp_path: Path) -> None:
    """Unknown is unknown and never 0: neither dollars nor a share, and the run is counted as without price."""
    write_records(tmp_path, invocation(1, metadata=full_metadata(cost_usd=None, tokens=None)))

    [row] = ask(tmp_path, "agent")

    assert (row.cost_usd, row.cost_share, row.cost_per_success) == (None, None, None)
    assert (row.invocations_without_price, row.invocations_without_tokens, row.tokens_input) == (1, 1, None)


def test_the_filters_hold(tmp_path: Path) -> None:
    """A scope cuts what is summed, not only what is shown."""
    records = varied_history(200)
    write_records(tmp_path, *records)

    found = ask(tmp_path, "model", Scope(agent="Explore", project="shop"))

    of = [r for r in records if r.agent_name == "Explore" and r.metadata.project == "/home/user/shop"]
    assert sum(row.invocations for row in found) == len(of)
