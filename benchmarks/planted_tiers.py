"""Years in which half of each agent's runs are on another tier of models, and what is proposed of them.

Three kinds: one agent does 20 points better on the dearer tier; one does as well on the cheaper one; neither success
nor price differs. In the first two all other agents differ by just the 5 points that a proposal has to exceed: the
hardest case, and a false alarm whenever it leads to a proposal.
"""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from afteraction.analytics.scope import Scope
from afteraction.analytics.tiers import tier_pairs
from afteraction.analytics.track_record import track_records
from afteraction.learning.rules_file import parse_rules
from afteraction.learning.tiers import MARGIN, tier_changes
from benchmarks.planted_effects import year
from benchmarks.planted_year import index_of

if TYPE_CHECKING:
    from collections import Counter

    from afteraction.model import Invocation

YearOfTiers = Literal["better tier", "cheaper tier", "tiers alike"]
GAINS, SAVES = "test-runner", "Explore"
"""Who does better on the dearer tier, and who as well on the cheaper."""
_GAIN = 0.2
_BASE = {"test-runner": 0.7, "Explore": 0.95}
_USUAL = 0.85
_DEARER = 3.0


def count_tiers(counts: Counter[str], seed: int) -> None:
    """Add what was found and missed in one year of each kind, and the proposals about nothing."""
    asked: tuple[tuple[YearOfTiers, str | None], ...] = (
        ("better tier", GAINS), ("cheaper tier", SAVES), ("tiers alike", None)
    )  # fmt: skip
    for kind, planted in asked:
        records = of_tiers(seed, kind)
        found = _proposed(records, "opus" if kind == "cheaper tier" else "sonnet")
        if planted is not None:
            counts[f"{kind}: hits"] += planted in found
            counts[f"{kind}: planted"] += 1
        counts[f"{kind}: false alarms"] += len(found - {planted})
        counts[f"{kind}: looked at"] += len({one.agent_name for one in records} - {planted})


def of_tiers(seed: int, kind: YearOfTiers) -> list[Invocation]:
    """A year in which each run is on either tier by chance, and succeeds as its agent and tier say."""
    dice = random.Random(f"{kind} {seed}")  # noqa: S311 - a history, not a secret
    return [_run(dice, one, kind) for one in year(seed, planted=False)]


def _run(dice: random.Random, record: Invocation, kind: YearOfTiers) -> Invocation:
    dear = dice.random() < 0.5  # noqa: PLR2004
    gain = {"better tier": MARGIN, "cheaper tier": MARGIN, "tiers alike": 0.0}[kind]
    if (kind, record.agent_name) == ("better tier", GAINS):
        gain = _GAIN
    if (kind, record.agent_name) == ("cheaper tier", SAVES):
        gain = 0.0
    chance = _BASE.get(record.agent_name, _USUAL) + gain * dear
    cost = 0.1 * dice.lognormvariate(0, 0.6) * (_DEARER if dear and kind != "tiers alike" else 1)
    return replace(
        record, status="success" if dice.random() < chance else "failure",
        metadata=replace(record.metadata, model_tier="opus" if dear else "sonnet", cost_usd=cost),
    )  # fmt: skip


def _proposed(records: list[Invocation], tier: str) -> set[str]:
    """The agents for which another tier than that is proposed."""
    entries = [{"name": name, "model_tier": tier} for name in sorted({one.agent_name for one in records})]
    rules = parse_rules(Path("agent-rules.json"), json.dumps({"agents": entries}).encode())
    with tempfile.TemporaryDirectory() as folder:
        index = index_of(records, Path(folder))
        found = tier_changes(rules, track_records(index, Scope()), tier_pairs(index, Scope()))
    return {one.agent for one in found}
