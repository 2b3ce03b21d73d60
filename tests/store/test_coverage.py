"""Which days anything is known of."""

from __future__ import annotations

import itertools
import json
import os
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afteraction.paths import Root
from afteraction.store.coverage import Coverage, Span, extend_coverage, read_coverage
from tests.collector.importing import client_s, copy_sessions, imported, main_files
from tests.replay import Machine, payloads

if TYPE_CHECKING:
    from pathlib import Path

DAY = timedelta(days=1)
DAYS = st.integers(0, 40).map(lambda number: date(2026, 1, 1) + number * DAY)


@given(st.lists(st.tuples(DAYS, DAYS), max_size=8))
def test_the_known_days_are_those_that_were_added(added: list[tuple[date, date]]) -> None:
    """Whatever is added in whatever order, exactly those days are covered, by the fewest spans, oldest first."""
    coverage = Coverage()
    for first, last in added:
        coverage = coverage.extended(first, last)

    every = [date(2025, 12, 30) + number * DAY for number in range(50)]
    known = {day for day in every if any(min(pair) <= day <= max(pair) for pair in added)}
    assert {day for day in every if coverage.covers(day)} == known
    spans = coverage.spans
    assert all(after.first > before.last + DAY for before, after in itertools.pairwise(spans))


def test_days_are_kept(tmp_path: Path) -> None:
    """What was added is there for the next process; the file holds days and nothing else."""
    root = Root(tmp_path)
    extend_coverage(root, date(2026, 3, 1), date(2026, 3, 5))
    extend_coverage(root, date(2026, 3, 6), date(2026, 3, 6))
    extend_coverage(root, date(2026, 5, 1), date(2026, 5, 2))

    spans = (Span(date(2026, 3, 1), date(2026, 3, 6)), Span(date(2026, 5, 1), date(2026, 5, 2)))
    assert read_coverage(root) == Coverage(spans)
    assert json.loads((tmp_path / "state" / "coverage.json").read_bytes()) == {
        "spans": [["2026-03-01", "2026-03-06"], ["2026-05-01", "2026-05-02"]]
    }


def test_known_days_are_not_written_again(tmp_path: Path) -> None:
    """A file is replaced only when there is something new to say."""
    root = Root(tmp_path)
    extend_coverage(root, date(2026, 3, 1), date(2026, 3, 5))
    before = (tmp_path / "state" / "coverage.json").stat()
    extend_coverage(root, date(2026, 3, 2), date(2026, 3, 3))

    after = (tmp_path / "state" / "coverage.json").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[]", b'{"spans":[["2026-13-01","2026-13-02"]]}'])
def test_a_damaged_file_means_that_nothing_is_known(content: bytes, tmp_path: Path) -> None:
    """No day is called idle because of a file that cannot be read; what is learned next replaces it."""
    root = Root(tmp_path)
    root.state.mkdir()
    (root.state / "coverage.json").write_bytes(content)

    assert read_coverage(root) == Coverage()
    assert extend_coverage(root, date(2026, 3, 1), date(2026, 3, 1)).covers(date(2026, 3, 1))


def test_the_client_s_folder_covers_the_days_from_its_oldest_file_to_today(tmp_path: Path) -> None:
    """Where the client writes, nothing newer means that nothing happened; what it has swept is not covered.

    It sweeps by the time of the last line: what else was written on the day of an old file's first line may be gone.
    """
    machine = Machine(tmp_path)
    dated(copy_sessions(["00_basic"], client_s(machine)), "2026-10-03")
    before = datetime.now(UTC).date()
    counts = imported(machine)

    [[first, last]] = counts["known_days"]
    today = date.fromisoformat(last)
    assert first == "2026-10-04"
    assert before <= today <= datetime.now(UTC).date()
    coverage = read_coverage(Root(machine.root))
    assert coverage.covers(date(2026, 10, 4))
    assert coverage.covers(date(2026, 11, 1))
    assert not coverage.covers(date(2026, 10, 3))
    assert not coverage.covers(today + DAY)


def test_a_backup_covers_the_days_to_its_newest_file(tmp_path: Path) -> None:
    """Of what came after the backup was made it knows nothing; days between two backups stay unknown."""
    machine = Machine(tmp_path)
    old = dated(copy_sessions(["00_basic"], tmp_path / "old"), "2026-03-03")
    new = dated(copy_sessions(["02d_bg_nested"], tmp_path / "new"), "2026-06-05")

    counts = imported(machine, old, new)

    assert counts["known_days"] == [["2026-03-03", "2026-03-04"], ["2026-06-05", "2026-06-06"]]


def test_sessions_without_subagents_are_known_days_too(tmp_path: Path) -> None:
    """A day on which nothing was delegated is idle, not unknown: its session proves that the day was seen."""
    machine = Machine(tmp_path)
    projects = dated(copy_sessions(["00_basic"], tmp_path / "backup"), "2026-03-03")
    for agent in projects.rglob("agent-*"):
        agent.unlink()
    main = main_files(projects)[0]
    main.write_text(main.read_text().splitlines(keepends=True)[0])
    set_day(main, "2026-03-04")

    counts = imported(machine, projects)

    assert (counts["without_subagents"], counts["known_days"]) == (1, [["2026-03-03", "2026-03-04"]])


def test_hooks_cover_the_days_they_told_of(tmp_path: Path) -> None:
    """A day on which hooks ran is known, whether anything was imported or not."""
    machine = Machine(tmp_path)
    copy_sessions(["00_basic"], tmp_path / "elsewhere")
    before = datetime.now(UTC).date()
    machine.send(payloads("00_basic", machine))
    done = machine.afteraction("collect")

    assert done.returncode == 0, done.stderr
    after = datetime.now(UTC).date()
    assert read_coverage(Root(machine.root)).spans in [(Span(first, last),) for first, last in day_spans(before, after)]


def day_spans(first: date, last: date) -> list[tuple[date, date]]:
    """What may be known of hooks that ran within these days, of which there are two when midnight passed meanwhile."""
    return list(itertools.combinations_with_replacement(dict.fromkeys((first, last)), 2))


def dated(projects: Path, day: str) -> Path:
    """Move transcripts to a day; their files were last written on the day after."""
    for path in projects.rglob("*.jsonl"):
        path.write_text(path.read_text().replace("2026-11-22T", f"{day}T"))
        set_day(path, (date.fromisoformat(day) + DAY).isoformat())
    return projects


def set_day(path: Path, day: str) -> None:
    """Let a file have been written last on a day."""
    stamp = datetime.fromisoformat(day).replace(tzinfo=UTC, hour=12).timestamp()
    os.utime(path, (stamp, stamp))
