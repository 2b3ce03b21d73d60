"""``afteraction archive`` and ``prune``: what becomes of old records."""

from __future__ import annotations

import json
import os
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from afteraction.moments import DAY_MS, utc_day, utc_timestamp
from afteraction.paths import Root
from afteraction.store.coverage import extend_coverage, read_coverage
from tests.program import COMMAND, on_terminal, piped
from tests.records import denied_workflow, invocation, workflow, write_records, write_workflow

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from afteraction.model import Invocation

TODAY_MS = time.time_ns() // 1_000_000 // DAY_MS * DAY_MS
"""The commands ask the clock; midnight of the day on which the tests run."""


def days_ago(days: int, number: int) -> Invocation:
    """A record of noon so many days ago."""
    return invocation(number, started_ms=TODAY_MS - days * DAY_MS + DAY_MS // 2)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Records of 200, 100, 40 and 2 days ago, two each."""
    root = tmp_path / "telemetry"
    write_records(root, *(days_ago(days, days * 10 + at) for days in (200, 100, 40, 2) for at in (1, 2)))
    return root


def possible_limits(days: int) -> tuple[date, ...]:
    """The day so many days ago; two when midnight has passed since the tests began."""
    return tuple(utc_day(now_ms - days * DAY_MS) for now_ms in (TODAY_MS, time.time_ns() // 1_000_000))


def recorded(root: Path) -> list[str]:
    """The ids of everything that a report counts."""
    rows = json.loads(piped(root, "export").stdout)
    return [row["invocation_id"] for row in rows]


def files(root: Path) -> int:
    return len(list((root / "invocations").rglob("*.json")))


def test_archive_packs_the_days_that_are_old_enough(root: Path) -> None:
    """And says what it did; every report goes on as before, and a second run finds nothing."""
    before = piped(root, "agents").stdout

    result = piped(root, "archive", "--older", "30d")

    assert (result.code, result.stderr) == (0, "")
    assert result.stdout == f"Packed 6 records of 3 days into {root}/archive.\n"
    assert files(root) == 2
    assert piped(root, "agents").stdout == before
    assert piped(root, "archive", "--older", "30d").stdout == "No record is older than 30 days and unpacked.\n"
    shown = piped(root, "show", days_ago(200, 2001).invocation_id)
    assert "/archive/" in shown.stdout


def test_archive_gives_back_a_day_or_all(root: Path) -> None:
    """The way back is as short as the way there."""
    piped(root, "archive", "--older", "4w")
    day = utc_timestamp(TODAY_MS - 200 * DAY_MS)[:10]

    assert piped(root, "archive", "--restore", day).stdout.startswith("Unpacked 2 records of 1 day into")
    assert files(root) == 4
    assert piped(root, "archive", "--restore", "all").stdout.startswith("Unpacked 4 records of 2 days into")
    missing = piped(root, "archive", "--restore", day)
    assert (missing.code, "not archived" in missing.stderr) == (3, True)


def test_a_day_with_something_still_running_is_not_closed(root: Path) -> None:
    """A session that no pass has seen the end of may still tell of its first day, and of all since."""
    at = utc_timestamp(TODAY_MS - 150 * DAY_MS)
    (root / "spool").mkdir()
    event = {"v": 1, "at": TODAY_MS - 150 * DAY_MS, "payload": {"session_id": "s", "hook_event_name": "SessionStart"}}
    (root / "spool" / "s.jsonl").write_text(json.dumps(event) + "\n")

    assert at < utc_timestamp(TODAY_MS - 100 * DAY_MS)
    assert piped(root, "archive", "--older", "30d").stdout.startswith("Packed 2 records of 1 day ")


def test_prune_says_what_goes_before_it_goes(root: Path) -> None:
    """A dry run touches nothing; without a terminal and without --yes it refuses; files and packed records go."""
    piped(root, "archive", "--older", "150d")
    before = sorted(root.rglob("*"))

    dry = piped(root, "prune", "--older", "90d", "--dry-run")
    refused = piped(root, "prune", "--older", "90d")

    assert dry.code == 0
    assert any(dry.stdout.startswith(f"Would delete 4 records of 2 days before {day} (") for day in possible_limits(90))
    assert (refused.code, "it needs --yes" in refused.stderr) == (2, True)
    assert sorted(path for path in root.rglob("*") if "cache" not in path.parts) == [
        path for path in before if "cache" not in path.parts
    ]
    done = piped(root, "prune", "--older", "90d", "--yes")
    assert done.code == 0
    assert any(done.stdout.startswith(f"Deleted 4 records of 2 days before {day} (") for day in possible_limits(90))
    assert len(recorded(root)) == 4
    assert not list((root / "archive").iterdir())
    assert piped(root, "prune", "--older", "90d", "--yes").stdout == "No record is older than 90 days.\n"


def test_a_terminal_is_asked(root: Path) -> None:
    """And no is the answer of whoever only presses return."""
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [*COMMAND, "prune", "--older", "90d"], stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={"PATH": os.environ["PATH"], "OAK_TELEMETRY_DIR": str(root), "LANG": "C.UTF-8"}, text=True,
    )  # fmt: skip
    os.close(theirs)
    os.write(ours, b"\n")
    said = process.communicate(timeout=60)[0]
    os.close(ours)

    assert "Delete 4 records of 2 days" in said
    assert process.returncode == 1
    assert files(root) == 8


def test_what_was_derived_goes_with_the_records(root: Path) -> None:
    """A workflow without its invocations, a cache that still holds them and a day called idle would all be wrong."""
    gone, kept = days_ago(100, 1001), days_ago(40, 401)
    write_workflow(root, workflow(gone, workflow_id="wf-gone"))
    write_workflow(root, workflow(gone, kept, workflow_id="wf-both"))
    both = [record.invocation_id for record in (gone, kept)]
    for path in (root / "invocations").rglob("*.json"):
        if json.loads(path.read_bytes())["invocation_id"] in both:
            path.write_bytes(
                path.read_bytes().replace(json.loads(path.read_bytes())["workflow_id"].encode(), b"wf-both")
            )
    write_workflow(root, denied_workflow(7, started_ms=TODAY_MS - 100 * DAY_MS))
    extend_coverage(Root(root), utc_day(TODAY_MS - 120 * DAY_MS), utc_day(TODAY_MS))
    recorded(root)

    assert piped(root, "prune", "--older", "90d", "--yes").code == 0

    left = {path.stem: json.loads(path.read_bytes()) for path in (root / "workflows").iterdir()}
    assert [item["invocation_id"] for item in left["wf-both"]["invocations"]] == [kept.invocation_id]
    assert set(left) == {"wf-both"}
    assert not any(gone.invocation_id.encode() in path.read_bytes() for path in root.rglob("*") if path.is_file())
    assert read_coverage(Root(root)).spans[0].first in possible_limits(90)


@pytest.mark.parametrize(
    "arguments",
    [["archive"], ["archive", "--older", "30d", "--restore", "all"], ["archive", "--older", "3 months"], ["prune"],
     ["prune", "--older", "0d"]],
)  # fmt: skip
def test_a_mistake_is_a_usage_error(root: Path, arguments: list[str]) -> None:
    """Nothing is packed or deleted by accident."""
    assert piped(root, *arguments).code == 2
    assert files(root) == 8


@pytest.mark.parametrize("arguments", [["archive", "--older", "30d"], ["prune", "--older", "30d", "--yes"]])
def test_where_nothing_was_recorded_nothing_is_made(tmp_path: Path, arguments: list[str]) -> None:
    """A nightly job may run before the first event."""
    result = on_terminal(tmp_path / "none", *arguments)

    assert (result.code, result.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []
