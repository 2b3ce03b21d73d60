"""What applied proposals did, measured: each changed agent before and after, up to the undo where there was one.

Before and after is no experiment: the tasks, the models or the agent's definition may have changed at the same time,
and whoever shows this has to say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.analytics.rule_effect import RuleEffect, rule_effect
from afteraction.moments import epoch_ms

if TYPE_CHECKING:
    from afteraction.learning.rules_state import Memory
    from afteraction.store.index import Index


@dataclass(frozen=True, slots=True)
class Effect:
    """One agent whose rule one apply changed."""

    applied_at: str
    """UTC."""
    undone_at: str | None
    """UTC; None while it holds."""
    automatic: bool
    """Applied by itself, as ``install --auto-rules`` allows."""
    agent: str
    changes: list[str]
    """The kinds of the proposals that were applied."""
    measured: RuleEffect


def effects(index: Index, memory: Memory, *, now_ms: int) -> list[Effect]:
    """Every applied change of every agent, the newest apply first."""
    found = []
    for one in reversed(memory.applied):
        until_ms = now_ms if one.undone_at is None else epoch_ms(one.undone_at)
        changes: dict[str, list[str]] = {}
        for proposal in one.proposals:
            changes.setdefault(proposal.agent, []).append(proposal.kind)
        found += [
            Effect(
                one.at,
                one.undone_at,
                one.automatic,
                agent,
                kinds,
                rule_effect(index, agent, at_ms=epoch_ms(one.at), until_ms=until_ms),
            )
            for agent, kinds in changes.items()
        ]
    return found
