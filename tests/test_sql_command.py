"""``afteraction sql``: any question, and nothing but questions."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from afteraction.analytics.columns import MEANINGS
from afteraction.paths import Root
from afteraction.store.engine import connect
from afteraction.store.index import open_index
from afteraction.store.sandbox import answer
from tests.program import on_terminal, piped
from tests.records import history, invocation, write_records

if TYPE_CHECKING:
    from pathlib import Path

RUNS = (
    "SELECT agent_name, count(*) AS runs, round(avg(cost_usd), 6) AS cost FROM invocations "
    "GROUP BY agent_name ORDER BY agent_name"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root with a short history."""
    root = tmp_path / "telemetry"
    write_records(root, *history(60))
    return root


def test_a_question_gets_the_same_rows_in_every_form(root: Path) -> None:
    """Terminal, pipe, JSON and CSV are one answer; the numbers are those of a slow count."""
    records = history(60)
    expected = {
        agent: (
            sum(record.agent_name == agent for record in records),
            [record.metadata.cost_usd for record in records if record.agent_name == agent],
        )
        for agent in {record.agent_name for record in records}
    }
    tabs = [line.split("\t") for line in piped(root, "sql", RUNS).stdout.splitlines()]
    from_json = json.loads(piped(root, "sql", RUNS, "--json").stdout)
    from_csv = list(csv.DictReader(io.StringIO(piped(root, "sql", RUNS, "--csv").stdout)))
    shown = on_terminal(root, "sql", RUNS, NO_COLOR="1")

    assert tabs[0] == ["agent_name", "runs", "cost"]
    assert len(from_json) == len(expected)
    for row, line, cells in zip(from_json, tabs[1:], from_csv, strict=True):
        runs, costs = expected[row["agent_name"]]
        known = [cost for cost in costs if cost is not None]
        assert (row["runs"], row["cost"]) == (runs, pytest.approx(sum(known) / len(known), abs=1e-6))
        assert line == list(cells.values()) == [row["agent_name"], str(row["runs"]), str(row["cost"])]
        assert row["agent_name"] in shown.stdout
    assert (shown.code, shown.stderr) == (0, "")
    assert shown.stdout.splitlines()[-1] == "next: afteraction sql --schema"
    assert max(len(line) for line in shown.stdout.splitlines()) <= 80


def test_every_kind_of_value_has_a_form(root: Path) -> None:
    """Whatever DuckDB answers must reach a program: valid JSON, one line a row, no cell a formula, each name once."""
    statement = (
        "SELECT 1.50 AS d, date '2025-10-30' AS t, [1, 2] AS l, 'nan'::double AS n, interval 1 day AS i, "
        "{'a': 1} AS s, "
        "map {'k': 2} AS m, '=1+1' AS f, true AS b, NULL AS u, 12345678901234567890123 AS h, 1 AS a, 2 AS a, "
        "'a\tb' || chr(10) || 'c' || chr(27) AS w, timestamp '2025-10-30 12:00' AS at"
    )
    (row,) = json.loads(piped(root, "sql", statement, "--json").stdout)
    (cells,) = csv.DictReader(io.StringIO(piped(root, "sql", statement, "--csv").stdout))
    head, line = piped(root, "sql", statement).stdout.splitlines()

    assert (row["d"], row["t"], row["l"], row["n"], row["s"], row["m"]) == (
        1.5, "2025-10-30", [1, 2], None, {"a": 1}, {"k": 2},
    )  # fmt: skip
    assert (row["b"], row["u"], row["h"], row["a"], row["a_1"]) == (True, None, 12345678901234567890123, 1, 2)
    assert row["at"] == "2025-10-30T12:00:00"
    assert (cells["f"], cells["d"], cells["t"], cells["u"]) == ("'=1+1", "1.50", "2025-10-30", "")
    assert len(head.split("\t")) == len(line.split("\t")) == len(row)
    assert "\x1b" not in line


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("SELECT agent FROM invocations", 'Referenced column "agent" not found'),
        ("SELEC 1", "syntax error"),
        ("SELECT 1; SELECT 2", "one statement at a time; these are 2"),
        ("/* nothing */", "there is no statement in this"),
        ("DROP VIEW invocations", "only reading is possible here, not DROP"),
        ("CREATE TABLE mine AS SELECT 1", "only reading"),
        ("COPY invocations TO 'out.csv'", "only reading"),
        ("EXPLAIN ANALYZE COPY invocations TO 'out.csv'", "only reading"),
        ("SET threads = 1", "only reading"),
        ("INSTALL httpfs", "only reading"),
        ("ATTACH 'other.db'", "only reading"),
        ("SELECT * FROM read_text('{other}')", "Cannot access file"),
        ("FROM '{other}'", "Cannot access file"),
        ("SELECT * FROM read_csv('https://127.0.0.1:9/x.csv')", "Cannot access file"),
        ("SELECT * FROM glob('/*')", "Cannot access file"),
        ("SELECT now()", "cast it: now()::timestamp"),
        ("SELECT error('mine') FROM invocations", "mine"),
    ],
)
def test_what_cannot_be_answered_is_said(root: Path, tmp_path: Path, statement: str, said: str) -> None:
    """A question names what is wrong with it; nothing else on this machine can be read, and nothing written."""
    other = tmp_path / "other.csv"
    other.write_text("a\n1\n")
    piped(root, "agents")
    before = sorted(tmp_path.rglob("*"))

    result = piped(root, "sql", statement.replace("{other}", str(other)))

    assert (result.code, result.stdout) == (2, "")
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_reading_in_other_words_is_reading(root: Path) -> None:
    """WITH, FROM, DESCRIBE and SUMMARIZE change nothing."""
    for statement in (
        "WITH x AS (FROM invocations) SELECT count(*) FROM x",
        "FROM invocations",
        "SUMMARIZE invocations",
    ):
        assert piped(root, "sql", statement).code == 0, statement


def test_many_columns_are_listed_row_by_row(root: Path) -> None:
    """Fifty columns do not fit eighty characters side by side; nothing of them is cut."""
    result = on_terminal(root, "sql", "SELECT * FROM invocations LIMIT 1", NO_COLOR="1")

    assert "task_description" in result.stdout
    assert "Find where sessions are stored" in result.stdout
    assert max(len(line) for line in result.stdout.splitlines()) <= 80


def test_a_terminal_gets_the_first_rows_and_a_word(root: Path) -> None:
    """A screen is no place for everything; a pipe is."""
    statement = "SELECT range AS n FROM range(1000)"
    shown = on_terminal(root, "sql", statement, NO_COLOR="1").stdout

    assert "the first 200 rows; --csv or a pipe gives all" in shown
    assert len(piped(root, "sql", statement).stdout.splitlines()) == 1001


def test_an_ascii_terminal_gets_ascii(root: Path) -> None:
    """``LC_ALL=C`` survives any text."""
    write_records(root, invocation(0xF00, agent="größe🙂"))

    assert on_terminal(root, "sql", RUNS, LC_ALL="C", NO_COLOR="1").stdout.isascii()
    assert on_terminal(root, "sql", "--schema", LC_ALL="C", NO_COLOR="1").stdout.isascii()


def test_every_column_of_the_view_is_explained(root: Path) -> None:
    """Who asks in SQL needs to know what a column means; a new column without a meaning fails here."""
    described = [
        column[0] for column in open_index(Root(root)).connection.execute("FROM invocations").description or ()
    ]
    schema = json.loads(piped(root, "sql", "--schema", "--json").stdout)

    assert list(MEANINGS) == described
    assert [row["name"] for row in schema] == described
    assert schema[0] == {
        "name": "invocation_id", "type": "VARCHAR", "meaning": "The invocation: inv-<UTC date>-<key>.",
    }  # fmt: skip


def test_an_empty_root_answers_nothing(tmp_path: Path) -> None:
    """A question of nothing is a question; asking leaves no folder behind."""
    result = piped(tmp_path / "none", "sql", "SELECT count(*) AS n FROM invocations")

    assert (result.code, result.stdout) == (0, "n\n0\n")
    assert list(tmp_path.iterdir()) == []


def test_large_results_are_not_held(tmp_path: Path) -> None:
    """Rows are handed on as they come."""
    found = answer(connect(Root(tmp_path)), "SELECT range FROM range(100000000)")

    assert [next(found.rows)[0] for _ in range(3)] == [0, 1, 2]


@pytest.mark.parametrize("arguments", [[], ["SELECT 1", "--schema"]])
def test_either_a_statement_or_the_schema(root: Path, arguments: list[str]) -> None:
    """Neither, or both, is a usage error."""
    result = piped(root, "sql", *arguments)

    assert result.code == 2
    assert "--schema" in result.stderr
