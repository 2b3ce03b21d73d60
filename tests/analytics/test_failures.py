"""Why runs fail: kinds that are alike, places that are more than chance, and no more said than is known."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import stats

from afteraction.analytics.agents import FEW
from afteraction.analytics.failures import failures
from afteraction.analytics.scope import Scope
from afteraction.analytics.suggestions import suggestion
from afteraction.collector.outcome import CATEGORIES
from afteraction.model import Metadata
from afteraction.moments import DAY_MS
from afteraction.paths import Root
from afteraction.store.engine import connect
from afteraction.store.index import open_index
from tests.analytics.varied import WAYS, failed, start_ms, varied_history
from tests.records import NOW_MS, full_metadata, invocation, write_records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from afteraction.analytics.failures import Failures
    from afteraction.model import Invocation, Status

Place = tuple[str, str]
HOUR_MS = 3_600_000


def ask(root: Path, scope: Scope | None = None, *, most: int = 6) -> Failures:
    return failures(open_index(Root(root)), scope or Scope(), most=most)


def kind(record: Invocation) -> tuple[str | None, str | None]:
    """The category and the masked message, told from how the record was made and not from its text."""
    category = record.metadata.outcome.category if record.metadata.outcome else None
    return category, {way[1]: way[3] for way in WAYS}[category] if category != "api_error" else (
        WAYS[0][3] if "529" in (record.error_message or "") else WAYS[1][3]
    )


@pytest.fixture(scope="module")
def varied(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Invocation]]:
    """A varied history and the folder it stands in."""
    root, records = tmp_path_factory.mktemp("varied"), varied_history(500)
    write_records(root, *records)
    return root, records


def test_like_messages_of_one_category_are_one_cluster(varied: tuple[Path, list[Invocation]]) -> None:
    """Counted one by one: how many, whose, when first and last, and the three newest as examples."""
    root, records = varied
    kinds: dict[tuple[str | None, str | None], list[Invocation]] = defaultdict(list)
    for record in records:
        if failed(record):
            kinds[kind(record)].append(record)

    found = ask(root).clusters

    assert {(one.category, one.message): one.failed for one in found} == {key: len(of) for key, of in kinds.items()}
    assert [one.failed for one in found] == sorted((one.failed for one in found), reverse=True)
    for one in found:
        of = sorted(kinds[one.category, one.message], key=start_ms, reverse=True)
        assert one.partial == sum(record.status == "partial" for record in of)
        assert dict(zip(one.agents, one.agent_counts, strict=True)) == Counter(record.agent_name for record in of)
        assert one.agent_counts == sorted(one.agent_counts, reverse=True)
        assert (one.first_seen_ms, one.last_seen_ms) == (start_ms(of[-1]), start_ms(of[0]))
        assert one.examples == [record.invocation_id for record in of[:3]]
        assert one.sample == of[0].error_message
        assert one.share == pytest.approx(len(of) / sum(map(len, kinds.values())))


def places(record: Invocation, running: int | None) -> Iterator[Place]:
    """Every circumstance of a run that is known."""
    more, moment = record.metadata, datetime.fromtimestamp(start_ms(record) / 1000, UTC)
    yield "agent", record.agent_name
    yield "hour", str(moment.hour)
    yield "weekday", str(moment.isoweekday())
    if more.agent_definition and more.agent_definition.sha256:
        yield "agent version", f"{record.agent_name} {more.agent_definition.sha256[:12]}"
    known = {"project": more.project, "model": more.model, "task type": more.task_type}
    yield from ((name, value) for name, value in known.items() if value is not None)
    yield "client version", str(more.client_version)
    if running is not None:
        steps = {1: "1", 2: "2", 3: "3 to 4", 4: "3 to 4", 5: "5 to 8", 6: "5 to 8", 7: "5 to 8", 8: "5 to 8"}
        yield "concurrency", steps.get(running, "9 or more")


def running_at(record: Invocation, records: list[Invocation]) -> int | None:
    """How many runs of known end were on when this one started, itself included; None when its own is not known."""
    if record.execution_time_ms is None:
        return None
    spans = [(start_ms(one), one.execution_time_ms) for one in records if one.execution_time_ms is not None]
    return sum(start <= start_ms(record) < start + max(took, 1) for start, took in spans)


def test_every_place_is_judged_as_a_slow_count_judges_it(varied: tuple[Path, list[Invocation]]) -> None:
    """Runs, failures, expectation and chance of each place, within agents, against scipy."""
    root, records = varied
    known = [(record, dict(places(record, running_at(record, records)))) for record in records]
    clusters = ask(root).clusters
    expected: dict[tuple[int, str, str], tuple[int, int, float, float]] = {}
    for number in range(len(clusters) + 1):
        cluster = clusters[number - 1] if number else None
        hit = {
            record.invocation_id
            for record in records
            if failed(record) and (cluster is None or kind(record) == (cluster.category, cluster.message))
        }
        for circumstance in {name for _, having in known for name in having}:
            of = [(record, having[circumstance]) for record, having in known if circumstance in having]
            if sum(record.invocation_id in hit for record, _ in of) < FEW:
                continue
            for place in {value for _, value in of}:
                judged = slow_judgement(of, place, hit, by_agent=circumstance != "agent")
                if judged is not None:
                    expected[number, circumstance, place] = judged

    found = ask(root).concentrations

    assert {(one.cluster, one.circumstance, one.place) for one in found} == set(expected)
    for one in found:
        runs, hits, usual, chance = expected[one.cluster, one.circumstance, one.place]
        assert (one.runs, one.failed) == (runs, hits)
        assert (one.expected, one.lift) == pytest.approx((usual, hits / usual))
        assert one.chance == pytest.approx(chance if hits > usual else 1.0, rel=1e-6)


def slow_judgement(
    of: list[tuple[Invocation, str]], place: str, hit: set[str], *, by_agent: bool
) -> tuple[int, int, float, float] | None:
    """Runs and failures here, failures to expect, and the chance of as many; None where there is nothing to compare."""
    strata: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for record, value in of:
        strata[record.agent_name if by_agent else ""].append((value == place, record.invocation_id in hit))
    telling = [rows for rows in strata.values() if any(bad for _, bad in rows) and any(here for here, _ in rows)]
    runs = sum(value == place for _, value in of)
    if runs < FEW or all(here for rows in telling for here, _ in rows):
        return None
    laws = [(len(rows), sum(bad for _, bad in rows), sum(here for here, _ in rows)) for rows in telling]
    hits = sum(here and bad for rows in telling for here, bad in rows)
    chances = reduce(np.convolve, [stats.hypergeom(*law).pmf(np.arange(law[2] + 1)) for law in laws])
    return runs, hits, sum(bad * here / all_ for all_, bad, here in laws), float(chances[hits:].sum())


def at_hours(
    hours: dict[int, tuple[int, int]], *, agent: str = "a", first: int = 0, minute: int = 0
) -> list[Invocation]:
    """For each hour so many failures of so many runs, of one agent, over many days, always at the same minute."""
    made: list[Invocation] = []
    for hour, (bad, runs) in hours.items():
        for at in range(runs):
            started = NOW_MS - (1 + at) * DAY_MS - 18 * HOUR_MS + hour * HOUR_MS + minute * 60_000
            status: Status = "failure" if at < bad else "success"
            number = first + len(made)
            made.append(invocation(number, agent=agent, status=status, started_ms=started, took_ms=1000))
    return made


def test_a_planted_hour_is_found_and_nothing_else(tmp_path: Path) -> None:
    """What was put there comes out, with its lift."""
    write_records(tmp_path, *at_hours({9: (4, 60), 14: (25, 60), 20: (5, 60)}))

    (hour,) = [one for one in ask(tmp_path).found(0) if one.circumstance == "hour"]

    assert (hour.place, hour.runs, hour.failed) == ("14", 60, 25)
    assert hour.lift == pytest.approx(25 / (34 / 3))
    assert {one.circumstance for one in ask(tmp_path).found(0)} == {"hour"}


def test_an_agent_that_fails_anywhere_does_not_blame_its_hour(tmp_path: Path) -> None:
    """Like with like: the poor agent works at night, and the night is innocent."""
    poor = at_hours({2: (40, 60), 10: (4, 6)}, agent="poor", first=1000)
    write_records(tmp_path, *poor, *at_hours({2: (1, 20), 10: (10, 200)}, agent="good", minute=5))

    found = ask(tmp_path).found(0)

    assert [(one.circumstance, one.place) for one in found] == [("agent", "poor")]


def test_blind_chance_is_seldom_announced(tmp_path: Path) -> None:
    """A hundred places are looked at; where nothing is behind them, none may be called a find."""
    announced = 0
    for seed in range(5):
        records = [record for record in varied_history(300, seed=seed) if record.agent_name == "code-reviewer"]
        write_records(tmp_path / str(seed), *records)
        announced += len(ask(tmp_path / str(seed)).found(0))

    assert announced == 0


def test_few_failures_are_not_said_to_concentrate(tmp_path: Path) -> None:
    """Nine failures in one hour are nine failures."""
    write_records(tmp_path, *at_hours({3: (FEW - 1, 20), 9: (0, 60)}))

    found = ask(tmp_path)

    assert found.concentrations == []
    assert (found.total.failure, found.total.runs) == (FEW - 1, 80)


def test_a_record_that_tells_nothing_is_a_kind_of_its_own(tmp_path: Path) -> None:
    """Neither message nor category: unknown, and never mixed with a known kind."""
    bare = [invocation(at, status="failure", error_message=None, metadata=Metadata()) for at in range(3)]
    write_records(tmp_path, *bare, invocation(9, status="failure"))

    (unknown, known) = ask(tmp_path).clusters

    assert (unknown.category, unknown.message, unknown.sample, unknown.failed) == (None, None, None, 3)
    assert known.category == "api_error"


def test_filters_hold_for_every_part(varied: tuple[Path, list[Invocation]]) -> None:
    """Totals, clusters and places speak of the same runs."""
    root, records = varied
    of = [r for r in records if r.agent_name == "plugin:runner" and r.metadata.model_tier == "sonnet"]
    found = ask(root, Scope(agent="plugin:runner", model="sonnet"))

    assert found.total.runs == len(of)
    assert sum(one.failed for one in found.clusters) == sum(map(failed, of))
    assert {one.place for one in found.concentrations if one.circumstance == "agent"} == set()


def test_success_everywhere_is_no_failure(tmp_path: Path) -> None:
    """No failures is an answer with numbers, not an error."""
    write_records(tmp_path, *(invocation(at) for at in range(12)))

    found = ask(tmp_path)

    assert (found.total.runs, found.total.failure, found.clusters, found.concentrations) == (12, 0, [], [])


def test_clusters_are_numbered_alike_in_both_questions(tmp_path: Path) -> None:
    """A concentration that named the wrong cluster would send the reader to the wrong place, ties included."""
    for number, (category, place) in enumerate([("api_error", "x"), ("crashed", "y"), ("killed", "z")]):
        for at in range(20):
            metadata = full_metadata("failure", project=f"/home/user/{place}")
            metadata = type(metadata)(
                **{name: getattr(metadata, name) for name in metadata.__struct_fields__ if name != "outcome"},
                outcome=type(metadata.outcome)(category=category),  # type: ignore[misc]
            )
            write_records(tmp_path, invocation(number * 100 + at, status="failure", metadata=metadata))

    found = ask(tmp_path)

    for cluster in found.clusters:
        top = next(one for one in found.found(cluster.cluster) if one.circumstance == "project")
        assert {"api_error": "x", "crashed": "y", "killed": "z"}[str(cluster.category)] == top.place[-1]


def test_every_category_of_failure_has_a_remedy_of_its_own() -> None:
    """A new way to fail needs a new word of advice; what nobody can tell gets none made up."""
    remedies = {category: suggestion(category) for category in CATEGORIES if category != "completed"}

    assert len(set(remedies.values())) == len(remedies)
    assert suggestion(None) == suggestion("made-up") == suggestion("completed")
    assert suggestion(None) not in remedies.values()


MASKED = [
    ("API Error: 529 overloaded, request req_011CShoAb", "API Error: 529 overloaded, request <id>"),
    ("Prompt is too long: 213456 tokens > 200000 maximum", "Prompt is too long: <n> tokens > <n> maximum"),
    ("ENOENT: no such file, open '/home/user/shop/ab12.json'", "ENOENT: no such file, open <text>"),
    ("denied Bash for ~/billing/deploy-12.sh", "denied Bash for <path>"),
    ("C:\\Users\\x\\y.txt is bad, src/app.ts too", "<path> is bad, <path> too"),
    ("can't open file; don't do that", "can't open file; don't do that"),
    ("timed out after 2m 0.5s (exit 143), 12% of 10,000", "timed out after <n> <n> (exit <n>), <n>% of <n>"),
    (
        'API Error: 400 {"type":"error","error":{"type":"bad_request"}}',
        "API Error: 400 {type: error,<text>:{type: bad_request}}",
    ),
    ("[REDACTED:aws-key] in foo.bar:12", "[REDACTED:aws-key] in <name>:<n>"),
    ("id 6f0c6a43-5a3e-4e0a-9a44-0d5f3f1c2b7e, commit deadbeef1234", "id <id>, commit <id>"),
    ("model claude-sonnet-4-5-20250929 at 127.0.0.1:8080", "model <id> at <n>"),
    ("see https://docs.example.com/en/x?y=1 for more", "see <url> for more"),
    ("  two\nlines\tand   blanks ", "two lines and blanks"),
    ("Größe 5 名 7", "Größe <n> 名 <n>"),
]  # fmt: skip


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """A database as every question finds it."""
    return connect(Root(tmp_path_factory.mktemp("root")))


@pytest.mark.parametrize(("message", "expected"), MASKED)
def test_what_differs_between_occurrences_is_masked(
    database: duckdb.DuckDBPyConnection, message: str, expected: str
) -> None:
    """Numbers, paths, ids and quotations go; words, HTTP codes and the redactor's placeholders stay."""
    answer = database.execute("select masked($message), masked(masked($message))", {"message": message}).fetchone()

    assert answer == (expected, expected)
