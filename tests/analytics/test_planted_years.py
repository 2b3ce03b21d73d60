"""What the reports say of years in which it is known what there is to find."""

from __future__ import annotations

from benchmarks.planted_reviews import WHOLE
from benchmarks.planted_year import measure

SEEDS = 8


def test_reports_find_what_was_planted_and_little_else() -> None:
    """Effects of twenty points in a year are seldom missed, and alarms about nothing stay as rare as promised."""
    tallies = measure(SEEDS)

    assert {kind for kind, tally in tallies.items() if tally.hits} == {
        "edit", "failures concentrate", "pair: do better or worse", "pair: meet more often", "trend: change point",
        "trend: halves", "review monthly: deprecate", "review monthly: improving", "review monthly: needs work",
        "agents --retire",
    }  # fmt: skip
    for kind, tally in tallies.items():
        assert tally.hits + tally.misses == (0 if kind == WHOLE else SEEDS), kind
        assert tally.misses <= (4 if kind == "review monthly: deprecate" else 2), kind  # 24 runs in a month
        looked, alarms = sum(tally.looked.values()), sum(tally.false_alarms.values())
        assert alarms <= max(3, 0.1 * looked), kind
