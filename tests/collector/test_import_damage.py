"""History as it is found: broken, cut, foreign, forbidden, huge. Counted, never fatal, and the rest is there."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

import pytest

from tests.collector.importing import (
    HOUR_S,
    UNPRIVILEGED,
    copy_sessions,
    counted,
    imported,
    main_files,
    run,
    silent_for,
    truth,
)
from tests.collector.test_golden_sessions import expected, found, known_without_hooks
from tests.replay import Machine

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CASE = "00_basic"
GOOD = {"sessions": 1, "read": 1, "invocations": 1, "written": 1}
MEGABYTE = 1_000_000
BROKEN = {
    "cut in the middle": b'{"type":"user","message":{"role":"us',
    "no object": b'["type","user"]',
    "NUL bytes": b"\0" * 4096,
    "no UTF-8": b'{"\xff\xfe',
    "nested 100,000 deep": b'{"message":' * 100_000,
    "nested in a list": b"[" * 100_000,
}
HARMLESS = {
    "empty": b"",
    "blank": b"  \t ",
    "another program's object": b'{"level":"info","message":"hello"}',
    "an odd type": b'{"type":"user","message":7,"timestamp":[],"uuid":{}}',
    "half a character": b'{"type":"assistant","message":{"content":[{"type":"text","text":"\\ud83d"}]}}',
    "an unknown kind": b'{"type":"hologram","message":{"content":"x"},"timestamp":"2020-01-01T00:00:00Z"}',
}


@pytest.mark.parametrize("line", BROKEN.values(), ids=BROKEN)
def test_broken_lines_are_counted(line: bytes, tmp_path: Path) -> None:
    """A line that cannot be read costs that line, in a main file as in an agent's."""
    machine = Machine(tmp_path)
    projects = copy_sessions([CASE], tmp_path / "backup")
    for path in projects.rglob("*.jsonl"):
        insert(path, line)
    silent_for(projects, HOUR_S)

    assert counted(imported(machine, projects)) == {**GOOD, "broken_lines": 2}
    assert_as_recorded(machine)


def test_harmless_lines_change_nothing(tmp_path: Path) -> None:
    """Lines of a kind nobody knows, or with values of another type, are neither damage nor evidence."""
    machine = Machine(tmp_path)
    projects = copy_sessions([CASE], tmp_path / "backup")
    main = main_files(projects)[0]
    for line in HARMLESS.values():
        insert(main, line)
    silent_for(projects, HOUR_S)

    assert counted(imported(machine, projects)) == GOOD
    assert_as_recorded(machine)


def with_byte_order_mark(content: bytes) -> bytes:
    return b"\xef\xbb\xbf" + content


def with_other_line_ends(content: bytes) -> bytes:
    return content.replace(b"\n", b"\r\n")


def without_last_line_end(content: bytes) -> bytes:
    return content.removesuffix(b"\n")


def with_a_cut_line(content: bytes) -> bytes:
    return content + b'{"type":"assistant","message":{"content":[{"type":"text","text":"Gr\xc3'


@pytest.mark.parametrize("change", [with_byte_order_mark, with_other_line_ends, without_last_line_end, with_a_cut_line])
def test_files_that_were_copied_badly_are_read(change: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """Marks, line ends and an unfinished last line do not change what happened; only the latter is worth a word."""
    machine = Machine(tmp_path)
    projects = copy_sessions([CASE], tmp_path / "backup")
    for path in projects.rglob("*.jsonl"):
        path.write_bytes(change(path.read_bytes()))
    silent_for(projects, HOUR_S)

    cut = {"cut_files": 2} if change is with_a_cut_line else {}
    assert counted(imported(machine, projects)) == {**GOOD, **cut}
    assert_as_recorded(machine)


def test_an_answer_that_was_cut_inside_a_character_is_still_the_answer(tmp_path: Path) -> None:
    """An agent whose last words end in half an emoji has ended all the same."""
    machine = Machine(tmp_path)
    projects = copy_sessions([CASE], tmp_path / "backup")
    agent = next(projects.rglob("agent-*.jsonl"))
    agent.write_bytes(agent.read_bytes().replace(b'"text":"', b'"text":"\\ud83d '))
    silent_for(projects, HOUR_S)

    assert counted(imported(machine, projects)) == GOOD
    assert_as_recorded(machine)


def test_lines_of_twenty_megabytes_are_read(tmp_path: Path) -> None:
    """A tool's result may be huge; it is a line like any other."""
    machine = Machine(tmp_path)
    projects = copy_sessions([CASE], tmp_path / "backup")
    huge = {"type": "user", "message": {"role": "user", "content": "x" * 20 * MEGABYTE}, "uuid": "huge"}
    for path in projects.rglob("*.jsonl"):
        insert(path, json.dumps(huge | {"agentId": "of nobody here"}).encode())
    silent_for(projects, HOUR_S)

    assert counted(imported(machine, projects)) == GOOD
    assert_as_recorded(machine)


def test_a_file_is_never_read_into_memory_as_a_whole(tmp_path: Path) -> None:
    """What tools gave is most of a file, and is stepped over where it lies: 300 MB are read with 160 MB of memory."""
    machine = Machine(tmp_path)
    projects = copy_sessions([CASE], tmp_path / "backup")
    main = main_files(projects)[0]
    *before, last = main.read_bytes().splitlines(keepends=True)
    block = {"type": "tool_result", "tool_use_id": "of nobody here", "content": "x" * MEGABYTE}
    bulk = json.dumps({"type": "user", "message": {"role": "user", "content": [block]}}).encode() + b"\n"
    with main.open("wb") as file:
        file.writelines([*before, *[bulk] * 300, last])
    silent_for(projects, HOUR_S)

    counts = imported(machine, "--jobs=1", projects, prefix=["prlimit", f"--data={160 * MEGABYTE}"])

    assert counts["bytes"] > 300 * MEGABYTE
    assert counted(counts) == GOOD
    assert_as_recorded(machine)


def test_what_is_no_transcript_is_counted_and_left_alone(tmp_path: Path) -> None:
    """Foreign and empty files, links and pipes lie beside transcripts: they are named, and none of them is followed."""
    machine = Machine(tmp_path)
    projects = copy_sessions([CASE], tmp_path / "backup")
    outside = copy_sessions(["02d_bg_nested"], tmp_path / "outside")
    (projects / "log.jsonl").write_text('{"level":"info","message":"hello"}\n' * 50)
    (projects / "empty.jsonl").touch()
    (projects / "notes.txt").write_text("no transcript by its name\n")
    (projects / "link.jsonl").symlink_to(main_files(outside)[0])
    (projects / "folder").symlink_to(outside, target_is_directory=True)
    (projects / "folder.jsonl").mkdir()
    os.mkfifo(projects / "pipe.jsonl")
    (projects / "dangling.jsonl").symlink_to(tmp_path / "nowhere")

    assert counted(imported(machine, projects)) == {**GOOD, "foreign": 2, "not_regular": 4}
    assert_as_recorded(machine)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"agentType":7,"toolUseId":null}', b"[" * 100_000])
def test_a_damaged_description_of_an_agent_costs_what_it_told(content: bytes, tmp_path: Path) -> None:
    """``meta.json`` may be garbage: what its parent's file knows is known all the same."""
    machine = Machine(tmp_path)
    projects = copy_sessions([CASE], tmp_path / "backup")
    next(projects.rglob("*.meta.json")).write_bytes(content)
    silent_for(projects, HOUR_S)

    assert counted(imported(machine, projects)) == GOOD
    assert_as_recorded(machine)


def test_a_link_in_place_of_an_agent_s_description_is_not_followed(tmp_path: Path) -> None:
    """Nothing outside the folder that was named is read, whatever a link says."""
    machine = Machine(tmp_path)
    projects = copy_sessions([CASE], tmp_path / "backup")
    meta = next(projects.rglob("*.meta.json"))
    meta.unlink()
    (tmp_path / "outside.json").write_text('{"agentType":"intruder"}')
    meta.symlink_to(tmp_path / "outside.json")

    imported(machine, projects)

    assert_as_recorded(machine)


def test_what_may_not_be_read_is_counted_and_read_when_it_may_be(tmp_path: Path) -> None:
    """A folder or a file without permission is named; once it may be read, the next import does so."""
    machine = Machine(tmp_path)
    projects = copy_sessions([CASE, "02d_bg_nested"], tmp_path / "backup" / "one")
    copy_sessions(["02c_bg_several"], tmp_path / "backup" / "two")
    hidden = next(path for path in main_files(projects) if path.name.startswith("4741dca9"))
    for path in (tmp_path / "backup" / "two", hidden, *hidden.with_suffix("").rglob("*.jsonl")):
        path.chmod(0)

    counts = imported(machine, tmp_path / "backup", prefix=UNPRIVILEGED)
    assert counts["unreadable_files"] == 4
    assert [record["metadata"]["session_id"][:8] for record in machine.records()] == ["66e8fc2f"]

    for path in (tmp_path / "backup" / "two", hidden, *hidden.with_suffix("").rglob("*.jsonl")):
        path.chmod(0o700)
    imported(machine, tmp_path / "backup", prefix=UNPRIVILEGED)
    assert len(machine.records()) == 6


def test_a_session_s_own_folder_may_be_forbidden(tmp_path: Path) -> None:
    """What lies in it is unknown, and no failure: the main file tells what it can until the folder may be read."""
    machine = Machine(tmp_path)
    projects = copy_sessions([CASE], tmp_path / "backup")
    folder = main_files(projects)[0].with_suffix("")
    folder.chmod(0)

    counts = imported(machine, projects, prefix=UNPRIVILEGED)
    assert (counts["unreadable_files"], counts["failures"]) == (1, 0)
    assert [record["metadata"]["tools_used"] for record in machine.records()] == [None]

    folder.chmod(0o700)
    imported(machine, projects, prefix=UNPRIVILEGED)
    assert_as_recorded(machine)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_clock_that_was_wrong_costs_nothing(day: str, tmp_path: Path) -> None:
    """The first and the last day that can be written have no neighbours: their sessions are imported like any other."""
    machine = Machine(tmp_path)
    projects = copy_sessions([CASE, "02d_bg_nested"], tmp_path / "backup")
    for path in projects.rglob("*.jsonl"):
        if "66e8fc2f" in str(path):
            path.write_bytes(re.sub(rb'"timestamp":"[0-9-]{10}', b'"timestamp":"' + day.encode(), path.read_bytes()))
    silent_for(projects, HOUR_S)

    counts = imported(machine, projects)

    assert (counts["invocations"], counts["written"], counts["failures"]) == (3, 3, 0)
    assert day in {record["timestamp"][:10] for record in machine.records()}


def test_damage_in_one_session_does_not_reach_another(tmp_path: Path) -> None:
    """Whatever lies in one session's files, the sessions beside it are imported."""
    machine, whole = Machine(tmp_path / "damaged"), Machine(tmp_path / "whole")
    for one in (machine, whole):
        one.home.mkdir()
    good = copy_sessions(["02c_bg_several", "06g_workflow"], tmp_path / "good")
    imported(whole, good)
    projects = copy_sessions(["02c_bg_several", CASE, "06g_workflow"], tmp_path / "backup")
    damaged = next(path for path in main_files(projects) if path.name.startswith("66e8fc2f"))
    for path in (damaged, *damaged.with_suffix("").rglob("*.json*")):
        path.write_bytes(os.urandom(50_000))
    silent_for(projects, HOUR_S)

    done = run(machine, "import", "--json", projects)

    assert (done.returncode, done.stderr) == (0, "")
    assert truth(whole).items() <= truth(machine).items()


def insert(path: Path, line: bytes) -> None:
    """Put a line into the middle of a file."""
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], line + b"\n", *lines[2:]]))


def assert_as_recorded(machine: Machine) -> None:
    """The good session gave what it always gives."""
    assert known_without_hooks(found(machine)) == known_without_hooks(expected(CASE))
