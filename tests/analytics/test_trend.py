"""Success over time: buckets counted one by one, silence called idle only where it is known, and no trend by eye."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from afteraction.analytics.agents import FEW
from afteraction.analytics.scope import Scope
from afteraction.analytics.statistics.change_points import change_points
from afteraction.analytics.trend import By, Trend, trend
from afteraction.moments import DAY_MS
from afteraction.paths import Root
from afteraction.store.coverage import Coverage, Span
from afteraction.store.index import open_index
from tests.analytics import counted
from tests.analytics.varied import counts, start_ms, varied_history
from tests.records import NOW_MS, invocation, write_records

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from afteraction.model import Invocation

TODAY = date(2025, 10, 30)
DAY = timedelta(days=1)
COVERED = Coverage(
    tuple(Span(date(2025, 10, first), date(2025, 10, last)) for first, last in ((4, 9), (13, 14), (20, 21)))
)
SCOPES = {
    "everything": Scope(),
    "from a Wednesday noon": Scope(since_ms=NOW_MS - 22 * DAY_MS - 6 * 3_600_000),
    "up to a midnight": Scope(until_ms=NOW_MS - 10 * DAY_MS - 18 * 3_600_000),
    "from before the first run": Scope(since_ms=NOW_MS - 70 * DAY_MS),
    "into the future": Scope(since_ms=NOW_MS - 3 * DAY_MS, until_ms=NOW_MS + 90 * DAY_MS),
    "one agent of one project": Scope(agent="Explore", project="shop"),
    "one model": Scope(model="claude-haiku-4-5"),
}


def ask(root: Path, scope: Scope | None = None, *, by: By | None = None, coverage: Coverage | None = None) -> Trend:
    return trend(open_index(Root(root)), scope or Scope(), coverage or Coverage(), now_ms=NOW_MS, by=by)


def day_of(record: Invocation) -> date:
    return date_at(start_ms(record))


def date_at(at_ms: int) -> date:
    return datetime.fromtimestamp(at_ms / 1000, UTC).date()


def bucket_of(day: date, by: By) -> date:
    return {"day": day, "week": day - day.weekday() * DAY, "month": day.replace(day=1)}[by]


def within(scope: Scope, record: Invocation) -> bool:
    more = record.metadata
    return (
        (scope.since_ms is None or start_ms(record) >= scope.since_ms)
        and (scope.until_ms is None or start_ms(record) < scope.until_ms)
        and (scope.agent is None or record.agent_name == scope.agent)
        and (scope.project is None or (more.project or "").endswith(f"/{scope.project}"))
        and (scope.model is None or (more.model or "").startswith(f"{scope.model}-"))
    )


@pytest.fixture(scope="module")
def gappy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Invocation]]:
    """A varied history that pauses for some days, and the folder it stands in."""
    root = tmp_path_factory.mktemp("gappy")
    pauses = {date(2025, 10, day) for day in (3, 4, 5, 8, 13, 14, 15, 16, 17, 18, 19, 20, 25)}
    records = [record for record in varied_history(400, days=45) if day_of(record) not in pauses]
    write_records(root, *records)
    return root, records


@pytest.mark.parametrize("by", ["day", "week", "month"])
@pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES)
def test_every_bucket_is_the_sum_of_its_runs(gappy: tuple[Path, list[Invocation]], scope: Scope, by: By) -> None:
    """No bucket is left out, and each is counted one by one: days, what is known of them, success, time, cost."""
    root, records = gappy
    of = [record for record in records if within(scope, record)]
    end_ms = min(NOW_MS, scope.until_ms or NOW_MS)
    first = min(map(day_of, of)) if scope.since_ms is None else date_at(scope.since_ms)
    days = [first + number * DAY for number in range((date_at(end_ms - 1) - first).days + 1)]
    recorded = set(map(day_of, records))

    found = ask(root, scope, by=by, coverage=COVERED).buckets

    assert [bucket.bucket for bucket in found] == sorted({str(bucket_of(day, by)) for day in days})
    for bucket in found:
        mine = [day for day in days if str(bucket_of(day, by)) == bucket.bucket]
        known = [day for day in mine if day in recorded or COVERED.covers(day)]
        ran = [record for record in of if str(bucket_of(day_of(record), by)) == bucket.bucket]
        assert (bucket.days, bucket.days_known) == (len(mine), len(known))
        assert bucket.state == ("runs" if ran else "idle" if known == mine else "no data")
        assert (bucket.success, bucket.invocations) == counts(ran)
        assert (bucket.failure, bucket.partial) == tuple(
            sum(r.status == s for r in ran) for s in ("failure", "partial")
        )
        rate = counted.rate_with_interval(*counts(ran))
        assert (bucket.success_rate, bucket.success_low, bucket.success_high) == rate
        assert (bucket.median_ms, bucket.p90_ms) == (counted.quantile(ran, 0.5), counted.quantile(ran, 0.9))
        assert (bucket.cost_usd, bucket.cost_per_success, bucket.invocations_without_price) == counted.cost(ran)


def test_all_three_states_occur(gappy: tuple[Path, list[Invocation]]) -> None:
    """A covered day without a run is idle; the same without cover is not known, and is never called idle."""
    root, _ = gappy

    states = {bucket.bucket: bucket.state for bucket in ask(root, by="day", coverage=COVERED).buckets}

    assert states["2025-10-08"] == states["2025-10-20"] == "idle"
    assert states["2025-10-03"] == states["2025-10-19"] == "no data"
    assert states["2025-10-21"] == "runs"


def test_a_day_on_which_another_agent_ran_is_idle(tmp_path: Path) -> None:
    """Where anything was recorded, everything would have been."""
    days = [invocation(number, agent=agent, started_ms=NOW_MS - number * DAY_MS)
            for number, agent in ((5, "Explore"), (4, "Plan"), (1, "Explore"))]  # fmt: skip
    write_records(tmp_path, *days)

    states = [bucket.state for bucket in ask(tmp_path, Scope(agent="Explore"), by="day").buckets]

    assert states == ["runs", "idle", "no data", "no data", "runs", "no data"]


def test_the_later_half_of_the_time_is_held_against_the_earlier(gappy: tuple[Path, list[Invocation]]) -> None:
    """Halves of the time between the first and the last run; pauses before and after belong to neither."""
    root, records = gappy
    first, last = min(map(day_of, records)), max(map(day_of, records))
    middle = first + (((last - first).days + 1) // 2) * DAY
    earlier = counts([record for record in records if day_of(record) < middle])
    later = counts([record for record in records if day_of(record) >= middle])

    for scope in (Scope(), Scope(since_ms=NOW_MS - 200 * DAY_MS)):
        found = ask(root, scope, by="day")
        halves = found.halves
        assert found.middle == str(middle)
        assert (halves.earlier_success, halves.earlier_runs) == earlier
        assert (halves.later_success, halves.later_runs) == later
        change = counted.difference(earlier, later, few=FEW)
        assert (halves.change, halves.change_low, halves.change_high) == change


def days_of(*rates: tuple[int, int, int]) -> Iterable[Invocation]:
    """``days`` days of ``runs`` runs each, of which ``good`` succeeded; the last day is yesterday."""
    plan = [(runs, good) for days, runs, good in rates for _ in range(days)]
    for at, (runs, good) in enumerate(plan):
        for number in range(runs):
            started_ms = NOW_MS - (len(plan) - at) * DAY_MS + number * 60_000
            yield invocation(at * 100 + number, status="success" if number < good else "failure", started_ms=started_ms)


def test_a_planted_change_is_found_where_it_was_planted(tmp_path: Path) -> None:
    """The day, and both stretches with the interval of their difference; a steady time beside it has none."""
    write_records(tmp_path, *days_of((10, 10, 9), (10, 10, 5), (8, 10, 9)))

    found = ask(tmp_path, by="day")

    fell, rose = found.change_points
    assert [fell.bucket, rose.bucket] == [str(TODAY - 18 * DAY), str(TODAY - 8 * DAY)]
    assert (fell.difference.earlier_success, fell.difference.earlier_runs) == (90, 100)
    assert (fell.difference.later_success, fell.difference.later_runs) == (50, 100)
    assert (rose.difference.earlier_success, rose.difference.earlier_runs) == (50, 100)
    assert (rose.difference.later_success, rose.difference.later_runs) == (72, 80)
    change = counted.difference((90, 100), (50, 100), few=FEW)
    assert (fell.difference.change, fell.difference.change_low, fell.difference.change_high) == change


def test_change_points_are_those_of_the_buckets(gappy: tuple[Path, list[Invocation]]) -> None:
    """Stretches lie between neighbouring change points, so none is compared with what came before another."""
    root, _ = gappy

    for by in ("day", "week"):
        found = ask(root, by=by)
        success, runs = [b.success for b in found.buckets], [b.invocations for b in found.buckets]
        cuts = change_points(success, runs)
        assert [point.bucket for point in found.change_points] == [found.buckets[at].bucket for at in cuts]
        for (low, at), (_, high), point in zip(
            itertools.pairwise([0, *cuts]), itertools.pairwise([*cuts, len(runs)]), found.change_points, strict=True
        ):
            assert (point.difference.earlier_runs, point.difference.later_runs) == (
                sum(runs[low:at]),
                sum(runs[at:high]),
            )


def test_chance_alone_is_seldom_a_trend(tmp_path: Path) -> None:
    """At most one steady history in ten is called improving or declining; the interval promises one in twenty."""
    dice = random.Random(5)  # noqa: S311 - a history, not a secret
    named = 0
    records: list[Invocation] = []
    for number in range(60):
        for day in range(20):
            records.extend(
                invocation(
                    number * 1000 + day * 3 + run, agent=f"agent-{number}",
                    status="success" if dice.random() < 0.8 else "failure",
                    started_ms=NOW_MS - (20 - day) * DAY_MS + run * 1000,
                )
                for run in range(3)
            )  # fmt: skip
    write_records(tmp_path, *records)
    index = open_index(Root(tmp_path))
    for number in range(60):
        halves = trend(index, Scope(agent=f"agent-{number}"), Coverage(), now_ms=NOW_MS, by="day").halves
        assert halves.change_low is not None
        assert halves.change_high is not None
        named += halves.change_low > 0 or halves.change_high < 0

    assert named <= 6


@pytest.mark.parametrize(
    ("scope", "days", "by"),
    [
        (Scope(), 20, "day"),
        (Scope(), 100, "week"),
        (Scope(), 400, "month"),
        (Scope(since_ms=NOW_MS - 31 * DAY_MS), 400, "day"),
        (Scope(since_ms=NOW_MS - 32 * DAY_MS), 20, "week"),
        (Scope(since_ms=NOW_MS - 32 * DAY_MS, until_ms=NOW_MS - 5 * DAY_MS), 400, "day"),
    ],
)
def test_a_trend_fits_a_screen_unasked(tmp_path: Path, scope: Scope, days: int, by: By) -> None:
    """Days up to a month, weeks up to seven, months beyond, of the time that is asked about."""
    write_records(tmp_path, invocation(1, started_ms=NOW_MS - days * DAY_MS), invocation(2, started_ms=NOW_MS - 1))

    assert ask(tmp_path, scope).by == by


def test_nothing_is_no_trend(tmp_path: Path) -> None:
    """Without runs there is neither a middle nor a change; a period that was asked for still has its days."""
    write_records(tmp_path, invocation())

    nowhere = ask(tmp_path, Scope(agent="Plan"))
    period = ask(tmp_path, Scope(agent="Plan", since_ms=NOW_MS - 2 * DAY_MS))

    assert (nowhere.buckets, nowhere.middle, nowhere.change_points) == ([], None, [])
    assert (nowhere.halves.earlier_rate, nowhere.halves.change) == (None, None)
    assert [bucket.state for bucket in period.buckets] == ["no data", "idle", "no data"]


def test_one_bucket_has_no_halves(tmp_path: Path) -> None:
    """A single day cannot be earlier and later than itself."""
    write_records(tmp_path, *days_of((1, 30, 15)))

    found = ask(tmp_path, by="day")

    assert (found.middle, found.halves.change, found.change_points) == (None, None, [])
