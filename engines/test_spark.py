"""Spark over a lake, on a cluster with separate executors: every question answered as by DuckDB, or refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pyspark
import pytest

from afteraction.errors import AfteractionError, NotFoundError
from afteraction.lake.open_place import open_place
from afteraction.lake.spark import SparkIndex
from afteraction.paths import Root
from afteraction.store.index import RecordIndex, open_index
from tests.lake.asking import ids
from tests.lake.machines import pushed
from tests.lake.questions import EVERYTHING, INEXACT, VALUES, differences, write_varied
from tests.program import piped
from tests.records import NOW_MS, invocation, write_records

if TYPE_CHECKING:
    from tests.lake.questions import Values

pytestmark = [
    pytest.mark.filterwarnings("ignore::FutureWarning:pyspark"),  # pandas is newer than pyspark has been tried with
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # the socket to the JVM stays open as long as that runs
]

_FEW = "--conf spark.sql.shuffle.partitions=2 --conf spark.ui.enabled=false --conf spark.driver.host=127.0.0.1"
CLUSTER = f"--master local-cluster[2,1,1024] {_FEW}"
"""Two executors, each a process of its own with one core and 1 GB, that read the parts themselves."""
ONE_PROCESS = f"--master local[2] {_FEW}"


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[RecordIndex, SparkIndex]:
    """The same varied history on a machine, and in a lake that Spark reads."""
    place = tmp_path_factory.mktemp("varied")
    os.environ["PYSPARK_SUBMIT_ARGS"] = f"{CLUSTER} pyspark-shell"
    os.environ["SPARK_HOME"] = str(place / "spark")  # executors write to a folder in it
    (place / "spark").mkdir()
    for held in Path(pyspark.__file__).parent.iterdir():
        (place / "spark" / held.name).symlink_to(held)
    write_varied(place / "machine")
    pushed(place / "machine", str(place / "lake"))
    pushed(place / "machine", str(place / "lake"), at_ms=NOW_MS + 1)
    return open_index(Root(place / "machine")), SparkIndex(Root(place), open_place(str(place / "lake")))


@pytest.mark.parametrize(("question", "values"), VALUES)
def test_every_question_is_answered_as_by_duckdb(
    both: tuple[RecordIndex, SparkIndex], question: str, values: Values
) -> None:
    """The very same SQL file gives the same rows in the same order, floats to a billionth."""
    assert differences(*both, question, values) == []


def test_what_would_not_be_exact_is_refused(both: tuple[RecordIndex, SparkIndex]) -> None:
    """No answer is better than one that is almost right and does not say so."""
    with pytest.raises(AfteractionError, match=r"cannot answer .* exactly"):
        differences(*both, *INEXACT)


def test_values_are_bound_and_not_written_into_the_text(both: tuple[RecordIndex, SparkIndex]) -> None:
    """A quote or a piece of SQL in a filter is just a name that nothing has."""
    for hostile in ("' or true --", ":since_ms", "%s"):
        values: Values = {**EVERYTHING, "agent": hostile}
        assert differences(*both, "summary", values) == []


def test_two_writers_of_the_same_records_count_once(both: tuple[RecordIndex, SparkIndex], tmp_path: Path) -> None:
    """The rule of which part counts is the same as DuckDB's. It runs last: a session has one view of this name."""
    del both
    write_records(tmp_path / "one", invocation(1), invocation(2))
    write_records(tmp_path / "two", invocation(1), invocation(3))
    pushed(tmp_path / "one", str(tmp_path / "lake"))
    pushed(tmp_path / "two", str(tmp_path / "lake"), at_ms=NOW_MS + 1)

    assert ids(SparkIndex(Root(tmp_path), open_place(str(tmp_path / "lake")))) == sorted(
        invocation(number).invocation_id for number in (1, 2, 3)
    )


def test_the_command_line_asks_spark(tmp_path: Path) -> None:
    """``--engine spark`` gives the same JSON; an empty lake says so without starting a session."""
    write_records(tmp_path / "one", invocation(1), invocation(2))
    pushed(tmp_path / "one", str(tmp_path / "lake"))
    until = ("agents", "--until", "2025-10-30T18:00Z", "--json")
    here = piped(tmp_path / "one", *until)
    there = piped(
        tmp_path, *until, "--from", str(tmp_path / "lake"), "--engine", "spark",
        PYSPARK_SUBMIT_ARGS=f"{ONE_PROCESS} pyspark-shell",
    )  # fmt: skip

    assert (there.code, there.stdout) == (0, here.stdout), there.stderr[-2000:]
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotFoundError, match="nothing has been pushed"):
        SparkIndex(Root(tmp_path), open_place(str(tmp_path / "empty")))
