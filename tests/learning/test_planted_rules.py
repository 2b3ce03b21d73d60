"""What is proposed in years of which it is known what there is to find."""

from __future__ import annotations

from benchmarks.planted_rules import equal_agents, measure

SEEDS = 6


def test_proposals_find_what_was_planted_and_nothing_where_nothing_was() -> None:
    """The useless agent is always found, keyword and tier mostly; a year without effects is left alone."""
    counts = measure(SEEDS)

    assert counts["retire: hits"] == counts["retire: planted"] == SEEDS
    assert counts["keyword: hits"] >= 0.6 * counts["keyword: planted"] > 0
    assert counts["keyword: false alarms, planted years"] <= max(3, 0.1 * counts["keyword: hits"])
    assert counts["tier: hits"] >= 0.8 * counts["tier: planted"]
    assert counts["tier: false alarms, planted years"] + counts["tier: false alarms, years of nothing"] <= 1
    for name in ("retire: false alarms", "threshold: false alarms"):
        assert counts[name] == 0, name
    assert counts["keyword: false alarms, years of nothing"] <= 1
    assert min(counts[name] for name in counts if "looked at" in name) > 0


def test_equal_agents_seldom_move_a_threshold_however_few_their_runs() -> None:
    """At most one history in twenty, where few runs make the yardstick itself uncertain."""
    assert equal_agents(3, 10, histories=400) <= 20
    assert equal_agents(7, 40, histories=400) <= 8
