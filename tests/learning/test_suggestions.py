"""How often suggestions are taken: counted from what programs logged, with damaged files named and left out."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped]

from afteraction.learning.acceptance import acceptances, band
from afteraction.moments import utc_timestamp
from afteraction.paths import Root
from afteraction.store.event_reading import read_events
from afteraction.store.events import SuggestedAgent, Suggestion, Validation, store_event
from tests.program import on_terminal, piped
from tests.records import NOW_MS

if TYPE_CHECKING:
    from pathlib import Path


def suggestion(number: int, *suggested: tuple[str, float | None], **more: Any) -> Suggestion:
    return Suggestion(
        suggestion_id=f"sug-20251030-{number:04}",
        timestamp=utc_timestamp(NOW_MS + number),
        suggested=tuple(SuggestedAgent(agent_name=name, confidence=confidence) for name, confidence in suggested),
        **more,
    )


def validation(number: int, check: str, *, passed: bool | None) -> Validation:
    return Validation(
        validation_id=f"val-20251030-{number:04}", timestamp=utc_timestamp(NOW_MS), check=check, passed=passed
    )


@pytest.mark.parametrize(
    ("more", "taken"),
    [
        ({"decision": "accepted"}, {"a": True, "b": True}),
        ({"decision": "rejected"}, {"a": False, "b": False}),
        ({"decision": "ignored"}, {"a": False, "b": False}),
        ({"decision": "modified"}, {"a": None, "b": None}),
        ({}, {"a": None, "b": None}),
        ({"decision": "modified", "chosen": ("b", "c")}, {"a": False, "b": True}),
        ({"decision": "accepted", "chosen": ("a",)}, {"a": True, "b": False}),
        ({"chosen": ()}, {"a": False, "b": False}),
    ],
)
def test_what_was_used_tells_and_else_the_decision(more: dict[str, Any], taken: dict[str, bool | None]) -> None:
    """Each suggested agent is taken, not taken, or unknown; what is unknown is counted and not in the rate."""
    rows = acceptances([suggestion(1, ("a", 0.9), ("b", 0.4), **more)], [])

    assert {
        row.name: (row.total, row.decided, row.accepted, row.rate) for row in rows if row.by == "agent"
    } == {
        name: (1, int(known is not None), int(bool(known)), None if known is None else float(known))
        for name, known in taken.items()
    }  # fmt: skip


def test_rates_have_wilsons_interval_and_the_median_time() -> None:
    """Seven of ten, with the bounds that statsmodels gives."""
    events = [
        suggestion(n, ("a", 0.75), decision="accepted" if n < 7 else "rejected", time_to_decide_ms=1000 * n)
        for n in range(10)
    ]
    agent, confidence = acceptances(events, [])

    assert (agent.by, confidence.by, confidence.name) == ("agent", "confidence", "0.70-0.80")
    assert [agent.rate, agent.low, agent.high] == pytest.approx([0.7, *proportion_confint(7, 10, method="wilson")])
    assert agent.median_decide_ms == 4500


def test_bands_of_confidence_hold_their_lower_bound() -> None:
    """Every confidence has one band, 1 and 0 among them; none has one of its own."""
    assert [band(at) for at in (0, 0.49, 0.5, 0.69, 0.7, 0.9, 1)] == [
        "0.00-0.50", "0.00-0.50", "0.50-0.60", "0.60-0.70", "0.70-0.80", "0.90-1.00", "0.90-1.00",
    ]  # fmt: skip
    assert band(None) == "unknown"


def test_checks_are_counted_too() -> None:
    """How often each passes, of those that could be said."""
    made = [validation(n, "tests", passed=[True, True, False, None][n]) for n in range(4)]
    (row,) = acceptances([], made)

    assert (row.by, row.name, row.total, row.decided, row.accepted) == ("check", "tests", 4, 3, 2)


def test_damaged_files_are_named_and_the_rest_counts(tmp_path: Path) -> None:
    """Half a file, another version's words, a folder, no time: none stops the report."""
    root = Root(tmp_path)
    store_event(root, suggestion(1, ("a", 0.9), decision="accepted"))
    store_event(root, validation(1, "tests", passed=True))
    day = root.suggestions / "2025-10-30"
    (day / "sug-half.json").write_bytes(b'{"suggestion_id": "x"')
    (day / "sug-word.json").write_text(
        '{"suggestion_id": "x", "timestamp": "2025-10-30T18:00:00Z", "suggested": [], "decision": "perhaps"}'
    )
    (day / "sug-folder.json").mkdir()
    (root.validations / "2025-10-30" / "val-time.json").write_text(
        '{"validation_id": "x", "timestamp": "yesterday", "check": "tests"}'
    )
    (day / ".sug-20251030-0009.json.7.tmp").write_bytes(b"{")

    found = read_events(root)

    assert (len(found.suggestions), len(found.validations)) == (1, 1)
    assert {path.name for path in found.damaged} == {
        "sug-half.json", "sug-word.json", "sug-folder.json", "val-time.json",
    }  # fmt: skip
    result = piped(tmp_path, "suggestions")
    assert result.code == 0
    assert "4 files could not be read and do not count" in result.stderr
    assert result.stdout.splitlines()[1].split("\t")[:5] == ["agent", "a", "1", "1", "1"]


def test_absent_keys_are_null_and_a_period_leaves_out_what_is_older(tmp_path: Path) -> None:
    """As the page on the files says of them."""
    root = Root(tmp_path)
    store_event(root, suggestion(1, ("a", None)))
    day = root.suggestions / "2025-10-30"
    (day / "sug-short.json").write_text('{"suggestion_id": "x", "timestamp": "2025-10-31T00:00:00Z", "suggested": []}')

    assert [one.suggestion_id for one in read_events(root).suggestions] == ["sug-20251030-0001", "x"]
    assert [one.suggestion_id for one in read_events(root, since_ms=NOW_MS + 2).suggestions] == ["x"]


def test_the_command_shows_agents_bands_and_checks(tmp_path: Path) -> None:
    """A table each on a terminal, the same rows as JSON; nothing logged is said with what logs it."""
    empty = piped(tmp_path, "suggestions")
    assert (empty.code, "log_suggestion" in empty.stderr) == (3, True)
    root = Root(tmp_path)
    for n in range(12):
        store_event(root, suggestion(n, ("a", 0.9), ("b", None), decision="accepted" if n % 4 else "ignored"))
    store_event(root, validation(1, "tests", passed=True))

    shown = on_terminal(tmp_path, "suggestions").stdout
    rows = json.loads(piped(tmp_path, "suggestions", "--json").stdout)

    assert [(row["by"], row["name"], row["total"]) for row in rows] == [
        ("agent", "a", 12), ("agent", "b", 12), ("confidence", "0.90-1.00", 12), ("confidence", "unknown", 12),
        ("check", "tests", 1),
    ]  # fmt: skip
    assert "75%" in shown
    assert "47-91%" in shown
    assert all(head in shown for head in ("AGENT", "CONFIDENCE", "CHECK"))
    assert max(len(line) for line in re.sub(r"\x1b\[[0-9;]*m", "", shown).splitlines()) <= 80
