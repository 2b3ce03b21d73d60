"""The weekly review: who holds workflows up, and whether they get better."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from afteraction.analytics.review_week import WeeklyReview, weekly
from afteraction.analytics.scope import Scope
from afteraction.moments import DAY_MS
from afteraction.paths import Root
from afteraction.store.index import open_index
from tests.records import NOW_MS, invocation, write_records

if TYPE_CHECKING:
    from pathlib import Path

    from afteraction.model import Status

MINUTE_MS = 60_000


def put(root: Path, number: int, *plan: tuple[str, int, int], days_ago: int = 3, status: Status = "success") -> None:
    """A workflow of (agent, start minute, end minute), all of the top level; ``status`` is the last one's."""
    for at, (agent, start, end) in enumerate(plan):
        record = invocation(
            number * 10 + at, agent=agent, status=status if at == len(plan) - 1 else "success",
            started_ms=NOW_MS - days_ago * DAY_MS + start * MINUTE_MS, took_ms=(end - start) * MINUTE_MS,
            workflow_id=f"wf-20251001-{number:08x}",
        )  # fmt: skip
        write_records(root, record)


def ask(root: Path, scope: Scope | None = None) -> WeeklyReview:
    return weekly(open_index(Root(root)), scope or Scope(), now_ms=NOW_MS)


def test_who_works_beside_a_longer_one_holds_nothing_up(tmp_path: Path) -> None:
    """By hand: slow is on the path for 20 minutes, last for 10, quick for none though it worked for 15."""
    put(tmp_path, 1, ("slow", 0, 20), ("quick", 0, 15), ("last", 20, 30))
    put(tmp_path, 2, ("slow", 0, 10), ("last", 10, 40), days_ago=10)

    found = ask(tmp_path).bottlenecks

    assert [(row.agent_name, row.critical_ms, row.workflows, row.longest_in) for row in found] == [
        ("slow", 20 * MINUTE_MS, 1, 1), ("last", 10 * MINUTE_MS, 1, 0),
    ]  # fmt: skip
    assert [row.share for row in found] == pytest.approx([2 / 3, 1 / 3])
    assert [row.share_before for row in found] == pytest.approx([1 / 4, 3 / 4])


def test_better_workflows_are_seen_and_told_with_their_interval(tmp_path: Path) -> None:
    """Thirty workflows of which a third succeeded, then thirty that all did: a rise for certain."""
    for number in range(30):
        put(tmp_path, number, ("a", 0, 1), ("b", 1, 2), days_ago=10, status="success" if number % 3 else "failure")
        put(tmp_path, 100 + number, ("a", 0, 1), ("b", 1, 2))

    found = ask(tmp_path)

    assert found.now is not None
    assert found.before is not None
    assert (found.now.succeeded, found.now.workflows, found.before.succeeded, found.before.workflows) == (
        30,
        30,
        20,
        30,
    )
    assert found.change.change == pytest.approx(1 / 3)
    assert found.change.change_low is not None
    assert found.change.change_low > 0
    assert [(row.sequence, row.workflows) for row in found.combinations] == [("a > b", 30)]


def test_a_single_run_is_no_workflow_of_several(tmp_path: Path) -> None:
    """Where no agents worked together there is nothing to say, of neither week."""
    put(tmp_path, 1, ("alone", 0, 5))

    found = ask(tmp_path)

    assert (found.now, found.before, found.combinations, found.bottlenecks) == (None, None, [], [])
    assert found.change.change is None


def test_the_first_week_has_no_share_before(tmp_path: Path) -> None:
    """Unknown and not 0: nobody can have got worse."""
    put(tmp_path, 1, ("a", 0, 5), ("b", 5, 7))

    assert [row.share_before for row in ask(tmp_path).bottlenecks] == [None, None]
