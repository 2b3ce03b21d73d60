"""What an applied change did is counted on both sides of it, and called certain only when it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from statsmodels.stats.proportion import confint_proportions_2indep  # type: ignore[import-untyped]

from afteraction.analytics.rule_effect import rule_effect
from afteraction.learning.effect import effects
from afteraction.learning.proposal import Proposal
from afteraction.learning.rules_state import Applied, Memory
from afteraction.moments import DAY_MS, utc_timestamp
from afteraction.paths import Root
from afteraction.store.index import open_index
from tests.records import NOW_MS, full_metadata, invocation, write_records

if TYPE_CHECKING:
    from pathlib import Path

    from afteraction.model import Invocation, Status

APPLIED_MS = NOW_MS - 40 * DAY_MS


def runs(first: int, at_ms: int, good: int, bad: int, *, accepted: bool | None = None) -> list[Invocation]:
    statuses: list[Status] = ["success" if n < good else "failure" for n in range(good + bad)]
    return [
        invocation(
            first + n, agent="alpha", status=status, started_ms=at_ms + n * 1000, metadata=full_metadata(status),
            user_accepted=accepted,
        )
        for n, status in enumerate(statuses)
    ]  # fmt: skip


def applied(*agents: str, undone_at: str | None = None) -> Applied:
    change = [
        Proposal(agent, "threshold", before=0.7, after=0.8, reason="made up", n=40, rate=0.5, low=0.4, high=0.6)
        for agent in agents
    ]
    return Applied(
        at=utc_timestamp(APPLIED_MS), before="a", after="b", backup="c", proposals=tuple(change), undone_at=undone_at
    )


def test_both_sides_are_counted_and_compared(tmp_path: Path) -> None:
    """Before is as long as after; older runs and other agents' do not count."""
    write_records(
        tmp_path,
        *runs(0, APPLIED_MS - 81 * DAY_MS, 50, 0),
        *runs(100, APPLIED_MS - 39 * DAY_MS, 10, 20, accepted=False),
        *runs(200, APPLIED_MS, 27, 3, accepted=True),
        invocation(900, agent="beta", started_ms=APPLIED_MS - DAY_MS),
    )
    (found,) = effects(open_index(Root(tmp_path)), Memory(applied=(applied("alpha"),)), now_ms=NOW_MS)

    counted = found.measured
    assert (counted.runs_before, counted.success_before, counted.runs_after, counted.success_after) == (30, 10, 30, 27)
    assert counted.change == pytest.approx(17 / 30)
    low, high = confint_proportions_2indep(27, 30, 10, 30, method="newcomb")
    assert [counted.change_low, counted.change_high] == pytest.approx([low, high])
    assert (counted.accepted_before, counted.judged_before) == (0, 30)
    assert counted.accepted_change == 1.0


def test_few_runs_are_counted_and_not_compared(tmp_path: Path) -> None:
    """Nine runs afterwards are no effect, an agent that never ran has none at all."""
    write_records(tmp_path, *runs(0, APPLIED_MS - DAY_MS, 20, 0), *runs(100, APPLIED_MS, 0, 9))
    found = effects(open_index(Root(tmp_path)), Memory(applied=(applied("alpha", "never"),)), now_ms=NOW_MS)

    assert [(one.agent, one.measured.runs_after, one.measured.change) for one in found] == [
        ("alpha", 9, None), ("never", 0, None),
    ]  # fmt: skip


def test_a_change_that_was_undone_is_measured_up_to_then(tmp_path: Path) -> None:
    """What came after the undo is not its doing; before is four weeks at least."""
    write_records(
        tmp_path,
        *runs(0, APPLIED_MS - 27 * DAY_MS, 12, 0),
        *runs(100, APPLIED_MS, 0, 12),
        *runs(200, APPLIED_MS + 2 * DAY_MS, 30, 0),
    )
    memory = Memory(applied=(applied("alpha", undone_at=utc_timestamp(APPLIED_MS + DAY_MS)),))
    index = open_index(Root(tmp_path))
    (found,) = effects(index, memory, now_ms=NOW_MS)

    assert found.measured == rule_effect(index, "alpha", at_ms=APPLIED_MS, until_ms=APPLIED_MS + DAY_MS)
    assert (found.measured.runs_before, found.measured.runs_after, found.measured.change) == (12, 12, -1.0)
