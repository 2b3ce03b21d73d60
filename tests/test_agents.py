"""The leaderboard and its intervals: right, and honest about what is not known."""

from __future__ import annotations

import importlib
import pkgutil
import re
from dataclasses import fields
from importlib import resources
from typing import TYPE_CHECKING

import duckdb
import pytest

import afteraction.analytics
from afteraction.analytics.agents import FEW, Agent, Sort, agents
from afteraction.analytics.scope import Scope
from afteraction.analytics.summary import summary
from afteraction.model import Metadata
from afteraction.moments import DAY_MS
from afteraction.paths import Root
from afteraction.store.index import open_index
from tests.records import NOW_MS, full_metadata, history, invocation, write_records

if TYPE_CHECKING:
    from pathlib import Path

    from afteraction.model import Invocation, Status

# statsmodels 0.15.0, proportion_confint(s, n, method="wilson")
WILSON = [
    (0, 4, 0.0, 0.489890836455),
    (1, 1, 0.206549314377, 1.0),
    (5, 10, 0.236593090513, 0.763406909487),
    (72, 100, 0.625119712901, 0.798603147888),
    (397, 409, 0.949423202813, 0.983138175833),
    (309, 309, 0.987720748921, 1.0),
    (0, 100, 0.0, 0.036993498207),
    (1, 100_000, 1.765248e-06, 5.6647097e-05),
]
# statsmodels 0.15.0, confint_proportions_2indep(s_a, n_a, s_b, n_b, method="newcomb", compare="diff")
NEWCOMBE = [
    (20, 40, 80, 90, -0.544992478422, -0.219944430918),
    (56, 70, 48, 80, 0.052431472402, 0.333872654037),
    (10, 10, 0, 10, 0.607509350431, 1.0),
    (9, 10, 3, 10, 0.170522723935, 0.809017973535),
    (0, 10, 0, 10, -0.277532799863, 0.277532799863),
    (150, 200, 600, 900, 0.012328459238, 0.146618821504),
]


def runs(
    agent: str, outcomes: str, *, days_ago: float = 20, first: int = 0, cost: float | None = 0.1
) -> list[Invocation]:
    """One record per letter: ``s`` success, ``f`` failure, ``p`` partial; a second apart."""
    names: dict[str, Status] = {"s": "success", "f": "failure", "p": "partial"}
    start_ms = NOW_MS - round(days_ago * DAY_MS)
    return [
        invocation(
            first + at, agent=agent, status=names[letter], started_ms=start_ms + at * 1000, took_ms=(at + 1) * 1000,
            metadata=full_metadata(names[letter], cost_usd=cost),
        )
        for at, letter in enumerate(outcomes)
    ]  # fmt: skip


def ask(root: Path, scope: Scope | None = None, *, sort: Sort = "success", min_runs: int = 0) -> dict[str, Agent]:
    """The leaderboard as of ``NOW_MS``, by agent, in its order."""
    rows = agents(open_index(Root(root)), scope or Scope(), now_ms=NOW_MS, sort=sort, min_runs=min_runs)
    return {row.agent_name: row for row in rows}


@pytest.fixture(scope="module")
def intervals() -> duckdb.DuckDBPyConnection:
    """A database that knows the interval macros and nothing else."""
    connection = duckdb.connect(":memory:")
    connection.execute(resources.files("afteraction.store").joinpath("intervals.sql").read_text())
    return connection


@pytest.mark.parametrize(("successes", "count", "low", "high"), WILSON)
def test_wilson_intervals_equal_statsmodels(
    intervals: duckdb.DuckDBPyConnection, successes: int, count: int, low: float, high: float
) -> None:
    """An interval of our own is trusted only because another implementation agrees."""
    answer = intervals.execute(
        "select wilson_low($s, $n), wilson_high($s, $n)", {"s": successes, "n": count}
    ).fetchone()

    assert answer == pytest.approx((low, high), abs=1e-11)


@pytest.mark.parametrize("case", NEWCOMBE)
def test_newcombe_intervals_equal_statsmodels(
    intervals: duckdb.DuckDBPyConnection, case: tuple[int, int, int, int, float, float]
) -> None:
    """The same for the difference of two rates."""
    question = "select newcombe_low($a, $b, $c, $d), newcombe_high($a, $b, $c, $d)"
    answer = intervals.execute(question, dict(zip("abcd", case, strict=False))).fetchone()

    assert answer == pytest.approx(case[4:], abs=1e-11)


def test_no_runs_have_no_interval(intervals: duckdb.DuckDBPyConnection) -> None:
    """Nothing divided by nothing is unknown, not 0 and not an error."""
    question = "select wilson_low(0, 0), wilson_high(0, 0), rate(0, 0), newcombe_low(1, 2, 0, 0)"

    assert intervals.execute(question).fetchone() == (None, None, None, None)


def test_many_good_runs_rank_above_a_few_lucky_ones(tmp_path: Path) -> None:
    """The lower bound ranks: 3 of 3 says less than 95 of 100."""
    write_records(tmp_path, *runs("lucky", "sss"), *runs("proven", "s" * 95 + "f" * 5, first=100))

    ranked = ask(tmp_path)

    assert list(ranked) == ["proven", "lucky"]
    assert ranked["lucky"].success_rate == 1.0
    assert ranked["lucky"].success_low == pytest.approx(0.438503, abs=1e-6)


def test_every_status_is_counted_and_only_success_is_success(tmp_path: Path) -> None:
    """A partial result is neither hidden nor half a success."""
    write_records(tmp_path, *runs("a", "ssssfffpp"))

    row = ask(tmp_path)["a"]

    assert (row.invocations, row.success, row.failure, row.partial) == (9, 4, 3, 2)
    assert row.success_rate == pytest.approx(4 / 9)
    assert row.last_not_success == "inv-20251010-000000000008"
    assert row.last_run == "2025-10-10T18:00:08.000Z"


def test_times_are_median_and_ninetieth_percentile(tmp_path: Path) -> None:
    """Interpolated as numpy and Excel do; unknown durations do not count."""
    write_records(tmp_path, *runs("a", "s" * 10), invocation(99, agent="a", took_ms=None))

    row = ask(tmp_path)["a"]

    assert (row.median_ms, row.p90_ms) == (5_500, 9_100)


def test_cost_per_success_uses_the_runs_whose_price_is_known(tmp_path: Path) -> None:
    """A run without a price is no free run: it is counted apart."""
    write_records(tmp_path, *runs("a", "ssff", cost=0.3), *runs("a", "sssss", first=10, cost=None))

    row = ask(tmp_path)["a"]

    assert (row.cost_usd, row.cost_per_success, row.invocations_without_price) == (1.2, 0.6, 5)


def test_what_no_run_tells_is_unknown(tmp_path: Path) -> None:
    """Sums over nothing are None: 0 would claim to know."""
    write_records(tmp_path, invocation(1, agent="a", status="failure", took_ms=None, metadata=Metadata()))

    row = ask(tmp_path)["a"]

    assert (row.tokens, row.cost_usd, row.cost_per_success, row.median_ms, row.p90_ms, row.change) == (None,) * 6
    assert row.invocations_without_price == 1


def test_a_change_compares_the_last_week_with_all_before(tmp_path: Path) -> None:
    """Newcombe's interval tells a fall from chance; here 20 of 40 lately against 80 of 90."""
    write_records(
        tmp_path,
        *runs("fell", "s" * 80 + "f" * 10),
        *runs("fell", "s" * 20 + "f" * 20, first=200, days_ago=3),
    )

    row = ask(tmp_path)["fell"]

    assert row.recent_invocations == 40
    assert row.change == pytest.approx(0.5 - 80 / 90)
    assert (row.change_low, row.change_high) == pytest.approx((-0.544992478422, -0.219944430918))


def test_a_change_between_few_runs_is_none(tmp_path: Path) -> None:
    """With nine runs on one side nothing is said, however different they look."""
    lately = runs("a", "f" * (FEW - 1), first=200, days_ago=3)
    write_records(tmp_path, *runs("a", "s" * 50), *lately)

    assert ask(tmp_path)["a"].change is None


def test_a_change_looks_back_beyond_the_period(tmp_path: Path) -> None:
    """``--period 7days`` must not take away what the week is compared with."""
    write_records(tmp_path, *runs("a", "s" * 30), *runs("a", "f" * 12, first=200, days_ago=3))

    row = ask(tmp_path, Scope(since_ms=NOW_MS - 7 * DAY_MS))["a"]

    assert (row.invocations, row.change) == (12, -1.0)


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(), {"here": 2, "there": 1, "undated": 1}),
        (Scope(since_ms=NOW_MS - DAY_MS), {"here": 1}),
        (Scope(until_ms=NOW_MS - DAY_MS), {"here": 1, "there": 1}),
        (Scope(project="/home/user/shop"), {"here": 2}),
        (Scope(project="shop"), {"here": 2}),
        (Scope(project="op"), {}),
        (Scope(agent="there"), {"there": 1}),
        (Scope(agent="HERE"), {}),
    ],
)
def test_filters_choose_what_is_counted(tmp_path: Path, scope: Scope, expected: dict[str, int]) -> None:
    """Every filter means the same in the table and in its head; a record without a time belongs to no period."""
    elsewhere = full_metadata(project="/home/user/blog")
    write_records(
        tmp_path,
        invocation(1, agent="here", started_ms=NOW_MS - DAY_MS),
        invocation(2, agent="here", started_ms=NOW_MS - 5 * DAY_MS),
        invocation(3, agent="there", started_ms=NOW_MS - 5 * DAY_MS, metadata=elsewhere),
        invocation(4, agent="undated", timestamp="some time", metadata=Metadata()),
    )

    assert {name: row.invocations for name, row in ask(tmp_path, scope).items()} == expected
    assert summary(open_index(Root(tmp_path)), scope).invocations == sum(expected.values())


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("success", ["good", "fast", "dear", "falling"]),
        ("cost", ["dear", "falling", "good", "fast"]),
        ("runs", ["falling", "good", "dear", "fast"]),
        ("speed", ["fast", "falling", "dear", "good"]),
        ("change", ["falling"]),
    ],
)
def test_each_order_puts_its_first_first(tmp_path: Path, sort: Sort, expected: list[str]) -> None:
    """Unknown comes last in every order."""
    write_records(
        tmp_path,
        *runs("good", "s" * 30),
        *runs("fast", "s" * 9 + "f", first=100, cost=None),
        *runs("dear", "s" * 15 + "f" * 9, first=200, cost=9.0),
        *runs("falling", "s" * 12 + "f" * 8, first=300),
        *runs("falling", "f" * 20, first=400, days_ago=2),
    )

    assert list(ask(tmp_path, sort=sort))[: len(expected)] == expected


def test_min_runs_leaves_rows_out_and_the_head_as_it_was(tmp_path: Path) -> None:
    """Fewer rows are shown; how much was recorded does not change with that."""
    write_records(tmp_path, *runs("a", "s" * 5), *runs("b", "s" * 4, first=10))

    assert list(ask(tmp_path, min_runs=5)) == ["a"]
    total = summary(open_index(Root(tmp_path)), Scope())
    assert (total.invocations, total.agents, total.days, total.cost_usd) == (9, 2, 1, 0.9)


def test_rows_do_not_depend_on_the_order_of_files(tmp_path: Path) -> None:
    """The index is disposable: built again it gives the same answer, to the last digit."""
    records = history(400)
    write_records(tmp_path / "one", *records)
    write_records(tmp_path / "two", *reversed(records))

    assert ask(tmp_path / "one") == ask(tmp_path / "two")


def test_every_question_has_a_function_and_every_function_its_question() -> None:
    """A question nobody asks and a caller without its file are both dead ends."""
    folder = resources.files("afteraction.analytics")
    questions = {file.name.removesuffix(".sql") for file in folder.iterdir() if file.name.endswith(".sql")}
    called: set[str] = set()
    for module in pkgutil.iter_modules(afteraction.analytics.__path__):
        path = importlib.import_module(f"afteraction.analytics.{module.name}").__file__
        assert path is not None
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - the name is a str already
            called |= set(re.findall(r"(?:index\.ask\(|sql\(_FOLDER,)\s*\"(\w+)\"", file.read()))

    assert called == questions


def test_every_question_opens_with_a_comment_and_explains_its_values() -> None:
    """A question is read by people before a database reads it."""
    for file in resources.files("afteraction.analytics").iterdir():
        if file.name.endswith(".sql"):
            text = file.read_text()
            comments = "".join(line for line in text.splitlines() if line.startswith("-- "))
            values = set(re.findall(r"\$[a-z_]+", text))
            assert text.startswith("-- "), file.name
            assert values == set(re.findall(r"\$[a-z_]+", comments)), file.name


def test_the_names_of_a_row_are_an_interface() -> None:
    """``--json`` promises these names to other programs; adding is fine, renaming breaks them."""
    assert [field.name for field in fields(Agent)] == [
        "agent_name", "invocations", "success", "failure", "partial", "success_rate", "success_low", "success_high",
        "recent_invocations", "change", "change_low", "change_high", "median_ms", "p90_ms", "tokens", "cost_usd",
        "cost_per_success", "invocations_without_price", "last_run", "last_not_success",
        "explicit_accepted", "explicit_rejected", "inferred_accepted", "inferred_rejected",
    ]  # fmt: skip
