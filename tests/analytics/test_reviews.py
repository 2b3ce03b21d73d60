"""Reviews of a month and a day: what was planted is named with its reason, what is chance or unknown is not."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import msgspec

from afteraction.analytics.reviews import AgentReview, daily, monthly
from afteraction.analytics.scope import Scope
from afteraction.model import Acceptance
from afteraction.moments import DAY_MS
from afteraction.paths import Root
from afteraction.store.index import open_index
from tests.records import NOW_MS, full_metadata, invocation, write_records

if TYPE_CHECKING:
    from pathlib import Path

    from afteraction.model import Invocation

HOUR_MS = DAY_MS // 24
MONTH_MS = 28 * DAY_MS


def runs(agent: str, success: int, failure: int, *, first: int, started_ms: int) -> list[Invocation]:
    """Runs of one agent a minute apart, the successes first."""
    return [
        invocation(
            first + at, agent=agent, status="success" if at < success else "failure",
            started_ms=started_ms + at * 60_000,
        )
        for at in range(success + failure)
    ]  # fmt: skip


def month(root: Path, **agents: tuple[tuple[int, int], tuple[int, int]]) -> dict[str, AgentReview]:
    """The review of agents, each given as (success, failure) of the month before and of this one."""
    for number, (agent, (before, now)) in enumerate(agents.items()):
        first = number * 10_000
        write_records(root, *runs(agent, *before, first=first, started_ms=NOW_MS - MONTH_MS - 9 * DAY_MS))
        write_records(root, *runs(agent, *now, first=first + 5_000, started_ms=NOW_MS - 9 * DAY_MS))
    found = monthly(open_index(Root(root)), Scope(), now_ms=NOW_MS)
    return {row.agent_name: row for row in found.agents}


def test_each_verdict_is_given_for_its_reason_and_those_to_act_on_stand_first(tmp_path: Path) -> None:
    """Useless, falling, mediocre, rising, unchanged and new agents are told apart, each with its numbers."""
    found = month(
        tmp_path,
        steady=((90, 10), (88, 12)),
        rising=((50, 50), (85, 15)),
        new=((0, 0), (2, 4)),
        falling=((98, 2), (80, 20)),
        useless=((20, 80), (22, 78)),
        mediocre=((66, 34), (65, 35)),
    )

    assert [(name, row.verdict) for name, row in found.items()] == [
        ("useless", "deprecate"), ("falling", "needs work"), ("mediocre", "needs work"), ("rising", "improving"),
        ("steady", "steady"), ("new", "few runs"),
    ]  # fmt: skip
    assert {name: row.reason for name, row in found.items()} == {
        "useless": "below 50% for certain: 22 of 100 runs, 95%: 15-31%",
        "falling": "fell 18 points (95%: -27 to -10): 80 of 100 runs, 95%: 71-87%",
        "mediocre": "below 80% for certain: 65 of 100 runs, 95%: 55-74%",
        "rising": "rose 35 points (95%: +22 to +46): 85 of 100 runs, 95%: 77-91%",
        "steady": "no certain change: 88 of 100 runs, 95%: 80-93%",
        "new": "2 of 6 runs, not enough to judge",
    }


def test_who_gets_better_for_certain_is_not_dropped_for_being_bad(tmp_path: Path) -> None:
    """Somebody is mending it; that it is still bad stands beside."""
    row = month(tmp_path, mended=((5, 95), (35, 65)))["mended"]

    assert row.verdict == "improving"
    assert row.reason.endswith("still below 80%: 35 of 100 runs, 95%: 26-45%")


def test_a_month_without_one_before_has_nothing_to_compare_with(tmp_path: Path) -> None:
    """The first month of use says so and claims no change."""
    row = month(tmp_path, first=((0, 0), (95, 5)))["first"]

    assert (row.verdict, row.change, row.median_ms_before) == ("no comparison", None, None)
    assert row.reason.startswith("fewer than 10 runs before, nothing to compare with: ")


def test_agents_that_did_not_change_are_marked_as_seldom_as_promised(tmp_path: Path) -> None:
    """Of sixty agents that did not change some intervals lie beyond 0 by chance, and no agent is marked for it."""
    dice = random.Random(5)  # noqa: S311 - a history, not a secret

    def drawn() -> tuple[int, int]:
        success = sum(dice.random() < 0.85 for _ in range(50))
        return success, 50 - success

    found = month(tmp_path, **{f"agent{number}": (drawn(), drawn()) for number in range(60)})

    assert {row.verdict for row in found.values()} == {"steady"}
    alarms = [row for row in found.values() if (row.change_low or 0) > 0 or (row.change_high or 0) < 0]
    assert 1 <= len(alarms) <= 6
    assert all("no more than chance among so many agents" in row.reason for row in alarms)


def test_a_real_change_is_found_among_many_agents_that_did_not_change(tmp_path: Path) -> None:
    """Looking at more agents costs certainty, and not the finds that are clear."""
    same = {f"agent{number}": ((45, 5), (45, 5)) for number in range(30)}
    found = month(tmp_path, fell=((48, 2), (28, 22)), rose=((25, 25), (45, 5)), bad=((10, 40), (10, 40)), **same)

    assert [(name, row.verdict) for name, row in found.items() if row.verdict != "steady"] == [
        ("bad", "deprecate"), ("fell", "needs work"), ("rose", "improving"),
    ]  # fmt: skip


def test_one_agent_alone_is_judged_by_its_interval(tmp_path: Path) -> None:
    """There is nothing to correct for: what would be chance among thirty is a change where one was looked at."""
    close = ((45, 5), (36, 14))
    same = {f"agent{number}": ((45, 5), (45, 5)) for number in range(30)}

    assert month(tmp_path / "alone", close=close)["close"].verdict == "needs work"
    assert month(tmp_path / "among", close=close, **same)["close"].verdict == "steady"


def test_the_period_begins_and_ends_where_it_says(tmp_path: Path) -> None:
    """A run at the first moment is in, one at the last is not, one before the period before is in neither."""
    moments = {"first": NOW_MS - DAY_MS, "before": NOW_MS - DAY_MS - 1, "after": NOW_MS, "old": NOW_MS - 2 * DAY_MS - 1}
    write_records(tmp_path, *(invocation(at, agent=name, started_ms=moments[name]) for at, name in enumerate(moments)))

    found = daily(open_index(Root(tmp_path)), Scope(), now_ms=NOW_MS)
    earlier = daily(open_index(Root(tmp_path)), Scope(until_ms=NOW_MS - DAY_MS), now_ms=NOW_MS)

    assert (found.period.before, found.period.since, found.period.until) == (
        "2025-10-28T18:00:00.000Z", "2025-10-29T18:00:00.000Z", "2025-10-30T18:00:00.000Z",
    )  # fmt: skip
    assert [row.agent_name for row in found.agents] == ["first"]
    assert [row.agent_name for row in earlier.agents] == ["before"]


def test_a_period_does_not_reach_into_the_future(tmp_path: Path) -> None:
    """``--until`` today means the end of today; hours to come would be compared with full ones."""
    write_records(tmp_path, invocation(1, started_ms=NOW_MS - DAY_MS))

    found = daily(open_index(Root(tmp_path)), Scope(until_ms=NOW_MS + DAY_MS // 4), now_ms=NOW_MS)

    assert found.period.until == "2025-10-30T18:00:00.000Z"
    assert [row.agent_name for row in found.agents] == ["Explore"]


def judged(number: int, *, accepted: bool | None, signal: str | None = None, hours_ago: float = 5) -> Invocation:
    """A run of ten minutes that the user took or not; ``feedback`` is the user's own word."""
    acceptance = None
    if signal:
        acceptance = Acceptance(source="explicit" if signal == "feedback" else "inferred", signal=signal)
    return invocation(
        number, started_ms=NOW_MS - round(hours_ago * HOUR_MS), took_ms=600_000, user_accepted=accepted,
        metadata=full_metadata(acceptance=acceptance, session_id=f"session-{number}"),
    )  # fmt: skip


def test_satisfaction_counts_each_kind_of_judgement(tmp_path: Path) -> None:
    """Accepted, rejected and unknown, who said it, and by which sign; the day before beside it."""
    write_records(
        tmp_path,
        judged(1, accepted=True, signal="feedback"),
        judged(2, accepted=True, signal="committed"),
        judged(3, accepted=False, signal="corrected"),
        judged(4, accepted=False, signal="redelegated"),
        judged(5, accepted=False, signal="feedback"),
        judged(6, accepted=None),
        judged(7, accepted=True, signal="committed", hours_ago=30),
        judged(8, accepted=False, signal="corrected", hours_ago=30),
    )

    found = daily(open_index(Root(tmp_path)), Scope(), now_ms=NOW_MS)

    (row,) = found.agents
    assert (row.invocations, row.unknown, row.corrected, row.redone, row.reinvoked) == (6, 1, 1, 1, 0)
    assert (row.said_accepted, row.said_rejected, row.inferred_accepted, row.inferred_rejected) == (1, 1, 1, 2)
    assert (row.invocations_before, row.inferred_accepted_before, row.inferred_rejected_before) == (2, 1, 1)
    assert (row.said_accepted_before, row.said_rejected_before, row.corrected_before) == (0, 0, 1)
    assert (found.said.later_success, found.said.later_runs, found.said.change) == (1, 2, None)
    assert (found.inferred.later_success, found.inferred.later_runs, found.inferred.earlier_runs) == (1, 3, 2)


def test_the_day_before_counts_agents_that_did_not_run_today(tmp_path: Path) -> None:
    """Leaving them out would compare today with a part of yesterday."""
    other = msgspec.structs.replace(judged(2, accepted=True, signal="committed", hours_ago=30), agent_name="Plan")
    write_records(tmp_path, judged(1, accepted=False, signal="corrected"), other)

    found = daily(open_index(Root(tmp_path)), Scope(), now_ms=NOW_MS)

    assert [row.agent_name for row in found.agents] == ["Explore"]
    assert (found.inferred.earlier_success, found.inferred.earlier_runs) == (1, 1)


def test_an_agent_ran_again_when_it_had_ended_before_in_the_same_session(tmp_path: Path) -> None:
    """Three at once are no repetition; one after them is, also of one that ended just before the period."""
    minutes = {"at once": (0, 0, 1), "again": (0, 30, 60), "across": (-19 * 60 - 5,), "elsewhere": (40,)}
    write_records(
        tmp_path,
        *(
            invocation(
                number * 10 + at, agent=agent, started_ms=NOW_MS - 5 * HOUR_MS + minute * 60_000, took_ms=600_000,
                metadata=full_metadata(session_id=session),
            )
            for number, (agent, session, starts) in enumerate(
                [
                    ("at once", "one", minutes["at once"]), ("again", "one", minutes["again"]),
                    ("again", "two", minutes["elsewhere"]), ("across", "one", minutes["across"]),
                    ("across", "one", (0,)),
                ]
            )
            for at, minute in enumerate(starts)
        ),
    )  # fmt: skip

    found = daily(open_index(Root(tmp_path)), Scope(), now_ms=NOW_MS)

    assert {row.agent_name: row.reinvoked for row in found.agents} == {"at once": 0, "again": 2, "across": 1}
