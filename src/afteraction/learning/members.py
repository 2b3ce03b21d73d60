"""Which agents should be in the rules: those to add, and those to retire.

An agent is retired by switching its activation off, not by deleting its entry, and a new one enters switched off: who
runs by itself is the user's decision.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from afteraction.analytics.agents import FEW
from afteraction.analytics.statistics.wilson import wilson
from afteraction.learning.proposal import Proposal, percent
from afteraction.learning.triggers import worked_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from afteraction.analytics.file_patterns import FilePattern
    from afteraction.analytics.track_record import TrackRecord
    from afteraction.learning.rules_file import Rules

USELESS = 0.5
"""An agent whose interval lies below this fails more often than it succeeds."""
ENOUGH = 30
"""So many runs it takes to retire an agent."""


def to_retire(rules: Rules, records: Sequence[TrackRecord]) -> list[Proposal]:
    """Agents that activate by themselves and fail more often than they succeed."""
    known = {one.agent_name: one for one in records}
    found = []
    for rule in rules.agents:
        one = known.get(rule.name)
        if one is None or not rule.auto_activate or one.runs < ENOUGH:
            continue
        low, high = wilson(one.success, one.runs)
        if high < USELESS:
            rate = one.success / one.runs
            reason = (
                f"succeeds in {percent(rate)} of {one.runs} runs (95%: {percent(low)} to {percent(high)}); "
                "it stays in the file, switched off"
            )
            found.append(
                Proposal(
                    rule.name, "retire agent", before=True, after=False, reason=reason, n=one.runs, rate=rate,
                    low=low, high=high,
                )
            )  # fmt: skip
    return found


def to_add(rules: Rules, records: Sequence[TrackRecord], patterns: Iterable[FilePattern]) -> list[Proposal]:
    """Agents that run and that the file does not know, as entries that are switched off."""
    listed = {rule.name for rule in rules.agents}
    worked: dict[str, list[str]] = {}
    for one in worked_on(patterns):
        worked.setdefault(one.agent_name, []).append(one.pattern)
    found = []
    for record in records:
        if record.agent_name in listed or record.runs < FEW:
            continue
        low, high = wilson(record.success, record.runs)
        rate = record.success / record.runs
        entry = {
            "name": record.agent_name,
            "auto_activate": False,
            "model_tier": record.model_tier,
            "triggers": {"keywords": [], "file_patterns": worked.get(record.agent_name, []), "contexts": []},
            "confidence_threshold": rules.ceiling,
            "description": "",
        }
        reason = (
            f"{record.runs} runs and not in the file; succeeds in {percent(rate)} "
            f"(95%: {percent(low)} to {percent(high)}); enters switched off"
        )
        found.append(
            Proposal(
                record.agent_name, "add agent", before=None, after=entry, reason=reason, n=record.runs, rate=rate,
                low=low, high=high,
            )
        )  # fmt: skip
    return found
