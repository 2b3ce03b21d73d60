"""Pushing to a folder: complete, redacted, nothing twice, nothing torn."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING

import pytest

from afteraction.errors import NotFoundError, StoreError
from afteraction.model import Outcome
from afteraction.moments import DAY_MS
from tests.archived import archive
from tests.lake.machines import files, pushed, stored
from tests.program import piped
from tests.records import NOW_MS, full_metadata, history, invocation, write_records

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "correct-horse-7316-staple"  # noqa: S105 - plainly made up
PART = re.compile(r"invocations/date=\d{4}-\d{2}-\d{2}/[0-9a-f]{16}-[0-9a-f]{32}\.parquet")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine with records of some days."""
    write_records(tmp_path / "machine", *history(40, days=6))
    return tmp_path / "machine"


def test_every_record_reaches_the_lake_once(root: Path, tmp_path: Path) -> None:
    """What was recorded is in the lake, one part for each day, and nothing else lies there."""
    report = pushed(root, str(tmp_path / "lake"))

    days = sorted(folder.name for folder in (root / "invocations").iterdir())
    there = files(tmp_path / "lake")
    assert stored(tmp_path / "lake") == sorted(record.invocation_id for record in history(40, days=6))
    assert all(PART.fullmatch(path) for path in there)
    assert sorted(re.findall(r"date=([0-9-]+)", " ".join(there))) == days
    assert (report.pushed, report.rows, report.unchanged, report.removed) == (len(days), 40, 0, 0)


def test_a_second_push_changes_nothing(root: Path, tmp_path: Path) -> None:
    """Pushing twice is pushing once, also when all has been forgotten, and when every record is redacted anew."""
    pushed(root, str(tmp_path / "lake"))
    before = files(tmp_path / "lake")

    reports = [pushed(root, str(tmp_path / "lake"), at_ms=NOW_MS + 1)]
    reports.append(pushed(root, str(tmp_path / "lake"), at_ms=NOW_MS + 2, again=True))
    (root / "state" / "lake.json").unlink()
    reports.append(pushed(root, str(tmp_path / "lake"), at_ms=NOW_MS + 3))

    assert files(tmp_path / "lake") == before
    assert {(report.pushed, report.unchanged) for report in reports} == {(0, len(before))}


def test_only_a_changed_day_is_pushed_again(root: Path, tmp_path: Path) -> None:
    """One new record replaces the part of its day and leaves all others alone."""
    pushed(root, str(tmp_path / "lake"))
    before = files(tmp_path / "lake")
    write_records(root, invocation(0xFFF, started_ms=NOW_MS - DAY_MS))

    report = pushed(root, str(tmp_path / "lake"), at_ms=NOW_MS + 1)

    assert (report.pushed, report.removed, report.unchanged) == (1, 1, len(before) - 1)
    assert len(files(tmp_path / "lake").items() & before.items()) == len(before) - 1
    assert len(stored(tmp_path / "lake")) == 41


def test_a_part_that_was_lost_is_pushed_again(root: Path, tmp_path: Path) -> None:
    """What is remembered is checked against the lake, so a part deleted there comes back."""
    pushed(root, str(tmp_path / "lake"))
    before = set(files(tmp_path / "lake"))
    next((tmp_path / "lake").rglob("*.parquet")).unlink()

    pushed(root, str(tmp_path / "lake"))

    assert set(files(tmp_path / "lake")) == before


def test_every_text_is_redacted_again(tmp_path: Path) -> None:
    """A secret that stands in the environment by now leaves in no field, whatever the record on the disk still says."""
    metadata = full_metadata(
        project=f"/home/user/{SECRET}", files_modified=(f"src/{SECRET}.py",), tools={f"mcp__{SECRET}": 1},
        tools_used=(f"mcp__{SECRET}",), session_id=f"s-{SECRET}", task_type=SECRET,
        outcome=Outcome(category="completed", evidence=(f"transcript: {SECRET}",)),
    )  # fmt: skip
    record = invocation(
        agent=f"agent {SECRET}", task_description=f"Log in with {SECRET}", error_message=f"refused: {SECRET}",
        workflow_id=f"wf-{SECRET}", parent_invocation_id=f"inv-{SECRET}", metadata=metadata,
    )  # fmt: skip
    path = write_records(tmp_path / "machine", record)[0]
    assert path.read_text().count(SECRET) >= 11

    pushed(tmp_path / "machine", str(tmp_path / "lake"), environ={"DEPLOY_TOKEN": SECRET})

    everything = [stored(tmp_path / "lake", column) for column in _columns(tmp_path / "lake")]
    assert SECRET not in repr(everything)
    assert stored(tmp_path / "lake", "task_description") == ["Log in with [REDACTED:env-secret]"]


def test_again_takes_a_secret_out_that_is_known_only_now(tmp_path: Path) -> None:
    """After a secret was added to the environment, ``--again`` replaces what had been pushed with it."""
    write_records(tmp_path / "machine", invocation(task_description=f"Log in with {SECRET}"))
    pushed(tmp_path / "machine", str(tmp_path / "lake"))

    report = pushed(tmp_path / "machine", str(tmp_path / "lake"), environ={"DEPLOY_TOKEN": SECRET}, again=True)

    assert (report.pushed, report.removed) == (1, 1)
    assert stored(tmp_path / "lake", "task_description") == ["Log in with [REDACTED:env-secret]"]


def test_what_is_clear_stays_as_it_is(root: Path, tmp_path: Path) -> None:
    """Redacting again alters no id, time, path or hash, or the lake would answer otherwise than the machine."""
    pushed(root, str(tmp_path / "lake"))

    for column in ("invocation_id", "timestamp", "project", "definition_sha256", "session_id", "agent_id"):
        assert not re.search("sha256:|REDACTED", repr(stored(tmp_path / "lake", column)))


def test_archived_days_are_pushed_too(root: Path, tmp_path: Path) -> None:
    """A day that became an archive part is part of the truth; a record that came later joins it."""
    pushed(root, str(tmp_path / "early"))
    assert archive(root, date(2025, 10, 29)) > 0
    late = invocation(0xABC, started_ms=NOW_MS - 5 * DAY_MS)
    write_records(root, late)

    pushed(root, str(tmp_path / "lake"))

    assert stored(tmp_path / "lake") == sorted([*stored(tmp_path / "early"), late.invocation_id])


def test_days_that_are_gone_here_stay_in_the_lake(root: Path, tmp_path: Path) -> None:
    """Pruning a machine does not prune the lake."""
    pushed(root, str(tmp_path / "lake"))
    before = files(tmp_path / "lake")
    shutil.rmtree(min((root / "invocations").iterdir()))

    pushed(root, str(tmp_path / "lake"))

    assert files(tmp_path / "lake") == before


def test_a_damaged_record_is_named_and_the_rest_is_pushed(root: Path, tmp_path: Path) -> None:
    """One broken file costs itself only, and its day is looked at again the next time."""
    day = max((root / "invocations").iterdir())
    broken = day / "Explore-00000000beef.json"
    broken.write_text("{")

    first = pushed(root, str(tmp_path / "lake"))
    second = pushed(root, str(tmp_path / "lake"))

    assert first.unreadable == second.unreadable == [broken]
    assert len(stored(tmp_path / "lake")) == 40


def test_the_writer_tells_nothing_of_the_machine(root: Path, tmp_path: Path) -> None:
    """The same records pushed from two roots of one machine are signed by two unrelated numbers."""
    shutil.copytree(root, tmp_path / "other")
    pushed(root, str(tmp_path / "lake"))
    pushed(tmp_path / "other", str(tmp_path / "lake"))

    names = [path.rpartition("/")[2].partition("-") for path in files(tmp_path / "lake")]
    assert len({writer for writer, _, _ in names}) == 2
    assert len({contents for _, _, contents in names}) == len(names) / 2


def test_a_killed_push_leaves_nothing_torn_and_is_resumed(root: Path, tmp_path: Path) -> None:
    """Killed at whatever moment, every part in the lake is whole, and the next push makes it complete."""
    lake = tmp_path / "lake"
    wanted = sorted(record.invocation_id for record in history(40, days=6))
    for parts in (1, 3):
        shutil.rmtree(lake, ignore_errors=True)
        process = subprocess.Popen(
            [sys.executable, "-m", "afteraction", "lake", "push", str(lake)],
            env={**os.environ, "OAK_TELEMETRY_DIR": str(root)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        while len(list(lake.rglob("*.parquet"))) < parts and process.poll() is None:
            pass  # the condition is what is waited for
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert set(stored(lake)) <= set(wanted)
        pushed(root, str(lake))
        assert stored(lake) == wanted
        assert all(PART.fullmatch(path) for path in files(lake))


def test_what_a_killed_copy_left_is_taken_away(root: Path, tmp_path: Path) -> None:
    """Half a file of this machine goes with the next push of its day; another machine's may still be growing."""
    pushed(root, str(tmp_path / "lake"))
    part = next((tmp_path / "lake").rglob("*.parquet"))
    ours, theirs = part.with_name(f".{part.name}.partial"), part.with_name(f".{'0' * 16}-{'1' * 32}.parquet.partial")
    ours.write_bytes(b"PAR1")
    theirs.write_bytes(b"PAR1")
    part.unlink()

    pushed(root, str(tmp_path / "lake"))

    assert (ours.exists(), theirs.exists()) == (False, True)


def test_a_share_that_is_not_mounted_is_an_error(root: Path, tmp_path: Path) -> None:
    """A push never makes the folders above a lake: they would fill the disk below a missing mount."""
    with pytest.raises(NotFoundError, match="is it mounted"):
        pushed(root, str(tmp_path / "not" / "mounted"))

    assert not (tmp_path / "not").exists()


def test_a_lake_that_cannot_be_written_is_an_error(root: Path, tmp_path: Path) -> None:
    """Something in the way is told with the place and what to do."""
    (tmp_path / "lake").mkdir()
    (tmp_path / "lake" / "invocations").write_text("in the way")

    with pytest.raises(StoreError, match="run the same push again"):
        pushed(root, str(tmp_path / "lake"))


def test_the_command_says_what_it_did(root: Path, tmp_path: Path) -> None:
    """One sentence for people, numbers for programs."""
    first = piped(root, "lake", "push", str(tmp_path / "lake"))
    second = piped(root, "lake", "push", str(tmp_path / "lake"), "--json")

    days = len(list((root / "invocations").iterdir()))
    assert first == (0, f"40 records of {days} days pushed to {tmp_path}/lake, 0 days there already.\n", "")
    assert second.code == 0
    assert f'"unchanged": {days}, "pushed": 0, "rows": 0' in second.stdout


def test_nothing_recorded_is_no_success(tmp_path: Path) -> None:
    """Exit code 3, as of every command that finds nothing."""
    result = piped(tmp_path / "empty", "lake", "push", str(tmp_path / "lake"))

    assert result.code == 3
    assert "nothing recorded yet" in result.stderr


def _columns(lake: Path) -> list[str]:
    import duckdb

    parts = f"{lake}/invocations/*/*.parquet"
    return [name for name, *_ in duckdb.execute("select * from read_parquet($p)", {"p": parts}).description or ()]
