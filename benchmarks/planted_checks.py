"""Years in which a fifth of the runs are checked by ``log_validation``, and what their checks move.

In one kind of year one agent's work fails 25 points more checks than that of the others; in the other all are alike.
Success means nothing in either, so that every move is owed to the checks.
"""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from afteraction.analytics.scope import Scope
from afteraction.learning.rules_file import parse_rules
from afteraction.learning.suggest import gather, suggest
from afteraction.store.event_reading import Events
from afteraction.store.events import Validation
from benchmarks.planted_year import index_of

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable

    from afteraction.model import Invocation

FAILS = "test-runner"
_CHECKED = 0.2
_PASSES = 0.88
_FEWER = 0.25


def count_checks(counts: Counter[str], records: list[Invocation], seed: int) -> None:
    """Add what the checks of one year with the effect, and of one without, moved; ``records`` are its runs."""
    for planted in (True, False):
        moved = _moved(records, list(_checks(records, seed, planted=planted)))
        where = "planted years" if planted else "years of nothing"
        expected = {FAILS} if planted else set()
        if planted:
            counts["checks: hits"] += FAILS in moved
            counts["checks: planted"] += 1
        counts[f"checks: false alarms, {where}"] += len(moved - expected)
        counts[f"checks: looked at, {where}"] += len({one.agent_name for one in records} - expected)


def _checks(records: Iterable[Invocation], seed: int, *, planted: bool) -> Iterable[Validation]:
    """One or two checks of a run, which agree: they are of the same work."""
    dice = random.Random(f"checks {seed} {planted}")  # noqa: S311 - a history, not a secret
    for number, one in enumerate(records):
        if dice.random() >= _CHECKED:
            continue
        passed = dice.random() < _PASSES - _FEWER * (planted and one.agent_name == FAILS)
        for check in ("tests", "review")[: dice.choice((1, 2))]:
            yield Validation(
                validation_id=f"val-{number:08x}-{check}", timestamp=one.timestamp, check=check, passed=passed,
                invocation_id=one.invocation_id, workflow_id=one.workflow_id,
            )  # fmt: skip


def _moved(records: list[Invocation], checks: list[Validation]) -> set[str]:
    """The agents whose threshold the checks would move."""
    entries = [{"name": name, "confidence_threshold": 0.7} for name in sorted({one.agent_name for one in records})]
    rules = parse_rules(Path("agent-rules.json"), json.dumps({"agents": entries}).encode())
    with tempfile.TemporaryDirectory() as folder:
        evidence = gather(index_of(records, Path(folder)), Scope(), Events([], checks, []))
    return {one.agent for one in suggest(rules, evidence).proposals if one.kind == "threshold"}
