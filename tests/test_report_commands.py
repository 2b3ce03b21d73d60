"""What every report promises, whichever it is: eighty columns, a pipe, JSON, CSV, no colour, ASCII, and no data."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.analytics.varied import AGENTS, varied_history
from tests.program import on_terminal, piped
from tests.records import invocation, write_records

if TYPE_CHECKING:
    from pathlib import Path

UNTIL = ("--until", "2025-10-30T18:00Z")
ONE, OTHER = sorted(AGENTS)[:2]
REPORTS = [
    ["agents"],
    ["agent", ONE],
    ["failures"],
    ["failures", "--where"],
    ["trend"],
    ["compare", ONE, OTHER],
    ["cost"],
    ["cost", "--by", "week"],
    ["agents", "--by", "task-type"],
    ["best", "debug cause 1"],
    ["quality"],
    ["quality", ONE],
    ["usage"],
    ["pairs"],
    ["review", "daily"],
    ["review", "weekly"],
    ["review", "monthly"],
    ["workflows", "--least", "1"],
    ["workflows", "--trend", "--least", "1"],
]
every_report = pytest.mark.parametrize("command", REPORTS, ids=" ".join)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A varied history in which agents meet in workflows."""
    folder = tmp_path_factory.mktemp("reports")
    for number, record in enumerate(varied_history(300)):
        write_records(folder, msgspec.structs.replace(record, workflow_id=f"wf-20251001-{number // 3:08x}"))
    return folder


@every_report
def test_eighty_columns_hold_the_report(root: Path, command: list[str]) -> None:
    """Nothing is wider than the narrowest terminal people use, and without colour no sequence is written."""
    shown = on_terminal(root, *command, *UNTIL, NO_COLOR="1")

    assert (shown.code, shown.stderr) == (0, "")
    assert max(map(len, shown.stdout.splitlines())) <= 80
    assert "\x1b" not in shown.stdout
    assert "next: afteraction " in shown.stdout


@every_report
def test_ascii_is_enough(root: Path, command: list[str]) -> None:
    """A terminal of the C locale shows every sign."""
    shown = on_terminal(root, *command, *UNTIL, LC_ALL="C", NO_COLOR="1")

    assert shown.code == 0
    assert shown.stdout.isascii()


@every_report
def test_a_pipe_and_csv_carry_the_same_rows(root: Path, command: list[str]) -> None:
    """A header and whole rows, none shortened, as many in either form; JSON can be read."""
    tabs = piped(root, *command, *UNTIL)
    comma = piped(root, *command, *UNTIL, "--csv")
    document = piped(root, *command, *UNTIL, "--json")

    assert (tabs.code, comma.code, document.code) == (0, 0, 0)
    lines = tabs.stdout.splitlines()
    rows = list(csv.reader(io.StringIO(comma.stdout)))
    assert lines[0].split("\t") == rows[0]
    assert len(lines) == len(rows) > 1
    assert {len(line.split("\t")) for line in lines} == {len(rows[0])}
    assert json.loads(document.stdout)


@every_report
def test_nothing_recorded_is_said_with_exit_code_3(tmp_path: Path, command: list[str]) -> None:
    """An empty data folder is no error of the program and no report: what to do stands on stderr."""
    found = piped(tmp_path, *command)

    assert (found.code, found.stdout) == (3, "")
    assert found.stderr.startswith("afteraction: ")


@every_report
def test_one_run_is_few_and_no_crash(tmp_path: Path, command: list[str]) -> None:
    """The first day of use: a report of one run claims nothing, and never fails."""
    write_records(tmp_path, invocation(1, agent=ONE, status="failure"), invocation(2, agent=OTHER))

    shown = on_terminal(tmp_path, *command, *UNTIL, NO_COLOR="1")

    assert shown.code in (0, 3)
    assert "Traceback" not in shown.stderr
    assert "%" not in shown.stdout.replace("95%", "") or command[0] in ("cost", "usage", "failures", "agent")
