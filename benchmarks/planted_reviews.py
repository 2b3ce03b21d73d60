"""Sixteen weeks of busy work as the reviews see them: one agent got worse, one improved, one is useless, or nothing.

A year of its own, because ``review monthly`` looks at the last four weeks and the four before: each agent has some
hundred runs in either. One agent succeeds in just the 80% below which an agent needs work: the hardest case.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from msgspec.structs import replace

from afteraction.analytics.agents import FEW
from afteraction.analytics.retirement import retirements
from afteraction.analytics.review_period import DAYS
from afteraction.analytics.reviews import GOOD, monthly
from afteraction.analytics.scope import Scope
from afteraction.moments import DAY_MS, epoch_ms, utc_timestamp
from benchmarks.planted_effects import END_MS, USELESS, Expected, Find, year

if TYPE_CHECKING:
    from collections.abc import Iterator

    from afteraction.model import Invocation
    from afteraction.store.index import Index

_YEAR_DAYS, _DAYS = 365, 112
FELL, ROSE = "frontend-developer", "test-runner"
_USUAL = {"Explore": 0.95, "code-reviewer": 0.88, "Plan": 0.93, "backend-architect": GOOD}
_OTHERWISE = 0.85
_PLANTED = {FELL: (0.88, 0.68), ROSE: (0.6, 0.85), USELESS: (0.2, 0.2)}
"""How often an agent succeeded until four weeks ago, and since."""
_VERDICTS = ("improving", "needs work", "deprecate")
_RETIRE = "agents --retire"
WHOLE = "review monthly: any verdict at all"

EXPECTED_OF_REVIEWS = (
    Expected("review monthly: needs work", (FELL,)),
    Expected("review monthly: improving", (ROSE,)),
    Expected("review monthly: deprecate", (USELESS,)),
    Expected(_RETIRE, (USELESS,)),
)


def weeks(seed: int, *, planted: bool) -> list[Invocation]:
    """The runs of a year, one upon the other in sixteen weeks, and how each ended."""
    dice = random.Random(f"reviews {seed} {planted}")  # noqa: S311 - a history, not a secret
    return [_run(dice, one, planted=planted) for one in year(seed, planted=False)]


def _run(dice: random.Random, record: Invocation, *, planted: bool) -> Invocation:
    at_ms = END_MS - (END_MS - epoch_ms(record.timestamp)) * _DAYS // _YEAR_DAYS
    usual = _USUAL.get(record.agent_name, _OTHERWISE)
    before, since = _PLANTED.get(record.agent_name, (usual, usual)) if planted else (usual, usual)
    chance = since if at_ms >= END_MS - DAYS["monthly"] * DAY_MS else before
    return replace(record, timestamp=utc_timestamp(at_ms), status="success" if dice.random() < chance else "failure")


def review_finds(index: Index, *, planted: bool) -> Iterator[tuple[Find, bool]]:
    """Each verdict that each agent could have got, and whether it did; so of ``agents --retire``.

    Where nothing is planted also whether the whole review names any agent: that is what its reader sees.
    """
    rows = monthly(index, Scope(), now_ms=END_MS).agents
    if not planted:
        yield Find(WHOLE, "any agent"), any(row.verdict in _VERDICTS for row in rows)
    for row in rows:
        for verdict in _VERDICTS:
            if row.invocations >= FEW and not (planted and row.agent_name == USELESS and verdict == "needs work"):
                yield Find(f"review monthly: {verdict}", row.agent_name), row.verdict == verdict
    retired = {one.agent_name for one in retirements(index, Scope(), now_ms=END_MS)[0]}
    for agent in (*_USUAL, *_PLANTED):
        yield Find(_RETIRE, agent), agent in retired
