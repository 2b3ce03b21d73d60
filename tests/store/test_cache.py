"""The cache agrees with the record files, whatever happened to them since the last look."""

from __future__ import annotations

import os
import random
import shutil
import stat
from typing import TYPE_CHECKING

import pytest

from afteraction.moments import DAY_MS
from afteraction.paths import Root
from afteraction.store.index import open_index
from tests.cached import from_scratch, replaced, rows, settle, told
from tests.records import NOW_MS, history, invocation, write_records

if TYPE_CHECKING:
    from pathlib import Path

    from afteraction.model import Invocation
    from afteraction.store.index import RecordIndex


def change(root: Path, dice: random.Random, records: list[Invocation]) -> None:
    """Do one of the things that can happen to a record."""
    path = dice.choice(sorted((root / "invocations").rglob("*.json")))
    match dice.randrange(30):
        case 0:
            shutil.rmtree(path.parent)
        case 1 | 2 | 3:
            path.unlink()
        case 4 | 5 | 6:  # better evidence moved it to another day, and perhaps back
            other = root / "invocations" / dice.choice(["2025-10-01", "2025-10-02"])
            other.mkdir(exist_ok=True)
            path.rename(other / path.name)
        case 7 | 8 | 9:
            path.with_name(f"copy-{dice.randrange(9)}.json").write_bytes(path.read_bytes())
        case 10 | 11 | 12:
            path.write_bytes(path.read_bytes().replace(b'"Explore"', b'"Explorer"'))
        case 13:
            path.with_name("cut.json").write_bytes(path.read_bytes()[:40])
        case _:
            replaced(root, dice.choice(records))


def held(index: RecordIndex) -> list[tuple[object, ...]]:
    return index.connection.execute("from invocations order by all").fetchall()


@pytest.mark.parametrize("seed", range(2))
def test_two_openings_are_equal_only_when_they_answer_the_same(tmp_path: Path, seed: int) -> None:
    """The page remembers answers as long as an index equals the one before: then nothing at all may have changed."""
    dice = random.Random(seed)  # noqa: S311 - a sequence of changes, not a secret
    root = tmp_path / "root"
    records = history(60, days=9, seed=seed)
    write_records(root, *records[:40])
    before = open_index(Root(root))
    settled = 0
    for _ in range(25):
        change(root, dice, records)
        now = open_index(Root(root))
        assert not now.equals(before) or held(now) == held(before)
        before, again = open_index(Root(root)), open_index(Root(root))
        settled += again.equals(before)
    assert settled > 20  # and nothing new is mostly known to be nothing new


@pytest.mark.parametrize("seed", range(3))
def test_after_any_change_the_cache_says_what_a_rebuild_says(tmp_path: Path, seed: int) -> None:
    """The cache is derived: it may never hold more, less or other than the record files."""
    dice = random.Random(seed)  # noqa: S311 - a sequence of changes, not a secret
    root = tmp_path / "root"
    records = history(200, days=9, seed=seed)
    write_records(root, *records[:100])
    rows(root)

    for step in range(8):
        for _ in range(dice.choice((1, 3, 40))):
            change(root, dice, records)

        assert rows(root) == from_scratch(root, tmp_path / str(step)), f"step {step}"


def test_a_warm_question_reads_no_record_again(tmp_path: Path) -> None:
    """The cache exists to spare that; only what changed is read."""
    write_records(tmp_path, *history(50))

    assert told(tmp_path) == (50, 50)
    assert told(tmp_path) == (0, 0)
    replaced(tmp_path, invocation(1))
    assert told(tmp_path) == (1, 1)
    assert told(tmp_path, every_file=True) == (0, 0)


def test_asking_where_nothing_was_recorded_leaves_no_trace(tmp_path: Path) -> None:
    """A question must not make a data folder."""
    assert rows(tmp_path / "missing") == []
    assert list(tmp_path.iterdir()) == []


def test_the_cache_is_for_its_owner_alone(tmp_path: Path) -> None:
    """It repeats what the records say, and records are private."""
    write_records(tmp_path, *history(5))
    before = os.umask(0)
    try:
        rows(tmp_path)
    finally:
        os.umask(before)

    made = [tmp_path / "cache", *(tmp_path / "cache").iterdir()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in made if path.is_dir()} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in made if path.is_file()} == {0o600}


def test_damaged_records_are_remembered_and_tried_again_when_they_change(tmp_path: Path) -> None:
    """A warm question mentions them like the first one did, and reads them no second time."""
    good, bad = write_records(tmp_path, invocation(1), invocation(2))
    whole = bad.read_bytes()
    bad.write_bytes(whole[:50])
    settle(tmp_path)

    assert told(tmp_path) == (0, 0)
    assert open_index(Root(tmp_path)).unreadable == (bad,)
    bad.write_bytes(whole)  # in place: the folder does not tell
    assert open_index(Root(tmp_path)).unreadable == ()
    assert len(rows(tmp_path)) == 2
    good.unlink()
    bad.unlink()
    assert rows(tmp_path) == []


def test_a_record_that_cannot_be_read_now_is_tried_each_time(tmp_path: Path) -> None:
    """Permissions come back without a trace in the file's time."""
    path = write_records(tmp_path, invocation(1))[0]
    denied = path.with_name("denied-2.json")
    denied.mkdir()

    for _ in range(2):
        assert open_index(Root(tmp_path)).unreadable == (denied,)
        assert told(tmp_path) == (1, 1)
    assert len(rows(tmp_path)) == 1


def test_names_that_no_text_can_carry_are_read(tmp_path: Path) -> None:
    """What a foreign writer calls its files is bytes."""
    path = write_records(tmp_path, invocation(1))[0]
    folder = tmp_path / "invocations" / os.fsdecode(b"day-\xff")
    folder.mkdir()
    path.rename(folder / os.fsdecode(b"run-\xfe.json"))
    broken = folder / os.fsdecode(b"cut-\xfe.json")
    broken.write_bytes(b"{")

    for _ in range(2):
        assert len(rows(tmp_path)) == 1
        assert open_index(Root(tmp_path)).unreadable == (broken,)


def test_a_root_whose_name_looks_like_a_pattern_is_only_itself(tmp_path: Path) -> None:
    """DuckDB takes * and [ ] in a path for a pattern."""
    odd = tmp_path / "[ab]*"
    write_records(odd, *history(10))
    write_records(tmp_path / "a1", *history(20))

    assert (len(rows(tmp_path / "a1")), len(rows(odd)), len(rows(odd))) == (20, 10, 10)


def test_an_edit_in_place_of_a_recent_record_is_noticed(tmp_path: Path) -> None:
    """It leaves the folder's time as it was; the newest records are looked at one by one."""
    write_records(tmp_path, *history(50, days=5))
    settle(tmp_path)
    path = min((tmp_path / "invocations").rglob("*.json"))
    path.write_bytes(path.read_bytes().replace(b'"timestamp"', b' "timestamp"'))

    assert told(tmp_path) == (1, 1)


def test_an_edit_in_place_of_an_old_record_is_noticed_when_every_file_is_looked_at(tmp_path: Path) -> None:
    """What each question looks at is bounded; the rest is for the sweep."""
    old = write_records(tmp_path, invocation(1, started_ms=NOW_MS - 9 * DAY_MS))[0]
    write_records(tmp_path, *(invocation(number) for number in range(2, 2_003)))
    settle(tmp_path)
    old.write_bytes(old.read_bytes().replace(b'"Explore"', b'"Explorer"'))

    assert told(tmp_path) == (0, 0)
    assert told(tmp_path, every_file=True) == (1, 1)
    assert open_index(Root(tmp_path)).connection.execute(
        "select count(*) from invocations where agent_name = 'Explorer'"
    ).fetchall() == [(1,)]


def test_a_change_within_the_same_tick_of_the_clock_is_noticed(tmp_path: Path) -> None:
    """A folder's time moves in steps: one that changed just now may change again without showing it."""
    write_records(tmp_path, *(invocation(number) for number in range(1, 2_002)))
    folder = tmp_path / "invocations" / "2025-10-29"
    rows(tmp_path)
    times = folder.stat().st_mtime_ns
    write_records(tmp_path, invocation(5_000))
    os.utime(folder, ns=(times, times))

    assert told(tmp_path) == (1, 1)
