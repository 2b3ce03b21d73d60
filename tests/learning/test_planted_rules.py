"""What is proposed in years of which it is known what there is to find."""

from __future__ import annotations

from benchmarks.planted_rules import equal_agents, measure

SEEDS = 6


def test_proposals_find_what_was_planted_and_nothing_where_nothing_was() -> None:
    """What is planted is found, by how much of it there is; a year without effects is left alone."""
    counts = measure(SEEDS)

    assert counts["retire: hits"] == counts["retire: planted"] == SEEDS
    assert counts["keyword: hits"] >= 0.6 * counts["keyword: planted"] > 0
    assert counts["keyword: false alarms, planted years"] <= max(3, 0.1 * counts["keyword: hits"])
    for name in ("retire: false alarms", "threshold: false alarms"):
        assert counts[name] == 0, name
    assert counts["keyword: false alarms, years of nothing"] <= 1
    assert counts["better tier: hits"] >= SEEDS - 1
    assert counts["cheaper tier: hits"] >= 1  # half of them at so many runs, of six perhaps one
    assert counts["better tier: false alarms"] + counts["cheaper tier: false alarms"] <= 1
    assert counts["tiers alike: false alarms"] <= 1
    assert counts["checks: hits"] >= SEEDS - 1
    assert counts["checks: false alarms, planted years"] + counts["checks: false alarms, years of nothing"] <= 1
    assert min(counts[name] for name in counts if "looked at" in name) > 0


def test_equal_agents_seldom_move_a_threshold_however_few_their_runs() -> None:
    """At most one history in twenty, where few runs make the yardstick itself uncertain."""
    assert equal_agents(3, 10, histories=400) <= 20
    assert equal_agents(7, 40, histories=400) <= 8
