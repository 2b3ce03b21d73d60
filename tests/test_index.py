"""From record files to rows: nothing is lost, nothing damaged stops an answer."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

import msgspec
import pytest

from afteraction.errors import AfteractionError, NotFoundError
from afteraction.model import Acceptance, AgentDefinition, Invocation, Metadata, Outcome, Tokens
from afteraction.moments import DAY_MS, epoch_ms, known_epoch_ms, utc_timestamp
from afteraction.paths import Root
from afteraction.store.index import open_index
from afteraction.store.reading import find_invocation, find_workflow
from afteraction.store.record_files import record_files
from tests.records import (
    NOW_MS,
    busy_workflow,
    denied_workflow,
    full_metadata,
    history,
    invocation,
    write_records,
    write_workflow,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TEN_KEYS = b"""{"invocation_id": "inv-20251030-00000000beef", "workflow_id": null, "parent_invocation_id": null,
"agent_name": "Plan", "task_description": null, "timestamp": "2025-10-30T12:35:00.123Z", "status": "success",
"execution_time_ms": 5, "error_message": null, "user_accepted": null}"""


def column(root: Path, name: str) -> Sequence[object]:
    """One column of the index in the order of ids."""
    found = open_index(Root(root)).connection.execute("select * from invocations order by invocation_id")
    place = [column[0] for column in found.description or ()].index(name)
    return [row[place] for row in found.fetchall()]


def place(root: Path, content: bytes, name: str = "Plan-00000000beef.json") -> Path:
    path = root / "invocations" / "2025-10-30" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_every_value_of_a_record_reaches_the_index(tmp_path: Path) -> None:
    """The index may add columns; it may not change what the record says."""
    write_records(tmp_path, invocation(1, error_message='a "quoted"\nline \x00 名', user_accepted=True))

    found = open_index(Root(tmp_path)).connection.execute("select * from invocations")
    row = dict(zip((column[0] for column in found.description or ()), found.fetchall()[0], strict=True))

    assert row["error_message"] == 'a "quoted"\nline \x00 名'
    assert row["user_accepted"] is True
    assert row["started_at_ms"] == NOW_MS - DAY_MS
    assert row["ended_at_ms"] == NOW_MS - DAY_MS + 41_000
    assert str(row["date"]) == "2025-10-29"
    assert row["tools_used"] == ["Read", "Edit", "Bash"]
    assert row["tools"] == {"Read": 3, "Edit": 2, "Bash": 1}
    assert {type(calls) for calls in row["tools"].values()} == {int}  # a number too wide for Parquet becomes a float
    assert (row["hour"], row["weekday"]) == (18, 3)
    assert (row["tokens_input"], row["tokens_cache_creation"], row["cost_usd"]) == (1_200, 3_000, 0.0421)
    assert row["outcome_category"] == "completed"
    assert [name for name, value in row.items() if value is None] == [
        "parent_invocation_id", "traceparent", "acceptance_source", "acceptance_signal", "acceptance_at",
        "acceptance_evidence", "acceptance_note",
    ]  # fmt: skip


def test_the_end_is_what_the_record_says_else_the_start_and_the_time_it_took(tmp_path: Path) -> None:
    """An agent that was resumed ended later than its working time tells."""
    resumed = full_metadata(ended_at=utc_timestamp(NOW_MS))
    write_records(tmp_path, invocation(1), invocation(2, metadata=resumed), invocation(3, took_ms=None))

    assert column(tmp_path, "ended_at_ms") == [NOW_MS - DAY_MS + 41_000, NOW_MS, None]


def test_no_field_of_a_record_is_forgotten_by_the_index() -> None:
    """A field added to the model is a column the next question may need: it must be read, or left out knowingly."""
    read = resources.files("afteraction.store").joinpath("schema.sql").read_text()

    for struct in (Invocation, Metadata, Tokens, Outcome, Acceptance, AgentDefinition):
        for name in struct.__struct_fields__:
            assert re.search(rf"\b{name}\b", read.partition("from read_json(")[2]), f"{struct.__name__}.{name}"


def test_a_record_of_ten_keys_is_read_and_the_rest_is_unknown(tmp_path: Path) -> None:
    """Another writer owes ten keys and no more: what is absent is null, never 0."""
    place(tmp_path, TEN_KEYS)

    index = open_index(Root(tmp_path))

    assert index.unreadable == ()
    assert index.connection.execute(
        "select agent_name, cost_usd, tokens_input, rounds, tools_used from invocations"
    ).fetchall() == [("Plan", None, None, None, None)]


def test_a_damaged_file_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    """One bad file must neither stop an answer nor go unnoticed."""
    write_records(tmp_path, *history(20))
    bad = [
        place(tmp_path, TEN_KEYS[:100], "cut-1.json"),
        place(tmp_path, b"", "empty-2.json"),
        place(tmp_path, TEN_KEYS.replace(b'"success"', b'"done"'), "foreign-3.json"),
        place(tmp_path, TEN_KEYS.replace(b"Plan", b"\xff\xfe"), "not-utf8-4.json"),
    ]
    place(tmp_path, b"half written", ".tmp-5.json")
    place(tmp_path, b"notes", "README.txt")

    index = open_index(Root(tmp_path))

    assert list(index.unreadable) == sorted(bad)
    assert index.connection.execute("select count(*) from invocations").fetchall() == [(20,)]


def test_absurd_values_are_unknown_and_cost_nobody_else_an_answer(tmp_path: Path) -> None:
    """A number too large for the index, or a time that is none, must not fail the whole load."""
    place(tmp_path, TEN_KEYS.replace(b": 5,", b": 18446744073709551615,"), "Plan-1.json")
    place(
        tmp_path, TEN_KEYS.replace(b"2025-10-30T12:35:00.123Z", b"yesterday").replace(b"beef", b"dead"), "Plan-2.json"
    )

    assert column(tmp_path, "execution_time_ms") == [None, 5]
    assert column(tmp_path, "started_at_ms") == [epoch_ms("2025-10-30T12:35:00.123Z"), None]


def test_no_records_is_an_empty_table(tmp_path: Path) -> None:
    """Before the first record there is an answer already: none."""
    assert column(tmp_path / "missing", "agent_name") == []


def test_the_index_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records are private: no copy of them may stay in a temporary folder."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    write_records(tmp_path, *history(5))

    open_index(Root(tmp_path))

    assert list(scratch.iterdir()) == []
    assert {path.suffix for path in (tmp_path / "cache").iterdir()} == {"", ".json", ".parquet"}


def test_a_question_whose_columns_are_not_the_fields_is_a_bug(tmp_path: Path) -> None:
    """Two front ends cannot disagree about a row that has one shape."""

    @dataclass(frozen=True, slots=True)
    class Wrong:
        agents: int

    nothing = {"since_ms": None, "until_ms": None, "project": None, "agent": None, "model": None}
    with pytest.raises(TypeError, match=r"summary\.sql answers .*Wrong holds"):
        open_index(Root(tmp_path)).ask("summary", Wrong, **nothing)


@pytest.mark.parametrize("reference", ["inv-20251029-000000000abc", "inv-20251029-000000000a", "000000000abc", "last"])
def test_a_record_is_found_by_its_id_or_the_beginning_of_it(tmp_path: Path, reference: str) -> None:
    """People type the part they remember."""
    older = invocation(0xDEF, started_ms=NOW_MS - 2 * DAY_MS)
    write_records(tmp_path, invocation(0xABC), older)

    path, record = find_invocation(Root(tmp_path), reference)

    assert record.invocation_id == "inv-20251029-000000000abc"
    assert path == str(tmp_path / "invocations" / "2025-10-29" / "Explore-000000000abc.json")


def test_an_ambiguous_beginning_names_the_candidates(tmp_path: Path) -> None:
    """A guess would show the wrong record; the candidates let the user choose."""
    write_records(tmp_path, invocation(1), invocation(2))

    with pytest.raises(
        AfteractionError, match=r"2 ids match '0000': inv-20251029-000000000001, inv-20251029-000000000002"
    ):
        find_invocation(Root(tmp_path), "0000")


def test_a_record_under_a_foreign_name_is_found_by_looking_inside(tmp_path: Path) -> None:
    """The name of a file is a hint; the record says who it is."""
    write_records(tmp_path, *history(5))
    path = place(tmp_path, TEN_KEYS.replace(b"inv-20251030-00000000beef", b"my run"), "whatever.json")

    assert find_invocation(Root(tmp_path), "my run").path == str(path)
    with pytest.raises(NotFoundError, match="no invocation 'nothing like it'"):
        find_invocation(Root(tmp_path), "nothing like it")


def test_last_means_the_newest_start_whatever_the_file_names_say(tmp_path: Path) -> None:
    """Names sort by agent; the newest is told by its time."""
    newest = invocation(1, agent="a", started_ms=NOW_MS)
    write_records(tmp_path, newest, invocation(2, agent="z", started_ms=NOW_MS - 1))

    assert find_invocation(Root(tmp_path), "last").record == newest


@pytest.mark.parametrize("reference", ["wf-20251030-5d41402a", "wf-20251030-5d4", "5d41", "last"])
def test_a_workflow_is_found_by_its_id_or_the_beginning_of_it(tmp_path: Path, reference: str) -> None:
    """``last`` is the workflow of the newest invocation, wherever its own file sorts."""
    records, workflow = busy_workflow()
    write_records(tmp_path, *records)
    write_workflow(tmp_path, workflow)
    write_workflow(tmp_path, msgspec.structs.replace(workflow, workflow_id="wf-20251031-aaaaaaaa"))

    assert find_workflow(Root(tmp_path), reference) == workflow


@pytest.mark.parametrize(("later_ms", "found"), [(1, "wf-20251030-00000002"), (-1, "wf-20251030-5d41402a")])
def test_last_is_a_workflow_in_which_nothing_ran_if_that_is_newer(tmp_path: Path, later_ms: int, found: str) -> None:
    """No record leads to a workflow of denied calls; ``last`` is what happened last all the same."""
    records, workflow = busy_workflow()
    write_records(tmp_path, *records)
    write_workflow(tmp_path, workflow)
    newest_ms = max(epoch_ms(record.timestamp) for record in records)
    write_workflow(tmp_path, denied_workflow(1, started_ms=newest_ms - 60_000))
    write_workflow(tmp_path, denied_workflow(2, started_ms=newest_ms + later_ms))

    assert find_workflow(Root(tmp_path), "last").workflow_id == found


def test_a_workflow_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    """Workflow files are derived: what is missing can be written again."""
    with pytest.raises(NotFoundError, match="'afteraction collect' writes"):
        find_workflow(Root(tmp_path), "wf-1")
    with pytest.raises(NotFoundError, match="'afteraction install --user' records from now on"):
        find_workflow(Root(tmp_path), "last")


def test_files_are_read_oldest_day_first(tmp_path: Path) -> None:
    """An order that does not depend on the file system makes answers repeatable."""
    written = write_records(tmp_path, *history(30))

    assert list(record_files(Root(tmp_path))) == sorted(str(path) for path in written)


def test_times_without_an_offset_are_utc() -> None:
    """A time zone that came from the reader's machine would move records between days."""
    assert epoch_ms("2025-10-30") == epoch_ms("2025-10-30T00:00:00Z") == epoch_ms("2025-10-30T02:00:00+02:00")
    assert utc_timestamp(epoch_ms("2025-10-30T12:35:00.123Z")) == "2025-10-30T12:35:00.123Z"
    assert known_epoch_ms("yesterday") is None
    assert known_epoch_ms(None) is None


def test_metadata_may_miss_any_part(tmp_path: Path) -> None:
    """Tokens known only in part stay unknown in the other."""
    write_records(tmp_path, invocation(1, metadata=Metadata(tokens=Tokens(input=3))))
    write_records(tmp_path, invocation(2, metadata=full_metadata(tools=None, outcome=None)))

    assert column(tmp_path, "tokens_input") == [3, 1_200]
    assert column(tmp_path, "tokens_output") == [None, 850]
    assert column(tmp_path, "outcome_category") == [None, None]
