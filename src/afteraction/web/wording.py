"""What changed, in sentences: what a visitor should read first.

Only what is certain is called a change; where nothing is, that is the sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.analytics.agents import FEW, RECENT_DAYS
from afteraction.output import rates
from afteraction.output.figures import counted, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from afteraction.analytics.agents import Agent
    from afteraction.analytics.failure_clusters import FailureCluster
    from afteraction.analytics.summary import Summary

_MOST_NEW = 3


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence about an agent, or about everything."""

    agent: str | None
    says: str
    """What follows the agent's name, or the whole sentence."""
    grade: str = ""
    """``good`` or ``poor`` where it is news of that kind."""
    cluster: str | None = None
    """The message that most of its failures share."""


def what_changed(rows: Sequence[Agent], clusters: Sequence[FailureCluster], total: Summary) -> list[Sentence]:
    """Certain changes first, the largest first; then agents with few runs, and what is unknown."""
    changed = [row for row in rows if rates.direction(row.change_low, row.change_high)]
    said = [_change(row, clusters) for row in sorted(changed, key=lambda row: -abs(row.change or 0))]
    if not said:
        said.append(Sentence(None, f"No agent changed for certain in the last {RECENT_DAYS} days."))
    new = [row for row in rows if row.invocations < FEW]
    said += [
        Sentence(row.agent_name, f"has {counted(row.invocations, 'run')}: too few to judge.") for row in new[:_MOST_NEW]
    ]
    if len(new) > _MOST_NEW:
        said.append(Sentence(None, f"{counted(len(new) - _MOST_NEW, 'more agent')} with fewer than {FEW} runs."))
    if total.invocations_without_price:
        priced = counted(total.invocations_without_price, "run")
        said.append(Sentence(None, f"{priced} without a known price, left out of every cost."))
    return said


def _change(row: Agent, clusters: Sequence[FailureCluster]) -> Sentence:
    points = round(abs(row.change or 0) * 100)
    now = f"(now {percent(row.success_rate)} of {counted(row.invocations, 'run')})"
    if (row.change or 0) > 0:
        return Sentence(row.agent_name, f"rose {counted(points, 'point')} in {RECENT_DAYS} days {now}.", "good")
    own = next((one for one in clusters if one.agents and one.agents[0] == row.agent_name), None)
    said = f"fell {counted(points, 'point')} in {RECENT_DAYS} days {now}"
    if own is None:
        return Sentence(row.agent_name, f"{said}.", "poor")
    return Sentence(row.agent_name, f"{said}; {counted(own.failed, 'failure')} share one message:", "poor", own.message)
