"""The spool and the records are read as they grow: nothing twice, nothing that has not changed, nothing without end."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING

from afteraction.live.new_records import MOST_RECORDS, NewRecords
from afteraction.live.snapshot import Snapshot
from afteraction.live.spool_tail import MOST_FILES, OLD_LOOKS, SpoolTail
from afteraction.moments import DAY_MS, utc_timestamp
from tests.hook_process import wait_until
from tests.live.telling import Telling
from tests.records import NOW_MS, full_metadata, invocation, write_records

if TYPE_CHECKING:
    from pathlib import Path

LINE = {"v": 1, "at": 1, "payload": {"hook_event_name": "SubagentStart", "agent_id": "a", "agent_type": "t"}}


def test_each_line_is_read_once_and_only_when_it_is_whole(tmp_path: Path) -> None:
    """A look takes what was added; a line that is being written waits for its end."""
    tail = SpoolTail(tmp_path / "spool")
    assert tail.read() == []
    file = _spool(tmp_path) / "s.jsonl"
    _add(file, 1, 2)
    assert _times(tail) == [1, 2]
    assert _times(tail) == []
    whole = _line(3)
    with file.open("a") as growing:
        growing.write(whole[:20])
    assert _times(tail) == []
    with file.open("a") as growing:
        growing.write(whole[20:] + _line(4))
    assert _times(tail) == [3, 4]


def test_a_file_that_was_cleared_away_is_read_anew(tmp_path: Path) -> None:
    """The collector takes a session's file away, and a hook begins it again."""
    file = _spool(tmp_path) / "s.jsonl"
    _add(file, 1, 2, 3)
    tail = SpoolTail(file.parent)
    assert _times(tail) == [1, 2, 3]
    file.unlink()
    assert _times(tail) == []
    _add(file, 4)
    assert _times(tail) == [4]
    (file.parent / "new").write_text(_line(8))
    (file.parent / "new").replace(file)
    assert _times(tail) == [8]


def test_what_is_no_line_and_no_file_does_no_harm(tmp_path: Path) -> None:
    """Damage, blank lines, links, folders, pipes: what can be read is read."""
    spool = _spool(tmp_path)
    (spool / "s.jsonl").write_bytes(b"\n\xff\xfe\n{]\n[1]\n" + b"x" * 200_000 + b"\n" + _line(5).encode())
    (spool / "folder.jsonl").mkdir()
    (spool / "link.jsonl").symlink_to(spool / "s.jsonl")
    os.mkfifo(spool / "pipe.jsonl")
    assert _times(SpoolTail(spool)) == [5]


def test_an_endless_line_is_left_behind(tmp_path: Path) -> None:
    """What is longer than any hook's line is stepped over, so that it is not read again in every look."""
    file = _spool(tmp_path) / "s.jsonl"
    file.write_bytes(b"x" * 300_000)
    tail = SpoolTail(file.parent)
    assert _times(tail) == []
    _add(file, 1, 2)
    assert _times(tail) == [1, 2]


def test_a_large_spool_is_read_in_pieces_and_its_old_part_not_at_all(tmp_path: Path) -> None:
    """One look reads so many bytes; of a file that is new here only its end is read, of all of them only so much."""
    spool, most = _spool(tmp_path), 100_000
    for number in range(OLD_LOOKS + 3):
        (spool / f"s{number}.jsonl").write_text(_line(1) * (2 * most // len(_line(1))))
    tail = SpoolTail(spool, most_bytes=most)
    looks = [len(tail.read()) * len(_line(1))]
    while tail.behind:
        looks.append(len(tail.read()) * len(_line(1)))
    assert max(looks) <= 2 * most
    assert OLD_LOOKS - 1 <= len(looks) <= OLD_LOOKS + 1
    assert sum(looks) <= OLD_LOOKS * most


def test_only_so_many_sessions_are_listened_to(tmp_path: Path) -> None:
    """Those that spoke last."""
    spool = _spool(tmp_path)
    for number in range(MOST_FILES + 20):
        _add(spool / f"s{number}.jsonl", number + 1)
        os.utime(spool / f"s{number}.jsonl", (number, number))
    assert min(_times(SpoolTail(spool))) == 21


def test_a_record_is_read_when_it_appears_and_when_it_is_replaced(tmp_path: Path) -> None:
    """Each once; a day that has not changed is not listed."""
    records = NewRecords(tmp_path / "invocations")
    assert records.read() == []
    first = invocation(1)
    write_records(tmp_path, first)
    assert records.read() == [first]
    assert records.read() == []
    second = invocation(2)
    write_records(tmp_path, second)
    assert records.read() == [second]
    (path,) = write_records(tmp_path / "new", invocation(1, status="failure"))
    path.replace(tmp_path / "invocations" / path.parent.name / path.name)
    assert [record.status for record in records.read()] == ["failure"]


def test_of_many_records_the_newest_are_read(tmp_path: Path) -> None:
    """A day of thousands costs the reading of a few, and a damaged one none of the others."""
    for number in range(MOST_RECORDS + 10):
        (path,) = write_records(tmp_path, invocation(number))
        os.utime(path, (number, number))
    path.write_bytes(b"{")
    os.utime(path, (number, number))
    found = [int(record.invocation_id.rpartition("-")[2], 16) for record in NewRecords(tmp_path / "invocations").read()]
    assert sorted(found) == list(range(10, MOST_RECORDS + 9))


def test_the_record_of_a_running_agent_is_found_on_its_own_day(tmp_path: Path) -> None:
    """An agent that began days ago, and one whose record was there before anybody looked."""
    old = invocation(7, started_ms=NOW_MS - 9 * DAY_MS)
    for number in range(3):
        write_records(tmp_path, invocation(number, started_ms=NOW_MS - number * DAY_MS))
    write_records(tmp_path, old)
    records = NewRecords(tmp_path / "invocations")
    assert old not in records.read()
    key = old.invocation_id.rpartition("-")[2]
    assert records.read({key}, {utc_timestamp(NOW_MS - 9 * DAY_MS)[:10]}) == [old]


def test_a_record_decides_what_hooks_left_open(tmp_path: Path) -> None:
    """An agent that no hook ends, as after Esc, is taken off the screen by its record, which says why it ended."""
    session = Telling(tmp_path)
    watch = session.watch()
    agent_id = "a0000000000000001"
    session.start(agent_id)
    (one,) = watch.look().running
    metadata = full_metadata(
        "failure", agent_id=agent_id, ended_at=utc_timestamp(one.started_at_ms - 3), project="/home/user/shop"
    )
    record = invocation(3, agent="test-runner", status="failure", started_ms=one.started_at_ms - 40, metadata=metadata)
    write_records(session.root.path, record)
    snapshot = watch.look()
    assert snapshot.running == ()
    (end,) = snapshot.ended
    assert (end.invocation_id, end.status, end.reason) == (record.invocation_id, "failure", "api_error")
    assert end.description == record.task_description


def test_every_change_is_handed_out_once_until_it_is_stopped(tmp_path: Path) -> None:
    """A viewer gets the state as it is, then each change, and nothing while nothing happens."""
    session = Telling(tmp_path)
    stop, seen = threading.Event(), list[Snapshot]()

    def follow() -> None:
        for snapshot in session.watch().changes(stop, tick_s=0.005):
            seen.append(snapshot)

    viewer = threading.Thread(target=follow)
    viewer.start()
    try:
        wait_until(lambda: len(seen) == 1)
        session.start("a0000000000000001")
        wait_until(lambda: len(seen) == 2)
        session.stop("a0000000000000001")
        wait_until(lambda: len(seen) == 3)
    finally:
        stop.set()
        viewer.join()
    assert [len(snapshot.running) for snapshot in seen] == [0, 1, 0]
    assert [len(snapshot.ended) for snapshot in seen] == [0, 0, 1]


def _spool(folder: Path) -> Path:
    (folder / "spool").mkdir()
    return folder / "spool"


def _line(at: int) -> str:
    return json.dumps({**LINE, "at": at}) + "\n"


def _add(file: Path, *times: int) -> None:
    with file.open("a") as growing:
        growing.write("".join(_line(at) for at in times))


def _times(tail: SpoolTail) -> list[int]:
    return [event.at for event in tail.read()]
