"""One agent: slices that leave nothing out, edits as a walk through its runs finds them, nothing beyond."""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from afteraction.analytics.agent import agent_report
from afteraction.analytics.agents import FEW
from afteraction.analytics.breakdown import breakdown
from afteraction.analytics.edits import Edit, edits
from afteraction.analytics.recent import recent
from afteraction.analytics.scope import Scope
from afteraction.model import Acceptance, AgentDefinition
from afteraction.moments import DAY_MS
from afteraction.paths import Root
from afteraction.store.coverage import Coverage
from afteraction.store.index import open_index
from tests.analytics import counted
from tests.analytics.varied import counts, start_ms, varied_history
from tests.records import NOW_MS, full_metadata, invocation, write_records

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from afteraction.model import Invocation, Status
    from afteraction.store.index import Index

HOUR_MS = 3_600_000
PATH = ".claude/agents/explore.md"


def index_of(root: Path, records: Iterable[Invocation]) -> Index:
    write_records(root, *records)
    return open_index(Root(root))


def places(record: Invocation) -> dict[str, str | None]:
    """The value of each circumstance, told from the record alone."""
    more = record.metadata
    sha = more.agent_definition.sha256 if more.agent_definition else None
    return {
        "all": None,
        "model": more.model,
        "project": more.project,
        "agent version": sha and sha[:12],
        "task type": more.task_type,
        "outcome": more.outcome.category if more.outcome else None,
    }


def test_every_slice_is_the_sum_of_its_runs(tmp_path: Path) -> None:
    """Counted one by one: runs, success with its interval, time, cost, first and last."""
    records = varied_history(300)
    slices: dict[tuple[str, str | None], list[Invocation]] = defaultdict(list)
    for record in records:
        for place in places(record).items():
            slices[place].append(record)

    found = breakdown(index_of(tmp_path, records), Scope())

    assert {(one.circumstance, one.value) for one in found} == set(slices)
    for one in found:
        of = slices[one.circumstance, one.value]
        assert (one.success, one.invocations) == counts(of)
        assert (one.failure, one.partial) == tuple(sum(r.status == s for r in of) for s in ("failure", "partial"))
        assert (one.success_rate, one.success_low, one.success_high) == counted.rate_with_interval(*counts(of))
        assert (one.median_ms, one.p90_ms) == (counted.quantile(of, 0.5), counted.quantile(of, 0.9))
        assert (one.cost_usd, one.cost_per_success, one.invocations_without_price) == counted.cost(of)
        starts = [start_ms(record) for record in of]
        assert (one.first_started_at_ms, one.last_started_at_ms) == (min(starts), max(starts))


def test_slices_come_in_the_order_people_ask(tmp_path: Path) -> None:
    """All runs, then models, projects, versions, types of task and outcomes; of each the most frequent first."""
    found = breakdown(index_of(tmp_path, varied_history(200)), Scope())

    order = [circumstance for circumstance, _ in itertools.groupby(one.circumstance for one in found)]
    assert order == ["all", "model", "project", "agent version", "task type", "outcome"]
    for _, group in itertools.groupby(found, key=lambda one: one.circumstance):
        runs = [one.invocations for one in group]
        assert runs == sorted(runs, reverse=True)


def edited_history(count: int, seed: int) -> list[Invocation]:
    """Two agents in three projects whose definitions go to and fro; a tenth of the versions is not known."""
    dice = random.Random(seed)  # noqa: S311 - a history, not a secret
    versions: dict[tuple[str, str | None], int] = defaultdict(int)
    made = []
    for number in range(count):
        agent, project = dice.choice(("Explore", "plugin:runner")), dice.choice(("/home/user/a", "/home/user/b", None))
        if dice.random() < 0.05:
            versions[agent, project] = dice.randrange(3)
        sha = "abc"[versions[agent, project]] * 64
        status: Status = "success" if dice.random() < 0.7 else "failure"
        definition = AgentDefinition(path=PATH, sha256=sha if dice.random() < 0.9 else None)
        metadata = full_metadata(status, project=project, agent_definition=definition)
        started_ms = NOW_MS - (count - number) * HOUR_MS
        made.append(invocation(number, agent=agent, status=status, started_ms=started_ms, metadata=metadata))
    return made


def slow_edits(
    records: list[Invocation],
) -> dict[tuple[str, str, str, int], list[tuple[list[Invocation], list[Invocation]]]]:
    """The stretches before and after each edit; named by agent, both versions and how often it was made before."""
    homes: dict[tuple[str, str | None], list[Invocation]] = defaultdict(list)
    for record in sorted(records, key=start_ms):
        if version(record):
            homes[record.agent_name, record.metadata.project].append(record)
    found = defaultdict(list)
    for (agent, _), runs in homes.items():
        stretches = [list(group) for _, group in itertools.groupby(runs, key=version)]
        seen: dict[tuple[str, str], int] = defaultdict(int)
        for before, after in itertools.pairwise(stretches):
            step = version(before[0]), version(after[0])
            found[agent, *step, seen[step]].append((before, after))
            seen[step] += 1
    return found


def version(record: Invocation) -> str:
    definition = record.metadata.agent_definition
    return (definition.sha256 if definition else None) or ""


def test_edits_are_those_a_walk_through_the_runs_finds(tmp_path: Path) -> None:
    """Both sides of each edit, their rates, and the difference with its interval."""
    records = edited_history(900, seed=11)
    expected = slow_edits(records)

    found = edits(index_of(tmp_path, records), Scope())

    seen: dict[tuple[str, str, str], int] = defaultdict(int)
    for edit in found:
        step = edit.agent_name, edit.sha_before, edit.sha_after
        sides = expected.pop((*step, seen[step]))
        seen[step] += 1
        before, after = (list(itertools.chain(*side)) for side in zip(*sides, strict=True))
        assert (edit.success_before, edit.runs_before) == counts(before)
        assert (edit.success_after, edit.runs_after) == counts(after)
        assert (edit.rate_before, edit.before_low, edit.before_high) == counted.rate_with_interval(*counts(before))
        assert (edit.rate_after, edit.after_low, edit.after_high) == counted.rate_with_interval(*counts(after))
        change = counted.difference(counts(before), counts(after), few=FEW)
        assert (edit.change, edit.change_low, edit.change_high) == change
        assert edit.first_run_before_ms == min(map(start_ms, before))
        assert (edit.first_run_after_ms, edit.last_run_after_ms) == (
            min(map(start_ms, after)),
            max(map(start_ms, after)),
        )
    assert not expected
    assert max(seen.values()) > 1  # the history does go to and fro
    assert {edit.change is None for edit in found} == {True, False}
    assert [edit.first_run_after_ms for edit in found] == sorted(edit.first_run_after_ms for edit in found)


def runs_of(sha: str, count: int, *, good: int, from_day: int) -> list[Invocation]:
    """``count`` runs of one version, an hour apart, of which the first ``good`` succeeded."""
    return [
        invocation(
            from_day * 1000 + at,
            status="success" if at < good else "failure",
            started_ms=NOW_MS - 60 * DAY_MS + from_day * DAY_MS + at * HOUR_MS,
            metadata=full_metadata(agent_definition=AgentDefinition(path=PATH, sha256=sha * 64)),
        )
        for at in range(count)
    ]


def told(edit: Edit) -> tuple[str, str, int, int]:
    return edit.sha_before[0], edit.sha_after[0], edit.runs_before, edit.runs_after


def test_an_edit_taken_back_and_made_again_is_two_edits(tmp_path: Path) -> None:
    """The last edit is the one whose version runs now, not an earlier one that looks the same."""
    stretches = [("a", 11, 0), ("b", 12, 1), ("a", 13, 2), ("b", 14, 3)]
    records = [run for sha, count, day in stretches for run in runs_of(sha, count, good=count, from_day=day)]

    found = edits(index_of(tmp_path, records), Scope())

    assert list(map(told, found)) == [("a", "b", 11, 12), ("b", "a", 12, 13), ("a", "b", 13, 14)]


def test_an_edit_of_the_users_own_file_is_one_edit_in_all_projects(tmp_path: Path) -> None:
    """Told once, with the runs of both projects."""
    here = [*runs_of("a", 10, good=5, from_day=0), *runs_of("b", 10, good=9, from_day=2)]
    there = [
        msgspec.structs.replace(run, metadata=msgspec.structs.replace(run.metadata, project="/home/user/billing"))
        for run in (*runs_of("a", 4, good=4, from_day=1), *runs_of("b", 3, good=3, from_day=3))
    ]

    [edit] = edits(index_of(tmp_path, here + there), Scope())

    assert told(edit) == ("a", "b", 14, 13)


def test_an_edit_with_few_runs_on_a_side_changes_nothing_for_certain(tmp_path: Path) -> None:
    """Nine runs are counts; ten have a difference with its interval."""
    records = [*runs_of("a", 30, good=0, from_day=0), *runs_of("b", FEW - 1, good=FEW - 1, from_day=5)]
    index = index_of(tmp_path, records)

    [few] = edits(index, Scope())
    [enough] = edits(index_of(tmp_path, runs_of("b", 1, good=1, from_day=7)), Scope())

    assert (few.change, few.change_low, few.change_high) == (None, None, None)
    assert (few.success_before, few.runs_before, few.success_after, few.runs_after) == (0, 30, 9, 9)
    assert enough.change == 1.0
    assert enough.change_low is not None
    assert enough.change_low > 0


def test_an_edit_is_told_with_time_cost_and_acceptance(tmp_path: Path) -> None:
    """Whoever edited a definition wants to know all of what it changed, each edit against the version before it."""
    records = [
        invocation(
            number, started_ms=NOW_MS - (90 - number) * HOUR_MS, took_ms=1_000 * (number // 30 + 1),
            user_accepted=number // 30 != 1,
            metadata=full_metadata(
                cost_usd=0.5 * (number // 30 + 1),
                agent_definition=AgentDefinition(path=PATH, sha256="aba"[number // 30] * 64),
                acceptance=Acceptance(source="inferred" if number % 2 else "explicit", signal="x"),
            ),
        )
        for number in range(90)
    ]  # fmt: skip

    report = agent_report(index_of(tmp_path, records), Scope(agent="Explore"), Coverage(), now_ms=NOW_MS)

    assert report is not None
    assert [(one.a, one.b) for one in report.versions] == [
        ("Explore@aaaaaaaa", "Explore@bbbbbbbb"), ("Explore@bbbbbbbb", "Explore@aaaaaaaa"),
    ]  # fmt: skip
    worse, better = report.versions
    assert (worse.a_runs, worse.b_runs, better.a_runs, better.b_runs) == (30, 30, 30, 30)
    assert (worse.median_difference_ms, better.median_difference_ms) == (1_000, 1_000)
    assert (worse.a_cost_per_success, worse.b_cost_per_success, better.b_cost_per_success) == (0.5, 1.0, 1.5)
    assert (worse.explicit_difference, worse.inferred_difference) == (-1.0, -1.0)
    assert (better.explicit_difference, better.inferred_difference) == (1.0, 1.0)
    assert worse.explicit_high is not None
    assert worse.explicit_high < 0


def test_the_newest_runs_come_first(tmp_path: Path) -> None:
    """As many as were asked for; one whose start is not known comes last."""
    records = varied_history(50)
    undated = msgspec.structs.replace(records[0], invocation_id="inv-20250901-00000000ffff", timestamp="yesterday")
    folder = tmp_path / "invocations" / "2025-09-01"
    folder.mkdir(parents=True)
    (folder / "Explore-00000000ffff.json").write_bytes(msgspec.json.encode(undated))
    index = index_of(tmp_path, records)

    assert [run.invocation_id for run in recent(index, Scope(), most=7)] == [
        record.invocation_id for record in sorted(records, key=start_ms, reverse=True)[:7]
    ]
    assert recent(index, Scope(), most=1000)[-1].invocation_id == undated.invocation_id


@pytest.mark.parametrize(
    "scope",
    [
        Scope(),
        Scope(since_ms=NOW_MS - 12 * DAY_MS),
        Scope(project="shop"),
        Scope(model="haiku"),
        Scope(model="claude-haiku-4-5"),
        Scope(until_ms=NOW_MS - 12 * DAY_MS, project="/home/user/billing"),
    ],
)
def test_every_part_of_the_report_speaks_of_the_same_runs(tmp_path: Path, scope: Scope) -> None:
    """Head, trend, slices and newest runs are of the one agent, within the filters."""
    records = [tiered(record) for record in varied_history(300)]
    of = [record for record in records if record.agent_name == "Explore" and lets_through(scope, record)]
    mine = replace(scope, agent="Explore")

    report = agent_report(index_of(tmp_path, records), mine, Coverage(), now_ms=NOW_MS)

    assert report is not None
    runs = len(of)
    assert 0 < runs < len(records)
    assert report.agent.invocations == runs
    assert sum(bucket.invocations for bucket in report.trend.buckets) == runs
    for circumstance in ("all", "model", "project", "agent version", "outcome"):
        assert sum(one.invocations for one in report.slices if one.circumstance == circumstance) == runs
    newest = sorted(of, key=start_ms, reverse=True)[: len(report.recent)]
    assert [run.invocation_id for run in report.recent] == [record.invocation_id for record in newest]


def test_an_agent_without_a_run_in_the_scope_has_no_report(tmp_path: Path) -> None:
    """Nothing is said of runs that the filters leave out."""
    index = index_of(tmp_path, [invocation()])

    assert agent_report(index, Scope(agent="Plan"), Coverage(), now_ms=NOW_MS) is None
    assert agent_report(index, Scope(agent="Explore", since_ms=NOW_MS), Coverage(), now_ms=NOW_MS) is None


def tiered(record: Invocation) -> Invocation:
    """The same with the tier that its model has."""
    tier = (record.metadata.model or "--").split("-")[1] or None
    return msgspec.structs.replace(record, metadata=msgspec.structs.replace(record.metadata, model_tier=tier))


def lets_through(scope: Scope, record: Invocation) -> bool:
    model, project = record.metadata.model or "", record.metadata.project or ""
    return (
        (scope.since_ms is None or start_ms(record) >= scope.since_ms)
        and (scope.until_ms is None or start_ms(record) < scope.until_ms)
        and (scope.project is None or project.endswith(scope.project))
        and (scope.model is None or scope.model in model)
    )
