"""``afteraction export``: everything, in a form that other programs read."""

from __future__ import annotations

import csv
import io
import json
import stat
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from afteraction.paths import Root
from afteraction.store.archive import archive_days
from afteraction.store.engine import connect
from tests.program import piped
from tests.records import full_metadata, history, invocation, write_records

if TYPE_CHECKING:
    from pathlib import Path

RECORDS = history(50)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A history of which the older half is archived."""
    root = tmp_path / "telemetry"
    write_records(root, *RECORDS)
    archive_days(Root(root), connect(Root(root)), date(2025, 10, 16))
    return root


def parquet(path: Path) -> list[tuple[Any, ...]]:
    return connect(Root(path.parent)).execute("from read_parquet($path)", {"path": str(path)}).fetchall()


def test_all_three_forms_hold_the_same_rows(root: Path, tmp_path: Path) -> None:
    """One row per invocation, oldest first, archived ones included, every column of the view."""
    by_time = sorted(RECORDS, key=lambda record: (record.timestamp, record.invocation_id))

    rows = json.loads(piped(root, "export").stdout)
    table = list(csv.DictReader(io.StringIO(piped(root, "export", "--format", "csv").stdout)))
    result = piped(root, "export", "--format", "parquet", "--output", str(tmp_path / "runs.parquet"))

    assert (result.code, result.stdout) == (0, "")
    assert [row["invocation_id"] for row in rows] == [record.invocation_id for record in by_time]
    assert [row["invocation_id"] for row in table] == [record.invocation_id for record in by_time]
    assert [row[0] for row in parquet(tmp_path / "runs.parquet")] == [record.invocation_id for record in by_time]
    assert rows[0]["tools"] == {"Read": 3, "Edit": 2, "Bash": 1}
    assert rows[0]["files_modified"] == json.loads(table[0]["files_modified"]) == ["src/auth.py"]
    assert [row["cost_usd"] for row in rows] == [record.metadata.cost_usd for record in by_time]
    assert list(rows[0]) == list(table[0])


def test_the_array_has_a_row_a_line(root: Path) -> None:
    """Valid JSON as a whole, and still something for ``grep``."""
    lines = piped(root, "export").stdout.splitlines()

    assert (lines[0], lines[-1], len(lines)) == ("[", "]", 52)
    assert json.loads(lines[1].rstrip(","))["invocation_id"]


def test_records_are_exported_without_loss(root: Path) -> None:
    """Keys that we know nothing of, and numbers as they were written, are the user's."""
    path = next((root / "invocations").rglob("*.json"))
    path.write_bytes(path.read_bytes().replace(b'"metadata"', b'"theirs": [1.50, 1e400], "metadata"'))
    own = msgspec.json.decode(path.read_bytes(), type=dict[str, msgspec.Raw])

    lines = piped(root, "export", "--records").stdout.splitlines()

    assert sorted(json.loads(line)["invocation_id"] for line in lines) == sorted(r.invocation_id for r in RECORDS)
    (line,) = [line for line in lines if '"theirs"' in line]
    assert '"theirs":[1.50,1e400]' in line
    assert json.loads(line)["invocation_id"] == msgspec.json.decode(own["invocation_id"])
    (plain,) = [line for line in lines if RECORDS[0].invocation_id in line]
    assert msgspec.json.decode(plain, type=type(RECORDS[0])) == RECORDS[0]


def test_filters_hold_for_every_form(root: Path) -> None:
    """The same scope as in every report."""
    wanted = {r.invocation_id for r in RECORDS if r.agent_name == "Explore" and r.timestamp >= "2025-10-10"}
    scope = ["--agent", "Explore", "--since", "2025-10-10"]

    rows = json.loads(piped(root, "export", *scope).stdout)
    lines = piped(root, "export", "--records", *scope).stdout.splitlines()

    assert 0 < len(wanted) < 50
    assert {row["invocation_id"] for row in rows} == wanted
    assert {json.loads(line)["invocation_id"] for line in lines} == wanted


def test_no_cell_is_a_formula(root: Path) -> None:
    """A CSV is opened in a spreadsheet, and a name comes from outside."""
    write_records(root, invocation(0xF00, agent="=cmd()|'/C calc'!A0"))

    table = list(csv.DictReader(io.StringIO(piped(root, "export", "--format", "csv").stdout)))

    assert "'=cmd()|'/C calc'!A0" in [row["agent_name"] for row in table]
    assert not [cell for row in table for cell in row.values() if cell.startswith(("=", "+", "@"))]


def test_a_file_is_private_whole_and_never_replaced_unasked(root: Path, tmp_path: Path) -> None:
    """An export holds what the records hold; a mistyped name must not cost another file."""
    target = tmp_path / "out" / "runs.json"
    target.parent.mkdir()
    command = ["export", "--output", str(target)]

    assert piped(root, *command).code == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    target.write_text("mine")
    refused = piped(root, *command)
    assert (refused.code, target.read_text()) == (2, "mine")
    assert "--force replaces it" in refused.stderr
    assert piped(root, *command, "--force").code == 0
    assert len(json.loads(target.read_text())) == 50
    assert list(target.parent.iterdir()) == [target]


def test_a_folder_that_cannot_be_written_is_said(root: Path, tmp_path: Path) -> None:
    """One line and exit 1, no traceback, nothing left behind."""
    result = piped(root, "export", "--output", str(tmp_path / "missing" / "runs.json"))

    assert (result.code, result.stdout) == (1, "")
    assert "cannot write" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "missing").exists()


def test_nothing_to_export_is_an_empty_document(root: Path) -> None:
    """A program that reads it needs valid JSON; people are told, and exit code 3 tells a script."""
    result = piped(root, "export", "--agent", "nobody")

    assert (result.code, json.loads(result.stdout)) == (3, [])
    assert "nothing matches" in result.stderr


def test_an_ascii_stream_gets_valid_json(root: Path) -> None:
    """What the encoding lacks is escaped, not lost."""
    metadata = full_metadata(project="/home/größe🙂")
    write_records(root, invocation(0xF00, metadata=metadata))

    for form in ([], ["--records"]):
        text = piped(root, "export", *form, PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C").stdout
        assert text.isascii()
        assert "gr\\u00f6\\u00dfe\\ud83d\\ude42" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "parquet"], "Parquet needs a file"),
        (["--format", "csv", "--records"], "--records is JSON"),
        (["--format", "xml"], "'xml' is not one of"),
    ],
)
def test_a_mistake_is_a_usage_error(root: Path, arguments: list[str], said: str) -> None:
    """Said before anything is read."""
    result = piped(root, "export", *arguments)

    assert (result.code, said in result.stderr) == (2, True)
