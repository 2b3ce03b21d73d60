"""What the live view asks of the past: how long each agent usually takes, and what today came to.

Asked again only when something has ended, because nothing else changes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.analytics.agents import agents
from afteraction.analytics.failures import failure_totals
from afteraction.analytics.scope import Scope
from afteraction.analytics.summary import summary
from afteraction.moments import DAY_MS, utc_date
from afteraction.store.index import open_index

if TYPE_CHECKING:
    from collections.abc import Mapping

    from afteraction.paths import Root


@dataclass(frozen=True, slots=True)
class Usual:
    """How long an agent takes, over everything recorded of it."""

    invocations: int
    median_ms: int | None
    p90_ms: int | None


@dataclass(frozen=True, slots=True)
class Today:
    """What was recorded of the present UTC day."""

    day: str
    """``2025-10-30``."""
    invocations: int
    success: int
    failure: int
    partial: int
    cost_usd: float | None
    """None when no invocation has a known price; else the sum over those that have."""
    invocations_without_price: int


@dataclass(frozen=True, slots=True)
class History:
    """The past as far as the live view needs it."""

    usual: Mapping[str, Usual]
    """By the agent's name."""
    today: Today


def read_history(root: Root, now_ms: int) -> History:
    """Ask the index. StoreError when a folder cannot be read."""
    index = open_index(root)
    today = Scope(since_ms=now_ms - now_ms % DAY_MS)
    total, head = failure_totals(index, today), summary(index, today)
    return History(
        usual={
            one.agent_name: Usual(one.invocations, one.median_ms, one.p90_ms)
            for one in agents(index, Scope(), now_ms=now_ms)
        },
        today=Today(
            day=utc_date(now_ms),
            invocations=total.runs,
            success=total.runs - total.failure - total.partial,
            failure=total.failure,
            partial=total.partial,
            cost_usd=head.cost_usd,
            invocations_without_price=head.invocations_without_price,
        ),
    )
