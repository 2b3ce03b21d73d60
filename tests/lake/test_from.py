"""Asking a lake: the same answers as on the records, each invocation once, whoever pushes meanwhile."""

from __future__ import annotations

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import click
import pytest

from afteraction.cli.main import COMMANDS, cli
from afteraction.errors import StoreError
from afteraction.lake.lake_index import open_lake
from afteraction.lake.open_place import open_place
from afteraction.paths import Root
from tests.lake.asking import ids, runs
from tests.lake.machines import files, pushed
from tests.lake.questions import write_varied
from tests.program import piped
from tests.records import NOW_MS, history, invocation, write_records

if TYPE_CHECKING:
    from pathlib import Path

UNTIL = ("--until", "2025-10-30T18:00Z", "--json")
ARGUMENTS = {"agent": ("Explore",), "best": ("debug cause 1",), "compare": ("Explore", "code-reviewer"),
             "review": ("monthly",)}  # fmt: skip
"""What a report needs besides filters."""
LOCAL = {"export", "report"}
"""Commands with filters that write what this machine recorded and refuse ``--from``."""
OWN_PERIOD = {"review": ("--project", "shop")}
"""Reports that know how long they look back and refuse ``--since``; another filter instead."""


def reports() -> list[str]:
    """Every command that has the shared filters and can ask a lake."""
    context = click.Context(cli)
    commands = {name: cli.get_command(context, name) for name in COMMANDS}
    return sorted(
        name for name, command in commands.items()
        if command and any("--from" in option.opts for option in command.params) and name not in LOCAL
    )  # fmt: skip


@pytest.fixture(scope="module")
def varied(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A machine with a varied history, and a lake that it was pushed to."""
    place = tmp_path_factory.mktemp("varied")
    write_varied(place / "machine")
    pushed(place / "machine", str(place / "lake"))
    return place / "machine", place / "lake"


@pytest.mark.parametrize("period", [(), ("--since", "2025-10-20")])
@pytest.mark.parametrize("report", reports())
def test_every_report_answers_as_on_the_records(
    varied: tuple[Path, Path], tmp_path: Path, report: str, period: tuple[str, ...]
) -> None:
    """Whatever is asked, and of whatever period, a lake gives the very same JSON as the machine that filled it."""
    part = OWN_PERIOD.get(report, period) if period else ()
    arguments = (report, *ARGUMENTS.get(report, ()), *part, *UNTIL)
    here = piped(varied[0], *arguments)
    if (varied[0] / "state" / "coverage.json").is_file():
        shutil.copytree(varied[0] / "state", tmp_path / "state")
    there = piped(tmp_path, *arguments, "--from", str(varied[1]))

    assert here.code == 0, here
    assert (there.code, there.stdout) == (0, here.stdout), there.stderr


def test_what_does_not_fit_into_memory_has_a_private_place(varied: tuple[Path, Path], tmp_path: Path) -> None:
    """Who never recorded anything has one too: DuckDB makes the last folder of a path, not those above it."""
    assert piped(tmp_path / "new" / "root", "agents", *UNTIL, "--from", str(varied[1])).code == 0

    assert (tmp_path / "new" / "root" / "cache").stat().st_mode & 0o777 == 0o700


def test_every_report_takes_from() -> None:
    """A report without ``--from`` would answer for this machine where a lake was meant."""
    assert {
        "agent",
        "agents",
        "best",
        "compare",
        "cost",
        "failures",
        "pairs",
        "quality",
        "review",
        "trend",
        "usage",
        "workflows",
    } <= set(reports())


def test_export_refuses_a_lake(varied: tuple[Path, Path]) -> None:
    """What cannot be answered from a lake is refused, not answered from elsewhere."""
    result = piped(varied[0], "export", "--from", str(varied[1]))

    assert (result.code, result.stdout) == (2, "")


def test_two_writers_of_the_same_records_count_once(tmp_path: Path) -> None:
    """An invocation that two machines imported is one invocation, as it was pushed last."""
    records = history(20, days=3)
    write_records(tmp_path / "one", *records)
    write_records(tmp_path / "two", *records[:10], invocation(0xFF, task_description="old"))
    pushed(tmp_path / "one", str(tmp_path / "lake"), at_ms=NOW_MS)
    pushed(tmp_path / "two", str(tmp_path / "lake"), at_ms=NOW_MS + 1)
    write_records(tmp_path / "one", invocation(0xFF, task_description="new"))
    pushed(tmp_path / "one", str(tmp_path / "lake"), at_ms=NOW_MS + 2)

    index = open_lake(Root(tmp_path / "reader"), open_place(str(tmp_path / "lake")))
    assert ids(index) == sorted({record.invocation_id for record in records} | {invocation(0xFF).invocation_id})
    assert {run.invocation_id: run.task_description for run in runs(index)}[invocation(0xFF).invocation_id] == "new"


def test_while_a_day_is_being_replaced_its_newest_part_counts(tmp_path: Path) -> None:
    """Between the new part and the removal of the old, no record is counted twice and no deleted one comes back."""
    deleted, kept = write_records(tmp_path / "one", invocation(1), invocation(2))
    pushed(tmp_path / "one", str(tmp_path / "lake"), at_ms=NOW_MS)
    shutil.copytree(tmp_path / "lake", tmp_path / "older")
    deleted.unlink()
    pushed(tmp_path / "one", str(tmp_path / "lake"), at_ms=NOW_MS + 1)
    shutil.copytree(tmp_path / "older", tmp_path / "lake", dirs_exist_ok=True)
    assert len(files(tmp_path / "lake")) == 2

    index = open_lake(Root(tmp_path / "reader"), open_place(str(tmp_path / "lake")))
    assert [found.rpartition("-")[2] for found in ids(index)] == [kept.stem.rpartition("-")[2]]


def test_an_open_lake_follows_what_is_replaced_under_it(tmp_path: Path) -> None:
    """A reader that stays open while parts are replaced and removed sees no error."""
    write_records(tmp_path / "one", invocation(1))
    pushed(tmp_path / "one", str(tmp_path / "lake"))
    index = open_lake(Root(tmp_path / "reader"), open_place(str(tmp_path / "lake")))
    write_records(tmp_path / "one", invocation(2))
    pushed(tmp_path / "one", str(tmp_path / "lake"))

    assert len(ids(index)) == 2


def test_readers_see_every_record_while_others_push(tmp_path: Path) -> None:
    """A reader loop beside a writer loop: no error, nothing lost, nothing twice."""
    write_records(tmp_path / "one", *[invocation(number) for number in range(5)])
    pushed(tmp_path / "one", str(tmp_path / "lake"))
    done, seen = threading.Event(), []

    def read() -> None:
        while not done.is_set():
            seen.append(ids(open_lake(Root(tmp_path / "reader"), open_place(str(tmp_path / "lake")))))

    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(read)
        for number in range(5, 25):
            write_records(tmp_path / "one", invocation(number))
            pushed(tmp_path / "one", str(tmp_path / "lake"), at_ms=NOW_MS + number)
        done.set()
        reader.result()
    counts = [len(found) for found in seen]
    assert counts == sorted(counts)
    assert all(len(set(found)) == len(found) >= 5 for found in seen)


def test_two_hundred_machines_push_at_once(tmp_path: Path) -> None:
    """Nobody coordinates them, and nothing is lost and nothing twice."""
    machines = 200
    lake = tmp_path / "lake"
    lake.mkdir()
    for number in range(machines):
        own = [invocation(number * 4 + at, started_ms=NOW_MS - at * 86_400_000) for at in range(2)]
        write_records(tmp_path / f"m{number}", *own, invocation(0xFFFFFF))  # one that all have seen

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: pushed(tmp_path / f"m{number}", str(lake)), range(machines)))

    found = ids(open_lake(Root(tmp_path / "reader"), open_place(str(lake))))
    assert len(found) == len(set(found)) == machines * 2 + 1


def test_an_empty_lake_says_what_to_do(tmp_path: Path) -> None:
    """Exit code 3 and the next step, as where nothing was recorded."""
    (tmp_path / "lake").mkdir()
    result = piped(tmp_path, "agents", "--from", str(tmp_path / "lake"))

    assert result.code == 3
    assert f"nothing has been pushed to {tmp_path}/lake yet" in result.stderr


def test_a_damaged_part_is_an_error_that_names_it(tmp_path: Path) -> None:
    """A lake that cannot be read whole is not answered in part."""
    write_records(tmp_path / "one", invocation(1))
    pushed(tmp_path / "one", str(tmp_path / "lake"))
    part = next((tmp_path / "lake").rglob("*.parquet"))
    part.write_bytes(part.read_bytes()[:100])

    with pytest.raises(StoreError, match=part.name):
        ids(open_lake(Root(tmp_path / "reader"), open_place(str(tmp_path / "lake"))))
