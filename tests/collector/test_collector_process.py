"""The collector as a process: one at a time, at any moment killed, never losing or doubling anything."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from afteraction.collector.lock import CollectorLock
from afteraction.paths import Root
from tests.replay import SESSIONS, Machine, payloads

if TYPE_CHECKING:
    from pathlib import Path

CASE = "02c_bg_several"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A home with one recorded session, told by hooks and not yet collected."""
    machine = Machine(tmp_path)
    machine.place_transcripts(CASE, age_s=3600)
    machine.send(payloads(CASE, machine))
    return machine


def expected_records() -> list[dict[str, object]]:
    """What the session must give."""
    return json.loads((SESSIONS / CASE / "expected.json").read_bytes())["records"]  # type: ignore[no-any-return]


def start(machine: Machine) -> subprocess.Popen[bytes]:
    """A collector in the foreground."""
    command = [sys.executable, "-m", "afteraction", "collect", "--sweep"]
    return subprocess.Popen(command, env=machine.environ, cwd=machine.home, stdout=subprocess.DEVNULL)


def test_collectors_at_once_make_the_same_records(machine: Machine) -> None:
    """Eight at a time wait for each other and change nothing after the first."""
    running = [start(machine) for _ in range(8)]

    assert [process.wait() for process in running] == [0] * 8
    assert machine.records() == expected_records()


def test_a_collector_that_is_killed_anywhere_loses_nothing(machine: Machine) -> None:
    """Kill -9 at ten different moments, then one that may finish: whole records, no temporary files."""
    for moment in range(10):
        process = start(machine)
        try:
            process.wait(timeout=0.03 * (moment + 1))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
    for leftover in machine.root.rglob(".*.tmp"):
        os.utime(leftover, (1, 1))
    machine.collect()

    assert machine.records() == expected_records()
    assert list(machine.root.glob("invocations/**/.*.tmp")) == []


def test_a_hook_s_collector_inherits_the_lock_and_gives_it_back(machine: Machine) -> None:
    """Ownership of the lock passes from the hook to the collector without a gap, and ends with it."""
    root = Root(machine.root)
    lock = CollectorLock(root)
    assert lock.acquire(wait=False)
    descriptor = os.open(root.collector_lock, os.O_RDWR)
    os.close(descriptor)
    inherited = lock._descriptor  # noqa: SLF001 - the hook hands on exactly this number
    assert inherited is not None
    process = subprocess.Popen(
        [sys.executable, "-I", "-m", "afteraction.collector.detached", str(root.path), str(inherited)],
        env=machine.environ,
        pass_fds=[inherited],
    )
    lock.release()

    assert process.wait() == 0
    assert machine.records() == expected_records()
    assert CollectorLock(root).acquire(wait=False)


def test_a_line_that_is_not_json_is_counted_and_costs_nothing_else(machine: Machine) -> None:
    """A torn line of a full disk's moment stands alone: every other line is used."""
    (spooled,) = machine.root.glob("spool/*.jsonl")
    spooled.write_bytes(b'{"at": 12, "payl\n' + spooled.read_bytes() + b'{"at":1')

    done = machine.afteraction("collect", "--sweep", "--json")

    assert json.loads(done.stdout)["unreadable_lines"] == 1
    assert machine.records() == expected_records()


def test_a_session_that_cannot_be_processed_stops_no_other(machine: Machine) -> None:
    """One session's trouble is told at the end; the others have their records."""
    day = machine.root / "invocations" / "2026-11-22"
    day.mkdir(parents=True, mode=0o700)
    other = "00_basic"
    machine.place_transcripts(other, age_s=3600)
    machine.send(payloads(other, machine))
    blocked = json.loads((SESSIONS / other / "expected.json").read_bytes())["records"][0]
    name = f"{blocked['agent_name']}-{blocked['invocation_id'].rpartition('-')[2]}.json"
    (day / name).mkdir()

    done = machine.afteraction("collect", "--sweep")

    assert (done.returncode, "sessions that could not be processed: 1." in done.stderr) == (1, True)
    (day / name).rmdir()
    assert [r for r in machine.records() if r["metadata"]["session_id"] != blocked["metadata"]["session_id"]] == (
        expected_records()
    )
    assert "IsADirectoryError" in (machine.root / "state" / "last_error.json").read_text()


def test_a_transcript_outside_the_client_s_folder_is_never_read(tmp_path: Path) -> None:
    """Paths in payloads are claims: a file elsewhere, or a link that leads there, is as good as absent."""
    machine = Machine(tmp_path)
    machine.place_transcripts("00_basic", age_s=3600)
    projects = tmp_path / ".claude" / "projects"
    elsewhere = tmp_path / "elsewhere"
    projects.rename(elsewhere)
    projects.mkdir()
    (projects / "-tmp-proj").symlink_to(elsewhere / "-tmp-proj")
    machine.send(payloads("00_basic", machine))
    machine.collect()

    (record,) = machine.records()
    assert record["metadata"]["tool_calls"] is None
    assert record["task_description"] is None
