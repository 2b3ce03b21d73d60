"""The archive: old days as one Parquet part each, which then are the truth."""

from __future__ import annotations

import os
import random
import shutil
import stat
from datetime import date
from typing import TYPE_CHECKING

import msgspec
import pytest

from afteraction.errors import AfteractionError, NotFoundError, StoreError
from afteraction.installation.archive_check import check_archive
from afteraction.moments import epoch_ms
from afteraction.paths import Root
from afteraction.store.archive import archive_days
from afteraction.store.archive_places import part_path
from afteraction.store.damage import find_damaged, set_aside_damaged
from afteraction.store.engine import connect
from afteraction.store.index import open_index
from afteraction.store.reading import all_records, find_invocation, find_workflow
from afteraction.store.records import RecordStore
from tests.archived import BEFORE, DAY, NOON, archive, contents, ids, restore
from tests.cached import rows, told
from tests.records import history, invocation, workflow, write_records, write_workflow

if TYPE_CHECKING:
    from pathlib import Path


def test_every_answer_stays_the_same(tmp_path: Path) -> None:
    """Where a record is kept is nobody's business but the store's: all rows, columns and values remain."""
    write_records(tmp_path, *history(200))
    before = rows(tmp_path)

    packed = archive(tmp_path)

    assert 50 < packed < 150
    assert len(contents(tmp_path)) == 200 - packed
    assert not (tmp_path / "invocations" / DAY).exists()
    assert rows(tmp_path) == before
    assert told(tmp_path) == (0, 0), "a warm question reads nothing again"


def test_restoring_gives_the_same_files_byte_for_byte(tmp_path: Path) -> None:
    """Whatever a file says beyond our schema is the user's: blanks, order, unknown keys, names of foreign writers."""
    paths = write_records(tmp_path, *(invocation(number, started_ms=NOON) for number in range(5)))
    text = paths[0].read_bytes()
    paths[0].write_bytes(b" \n\t" + text.replace(b'"agent_name"', b'"ours": [1.0, 1e400, "\\u0000"],\r\n "agent_name"'))
    paths[1].write_bytes(msgspec.json.format(text, indent=-1))
    paths[2].rename(paths[2].with_name(os.fsdecode(b"run-\xfe\xe9.json")))
    paths[3].chmod(0o644)
    before = contents(tmp_path)

    assert archive(tmp_path) == 5
    assert contents(tmp_path) == {}
    assert restore(tmp_path, DAY) == 5

    assert contents(tmp_path) == before
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "invocations" / DAY).iterdir()}
    assert modes == {0o600}
    assert list((tmp_path / "archive").iterdir()) == []


def test_parts_are_for_their_owner_alone(tmp_path: Path) -> None:
    """They are the records, and records are private, whatever the umask."""
    write_records(tmp_path, invocation(1, started_ms=NOON))
    before = os.umask(0)
    try:
        archive(tmp_path)
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "archive").stat().st_mode) == 0o700
    assert stat.S_IMODE(part_path(Root(tmp_path), DAY).stat().st_mode) == 0o600


def test_only_whole_days_before_the_date_are_packed(tmp_path: Path) -> None:
    """A day that is not over may get more records; a folder that is no day is somebody's own."""
    write_records(tmp_path, invocation(1, started_ms=NOON), invocation(2, started_ms=epoch_ms("2025-10-20T00:00:00Z")))
    (tmp_path / "invocations" / DAY).rename(tmp_path / "invocations" / "backup")

    assert archive(tmp_path) == 0
    assert len(contents(tmp_path)) == 2


def test_what_is_no_record_stays_and_is_told(tmp_path: Path) -> None:
    """The archive takes what it can give back as a record; a damaged file is for the sweep, a link is somebody's."""
    good, bad, link = write_records(tmp_path, *(invocation(number, started_ms=NOON) for number in range(3)))
    bad.write_bytes(b'{"invocation_id": "inv-')
    link.rename(tmp_path / "elsewhere.json")
    link.symlink_to(tmp_path / "elsewhere.json")

    done = archive_days(Root(tmp_path), connect(Root(tmp_path)), BEFORE)

    assert (done.files, done.left) == (1, sorted([bad, link]))
    assert not good.exists()
    assert bad.exists()
    assert link.is_symlink()


def test_archived_records_are_found_like_all_others(tmp_path: Path) -> None:
    """By id, by the beginning of either end, as the newest, and as one of several that begin alike."""
    first, second = invocation(0xABC1, started_ms=NOON), invocation(0xABC2, started_ms=NOON + 1000)
    write_records(tmp_path, first, second)
    write_workflow(tmp_path, workflow(first, second, workflow_id=second.workflow_id or ""))
    archive(tmp_path)
    write_records(tmp_path, invocation(0xABC3, started_ms=NOON - 2 * 86_400_000))
    root = Root(tmp_path)

    assert find_invocation(root, first.invocation_id) == (str(part_path(root, DAY)), first)
    assert find_invocation(root, "00000000abc2").record == second
    assert find_invocation(root, "last").record == second
    assert find_workflow(root, "last").workflow_id == second.workflow_id
    with pytest.raises(AfteractionError, match="3 ids match"):
        find_invocation(root, "00000000abc")
    with pytest.raises(NotFoundError):
        find_invocation(root, "inv-20251002-ffff")


def test_a_file_shows_and_hides_the_row_of_its_name(tmp_path: Path) -> None:
    """The user may restore by hand, or throw the newer file away: the answer is never both and never none."""
    (path,) = write_records(tmp_path, invocation(1, started_ms=NOON))
    content = path.read_bytes()
    archive(tmp_path)

    for _ in range(2):
        assert ids(tmp_path) == [invocation(1, started_ms=NOON).invocation_id]
        path.parent.mkdir()
        path.write_bytes(content.replace(b'"success"', b'"partial"'))
        found = open_index(Root(tmp_path)).connection.execute("select status from invocations").fetchall()
        assert found == [("partial",)]
        path.unlink()
        path.parent.rmdir()


def test_any_changed_byte_is_noticed(tmp_path: Path) -> None:
    """A part is the truth: what it gives is what was put in, or it is named as damaged."""
    records = [invocation(number, started_ms=NOON) for number in range(4)]
    write_records(tmp_path, *records)
    archive(tmp_path)
    part = part_path(Root(tmp_path), DAY)
    whole = part.read_bytes()
    dice = random.Random(5)  # noqa: S311 - places, not secrets
    places = dice.sample(range(len(whole)), 60)

    for place in places:
        part.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        served = [found.record for found in all_records(Root(tmp_path))]
        assert all(record in records for record in served), f"byte {place}"
        told_of = [row for row in check_archive(Root(tmp_path)) if row.status == "problem"]
        assert len(served) == 4 or told_of, f"byte {place}: {len(served)} records and no word"
        assert set(ids(tmp_path)) <= {record.invocation_id for record in records}, f"byte {place}"

    part.write_bytes(whole[: len(whole) // 2])
    assert find_damaged(Root(tmp_path)) == (part,)
    assert set_aside_damaged(Root(tmp_path)) == 0
    assert part.exists(), "the truth is not moved out of the way"


def test_a_damaged_part_takes_nothing_in_and_gives_what_is_sound(tmp_path: Path) -> None:
    """Packing on top of damage would seal it; the rest of the history is served all the same."""
    write_records(tmp_path, *(invocation(number, started_ms=NOON) for number in range(4)))
    archive(tmp_path)
    write_records(tmp_path, invocation(9, started_ms=NOON))
    part = part_path(Root(tmp_path), DAY)
    part.write_bytes(part.read_bytes()[:-20])

    with pytest.raises(StoreError, match="is damaged"):
        archive(tmp_path)
    with pytest.raises(StoreError, match="is damaged"):
        restore(tmp_path)
    assert ids(tmp_path) == [invocation(9, started_ms=NOON).invocation_id]
    assert open_index(Root(tmp_path)).unreadable == (part,)
    assert RecordStore(Root(tmp_path)).write(invocation(1, started_ms=NOON)), "a pass goes on and writes what it knows"


def test_restoring_what_is_not_archived_is_refused(tmp_path: Path) -> None:
    """A mistyped day must not look like a success."""
    write_records(tmp_path, invocation(1, started_ms=NOON))
    archive(tmp_path)

    with pytest.raises(NotFoundError, match="2025-10-03"):
        restore(tmp_path, "2025-10-03")


def test_a_packed_day_takes_less(tmp_path: Path) -> None:
    """That is what it is for: a day of a hundred records takes less than a tenth of their bytes."""
    paths = write_records(tmp_path, *(invocation(number, started_ms=NOON) for number in range(100)))
    size = sum(path.stat().st_size for path in paths)

    archive(tmp_path)

    assert part_path(Root(tmp_path), DAY).stat().st_size < size / 10


@pytest.mark.parametrize("seed", range(2))
def test_after_any_change_the_cache_says_what_a_rebuild_says(tmp_path: Path, seed: int) -> None:
    """Packing, unpacking, late, edited and deleted records in any order: the cache never holds more, less or other."""
    dice = random.Random(seed)  # noqa: S311 - a sequence of changes, not a secret
    root = tmp_path / "root"
    records = history(60, days=6, seed=seed)
    write_records(root, *records[:40])
    for step in range(25):
        archived = sorted((root / "archive").glob("*.parquet"))
        match dice.randrange(6):
            case 0 | 1:
                archive(root, dice.choice([date(2025, 10, 27), date(2025, 10, 29), date(2025, 11, 1)]))
            case 2 if archived:
                restore(root, dice.choice(archived).stem)
            case 3 if archived:
                shutil.rmtree(root / "invocations", ignore_errors=True)
            case 4 if archived:
                dice.choice(archived).unlink()
            case _:
                write_records(root, *dice.sample(records, 3))
        fresh = tmp_path / str(step)
        shutil.copytree(root, fresh, ignore=shutil.ignore_patterns("cache"))

        assert rows(root) == rows(fresh), f"step {step}"
