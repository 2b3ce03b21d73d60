"""Whether workflows of several agents get better: week by week, and the later half against the earlier.

A half is half of the weeks between the first and the last workflow, as in ``trend``, so that a busy week does not move
the middle.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from afteraction.analytics.difference import Difference, difference
from afteraction.analytics.sequences import SEVERAL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from afteraction.analytics.scope import Scope
    from afteraction.store.index import Index


@dataclass(frozen=True, slots=True)
class WorkflowWeek:
    """The workflows that began in one week."""

    week: str
    """Its Monday, UTC."""
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
    cost_usd: float | None
    """None when no run has a known price."""
    invocations_without_price: int


@dataclass(frozen=True, slots=True)
class WorkflowTrend:
    """Workflows over time."""

    weeks: list[WorkflowWeek]
    middle: str | None
    """The Monday with which the later half begins; None with workflows in fewer than two weeks."""
    halves: Difference
    """The later half against the earlier, in workflows."""


def workflow_trend(index: Index, scope: Scope, *, least: int = SEVERAL) -> WorkflowTrend:
    """Workflows of at least ``least`` invocations over time."""
    weeks = index.ask("workflow_trend", WorkflowWeek, **scope.values(), least=least)
    middle = _middle(weeks)
    earlier, later = ([one for one in weeks if (one.week >= middle) is half] for half in (False, True))
    return WorkflowTrend(
        weeks=weeks,
        middle=middle if len(weeks) > 1 else None,
        halves=difference(index, earlier=_sums(earlier), later=_sums(later)),
    )


def _middle(weeks: list[WorkflowWeek]) -> str:
    if not weeks:
        return ""
    first, last = date.fromisoformat(weeks[0].week), date.fromisoformat(weeks[-1].week)
    apart = (last - first).days // 7
    return (first + timedelta(weeks=(apart + 1) // 2)).isoformat()


def _sums(weeks: Iterable[WorkflowWeek]) -> tuple[int, int]:
    found = list(weeks)
    return sum(one.succeeded for one in found), sum(one.workflows for one in found)
