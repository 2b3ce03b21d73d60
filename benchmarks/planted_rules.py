"""What ``rules suggest`` proposes in made-up years: effects it finds and misses, and proposals about nothing.

    python -m benchmarks.planted_rules [--seeds 20]

Every seed makes two years of ``benchmarks.planted_effects``: one with its effects, and one in which the outcomes are
dealt out anew among all runs, so that no agent and no word means anything and every learned proposal is a false alarm.
Three more are of agents that run on two tiers of models (``benchmarks.planted_tiers``), two of runs whose work was
checked (``benchmarks.planted_checks``).
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from afteraction.analytics.scope import Scope
from afteraction.learning.rules_file import parse_rules
from afteraction.learning.suggest import Evidence, gather, suggest
from afteraction.learning.thresholds import Tally, threshold_moves
from afteraction.store.event_reading import Events
from benchmarks.planted_checks import count_checks
from benchmarks.planted_effects import KEYWORD, USELESS, year
from benchmarks.planted_tiers import count_tiers
from benchmarks.planted_year import index_of

if TYPE_CHECKING:
    from afteraction.learning.proposal import Proposal
    from afteraction.model import Invocation

_KEYWORDS = ("add keyword", "drop keyword", "avoid keyword")


def measure(seeds: int) -> Counter[str]:
    """Counts over all seeds, by name; what of the planted effects was found, and what else."""
    counts: Counter[str] = Counter()
    for seed in range(1, seeds + 1):
        evidence, found = _proposals(year(seed, planted=True))
        retired = {one.agent for one in found if one.kind == "retire agent"}
        counts["retire: hits"] += USELESS in retired
        counts["retire: planted"] += 1
        counts["retire: false alarms"] += len(retired - {USELESS})
        _count_words(counts, evidence, found, ", planted years")
        nothing = _dealt_anew(year(seed, planted=False), seed)
        evidence, found = _proposals(nothing)
        agents = len(evidence.records)
        counts["retire: false alarms"] += sum(one.kind == "retire agent" for one in found)
        counts["retire: looked at"] += 2 * agents - 1
        counts["threshold: false alarms"] += sum(one.kind == "threshold" for one in found)
        counts["threshold: looked at"] += agents
        _count_words(counts, evidence, found, ", years of nothing")
        count_tiers(counts, seed)
        count_checks(counts, nothing, seed)
    return counts


def _count_words(counts: Counter[str], evidence: Evidence, found: list[Proposal], where: str) -> None:
    """Words of the useless agent do not count: it is to be retired, and nothing else is said of it."""
    words = [one.tally for one in evidence.words if one.tally.agent_name != USELESS]
    told = [one for one in found if one.kind in _KEYWORDS and one.agent != USELESS]
    real = [one for one in told if f"{KEYWORD!r}" in one.reason and where == ", planted years"]
    if where == ", planted years":
        counts["keyword: hits"] += len(real)
        counts["keyword: planted"] += sum(one.word == KEYWORD for one in words)
        words = [one for one in words if one.word != KEYWORD]
    counts[f"keyword: looked at{where}"] += len(words)
    counts[f"keyword: false alarms{where}"] += len(told) - len(real)


def _proposals(records: list[Invocation]) -> tuple[Evidence, list[Proposal]]:
    names = sorted({one.agent_name for one in records})
    entries = [{"name": name, "auto_activate": True, "confidence_threshold": 0.7} for name in names]
    rules = parse_rules(Path("agent-rules.json"), json.dumps({"agents": entries}).encode())
    with tempfile.TemporaryDirectory() as folder:
        evidence = gather(index_of(records, Path(folder)), Scope(), Events([], [], []))
    return evidence, suggest(rules, evidence).proposals


def _dealt_anew(records: list[Invocation], seed: int) -> list[Invocation]:
    statuses = [one.status for one in records]
    random.Random(seed).shuffle(statuses)  # noqa: S311 - a history, not a secret
    return [msgspec.structs.replace(one, status=status) for one, status in zip(records, statuses, strict=True)]


def equal_agents(agents: int, runs: int, *, histories: int = 1500) -> int:
    """Of so many histories of agents that all succeed in 85% of their runs, how many move any threshold."""
    dice = random.Random(agents * runs)  # noqa: S311 - a history, not a secret
    names = [f"agent-{number}" for number in range(agents)]
    entries = [{"name": name, "confidence_threshold": 0.7} for name in names]
    rules = parse_rules(Path("agent-rules.json"), json.dumps({"agents": entries}).encode())
    moved = 0
    for _ in range(histories):
        tallies = [Tally(name, sum(dice.random() < 0.85 for _ in range(runs)), runs) for name in names]  # noqa: PLR2004
        moved += bool(threshold_moves(rules, {"success": tallies}))
    return moved


def main() -> None:
    """Print every count."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=20)
    for name, count in sorted(measure(parser.parse_args().seeds).items()):
        print(f"{name}: {count}")
    for agents in (3, 7):
        for runs in (10, 40, 120):
            moved = equal_agents(agents, runs)
            print(f"{agents} equal agents of {runs} runs: {moved} of 1500 histories move any threshold")


if __name__ == "__main__":
    main()
