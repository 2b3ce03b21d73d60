"""Shapes and surroundings that stand in lists of their own: what the table and the pattern were not made from."""

from __future__ import annotations

from collections import defaultdict

import pytest

from afteraction.privacy.redactor import Redactor
from benchmarks.privacy_score import TARGETS, survives
from benchmarks.privacy_texts import seeded
from benchmarks.privacy_unseen import unseen


@pytest.mark.parametrize("kind", ["unseen tokens", "unseen surroundings"])
def test_most_secrets_go_that_nothing_was_made_for(kind: str) -> None:
    """As many as `make privacy` asks for go, and of each shape or surrounding at least one of three."""
    redactor = Redactor({})
    items = [item for item in unseen(seeded(11), 3) if item.kind == kind]
    gone = [item.secret is not None and not survives(item.secret, redactor.redact(item.text) or "") for item in items]
    by_line: dict[int, list[bool]] = defaultdict(list)
    for number, hit in enumerate(gone):
        by_line[number % (len(items) // 3)].append(hit)

    assert sum(gone) / len(gone) >= TARGETS[kind]
    assert [number for number, hits in by_line.items() if not any(hits)] == []
