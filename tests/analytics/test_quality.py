"""Acceptance, corrections, repetitions and false completions, held against a count without SQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from afteraction.analytics.agents import agents
from afteraction.analytics.failures import failures
from afteraction.analytics.quality import quality, quality_trend, rejected
from afteraction.analytics.scope import Scope
from afteraction.moments import DAY_MS
from afteraction.paths import Root
from afteraction.store.index import open_index
from tests.analytics.counted import close, quantile, rate_with_interval, took
from tests.analytics.varied import start_ms, varied_history
from tests.records import NOW_MS, full_metadata, invocation, write_records

if TYPE_CHECKING:
    from pathlib import Path

    from afteraction.model import Invocation
    from afteraction.store.index import Index

MINUTE_MS = 60_000


def index_of(root: Path, records: list[Invocation]) -> Index:
    write_records(root, *records)
    return open_index(Root(root))


def judged(records: list[Invocation], *, accepted: bool, inferred: bool) -> int:
    """How many have that judgement, from that source; who names none is believed like a user."""
    return sum(
        one.user_accepted is accepted
        and (one.metadata.acceptance is not None and one.metadata.acceptance.source == "inferred") == inferred
        for one in records
    )


def ended_well(records: list[Invocation]) -> list[Invocation]:
    return [one for one in records if one.status == "success"]


def is_repeated(one: Invocation, records: list[Invocation]) -> bool:
    """Whether the next run of the same agent with the same words in the session began after this one's end."""
    later = sorted(
        (start_ms(other), other.invocation_id)
        for other in records
        if (other.agent_name, other.task_description) == (one.agent_name, one.task_description)
        and other.metadata.session_id == one.metadata.session_id is not None
        and (start_ms(other), other.invocation_id) > (start_ms(one), one.invocation_id)
    )
    return bool(later) and one.execution_time_ms is not None and later[0][0] >= start_ms(one) + one.execution_time_ms


def test_every_agent_is_the_sum_of_its_runs(tmp_path: Path) -> None:
    """What the user said and what was inferred are never added up, and an unknown judgement is in no rate."""
    records = varied_history()

    rows = quality(index_of(tmp_path, records), Scope())

    assert sum(row.invocations for row in rows) == len(records)
    for row in rows:
        runs = [one for one in records if one.agent_name == row.agent_name]
        good = ended_well(runs)
        told = [judged(runs, accepted=accepted, inferred=False) for accepted in (True, False)]
        seen = [judged(runs, accepted=accepted, inferred=True) for accepted in (True, False)]
        assert [row.explicit_accepted, row.explicit_rejected] == told
        assert [row.inferred_accepted, row.inferred_rejected] == seen
        assert row.unknown == sum(one.user_accepted is None for one in runs)
        assert (row.explicit_rate, row.explicit_low, row.explicit_high) == rate_with_interval(told[0], sum(told))
        assert (row.inferred_rate, row.inferred_low, row.inferred_high) == rate_with_interval(seen[0], sum(seen))
        corrected = sum(reason(one)[1] == "corrected" for one in good)
        assert row.corrected == corrected
        assert (row.corrected_rate, row.corrected_low, row.corrected_high) == rate_with_interval(corrected, len(good))
        false = sum(one.user_accepted is False for one in good)
        assert (row.false_completions, row.success) == (false, len(good))
        assert row.false_completions_explicit == judged(good, accepted=False, inferred=False)
        assert (row.false_rate, row.false_low, row.false_high) == rate_with_interval(false, len(good))
        repeated = sum(is_repeated(one, runs) for one in runs)
        assert row.repeated == repeated > 0
        assert (row.repeated_rate, row.repeated_low, row.repeated_high) == rate_with_interval(repeated, len(runs))
        assert row.median_ms == quantile(runs, 0.5)
        assert row.mean_ms == pytest.approx(sum(took(runs)) / len(took(runs)), abs=1)


def test_weeks_add_up_to_the_whole(tmp_path: Path) -> None:
    """A run belongs to the week of its Monday, and to no other."""
    records = varied_history()

    weeks = quality_trend(index_of(tmp_path, records), Scope())

    assert [week.week for week in weeks] == sorted({week.week for week in weeks})
    assert len(weeks) > 3
    for week in weeks:
        runs = [one for one in records if monday(one) == week.week]
        good = ended_well(runs)
        false = sum(one.user_accepted is False for one in good)
        assert (week.invocations, week.success, week.false_completions) == (len(runs), len(good), false)
        assert week.explicit_rejected == judged(runs, accepted=False, inferred=False)
        assert week.inferred_rejected == judged(runs, accepted=False, inferred=True)
        assert week.explicit_accepted == judged(runs, accepted=True, inferred=False)
        assert week.inferred_accepted == judged(runs, accepted=True, inferred=True)
        assert (week.false_rate, week.false_low, week.false_high) == rate_with_interval(false, len(good))
        assert week.median_ms == quantile(runs, 0.5)


def monday(one: Invocation) -> str:
    day = datetime.fromtimestamp(start_ms(one) / 1000, UTC).date()
    return str(day - timedelta(days=day.weekday()))


def test_the_leaderboard_has_the_same_counts(tmp_path: Path) -> None:
    """Two reports that disagree about an agent are worth less than none."""
    index = index_of(tmp_path, varied_history())

    there = {
        row.agent_name: (row.explicit_accepted, row.explicit_rejected, row.inferred_accepted, row.inferred_rejected)
        for row in agents(index, Scope(), now_ms=NOW_MS)
    }

    assert there == {
        row.agent_name: (row.explicit_accepted, row.explicit_rejected, row.inferred_accepted, row.inferred_rejected)
        for row in quality(index, Scope())
    }


def test_rejected_work_is_a_group_of_its_own_among_failures(tmp_path: Path) -> None:
    """It ended well, so it counts as no failure; it was wrong, so the report on failures names it."""
    records = varied_history()
    index = index_of(tmp_path, records)

    found = failures(index, Scope())

    good = ended_well(records)
    assert found.rejected == rejected(index, Scope())
    assert {(group.source, group.signal) for group in found.rejected} == {
        ("explicit", "feedback"), ("explicit", "unknown"), ("inferred", "corrected"), ("inferred", "reverted"),
    }  # fmt: skip
    for group in found.rejected:
        of = [one for one in good if one.user_accepted is False and reason(one) == (group.source, group.signal)]
        assert (group.rejected, group.delivered) == (len(of), len(good))
        assert (close(group.rejected_rate), close(group.rejected_low), close(group.rejected_high)) == (
            rate_with_interval(len(of), len(good))
        )
        assert dict(zip(group.agents, group.agent_counts, strict=True)) == {
            agent: sum(one.agent_name == agent for one in of) for agent in {one.agent_name for one in of}
        }
        newest = sorted(of, key=lambda one: (-start_ms(one), one.invocation_id))
        assert group.examples == [one.invocation_id for one in newest[:3]]
        assert (group.first_seen_ms, group.last_seen_ms) == (start_ms(newest[-1]), start_ms(newest[0]))
    assert found.total.failure + found.total.partial == len(records) - len(good)


def reason(one: Invocation) -> tuple[str, str]:
    told = one.metadata.acceptance
    return (told.source, told.signal or "") if told else ("explicit", "unknown")


def test_agents_at_once_with_the_same_words_repeat_nothing(tmp_path: Path) -> None:
    """Three explorers side by side are one plan; a second one after the first is a repetition."""
    first = NOW_MS - DAY_MS
    records = [
        invocation(1, started_ms=first, took_ms=5 * MINUTE_MS),
        invocation(2, started_ms=first + MINUTE_MS, took_ms=5 * MINUTE_MS),
        invocation(3, started_ms=first + 9 * MINUTE_MS),
        invocation(4, started_ms=first + 20 * MINUTE_MS, task_description="Find where carts are stored"),
        invocation(5, started_ms=first + 20 * MINUTE_MS, metadata=full_metadata(session_id="another")),
    ]

    (row,) = quality(index_of(tmp_path, records), Scope())

    assert (row.repeated, row.invocations) == (1, 5)
