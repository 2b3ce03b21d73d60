"""An import that is repeated, stopped, or has lost its memory: the same records, and no work done twice."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.collector.importing import (
    UNPRIVILEGED,
    client_s,
    copy_sessions,
    counted,
    imported,
    leftovers,
    main_files,
    many_sessions,
    silent_for,
    struck,
    truth,
)
from tests.replay import SESSIONS, Machine, cases

if TYPE_CHECKING:
    from pathlib import Path

MANY = 120
NEWER_LAYOUTS = [case for case in cases() if not any((SESSIONS / case).glob("transcripts/*/agent-*.jsonl"))]
"""Cases in which a file's place says whose it is."""
DAMAGED = [b"{", b"[]", b'{"reader":1,"sessions":{"x":7}}', b'{"reader":0}']


def everything(machine: Machine) -> dict[str, tuple[int, bytes]]:
    """Modification time and content of every file beneath the root, but for the live collector's memory."""
    found = (path for path in machine.root.rglob("*") if path.is_file() and path.name != "collector.json")
    return {str(path.relative_to(machine.root)): (path.stat().st_mtime_ns, path.read_bytes()) for path in found}


def test_a_second_import_writes_nothing(tmp_path: Path) -> None:
    """What was imported and has not changed is left alone: not one file is written again."""
    machine = Machine(tmp_path)
    copy_sessions(cases(), client_s(machine))
    first = imported(machine)
    before = everything(machine)

    counts = imported(machine)

    assert counted(counts) == {"sessions": first["sessions"], "unchanged": first["sessions"]}
    assert everything(machine) == before


def test_a_second_import_opens_no_transcript(tmp_path: Path) -> None:
    """What has not changed is known by its name, size and time: files that may not be opened do not even matter."""
    machine = Machine(tmp_path)
    projects = copy_sessions(NEWER_LAYOUTS, client_s(machine))
    first = imported(machine)
    for path in projects.rglob("*.jsonl"):
        path.chmod(0)

    counts = imported(machine, prefix=UNPRIVILEGED)

    assert counted(counts) == {"sessions": first["sessions"], "unchanged": first["sessions"]}


def test_only_what_is_new_or_has_grown_is_read(tmp_path: Path) -> None:
    """A new session and a session that went on are read; the others are not."""
    machine = Machine(tmp_path)
    projects = copy_sessions(["00_basic", "02c_bg_several"], client_s(machine))
    imported(machine)
    copy_sessions(["02d_bg_nested"], projects)  # gives the others another time, but no other content
    assert counted(imported(machine))["read"] == 3

    grown = next(path for path in main_files(projects) if path.name.startswith("66e8fc2f"))
    with grown.open("a") as file:
        file.write('{"type":"summary","summary":"A session","leafUuid":"none"}\n')
    assert counted(imported(machine)) == {"sessions": 3, "read": 1, "unchanged": 2, "invocations": 1}


def test_a_session_that_was_still_running_is_read_again(tmp_path: Path) -> None:
    """What was open may be over by now although no file has changed: it is looked at until it is closed."""
    machine = Machine(tmp_path)
    projects = copy_sessions(["01d_sigkill_bash__v2.1.330"], client_s(machine))
    silent_for(projects, 0)

    assert counted(imported(machine)) == {"sessions": 1, "read": 1, "open": 1}
    assert counted(imported(machine)) == {"sessions": 1, "read": 1, "open": 1}
    assert machine.records() == []


@pytest.mark.parametrize("content", [None, *DAMAGED])
def test_without_its_memory_an_import_reads_everything_again(content: bytes | None, tmp_path: Path) -> None:
    """``state/history.json`` only saves time: gone, damaged, or of another version, the records come out the same."""
    machine = Machine(tmp_path)
    copy_sessions(["00_basic", "02d_bg_nested"], client_s(machine))
    imported(machine)
    before = truth(machine)
    memory = machine.root / "state" / "history.json"
    if content is None:
        memory.unlink()
    else:
        memory.write_bytes(content)

    assert counted(imported(machine)) == {"sessions": 2, "read": 2, "invocations": 3}
    assert truth(machine) == before
    assert counted(imported(machine)) == {"sessions": 2, "unchanged": 2}


def test_again_reads_everything_and_changes_nothing(tmp_path: Path) -> None:
    """``--again`` reads what has not changed, and finds what is already there."""
    machine = Machine(tmp_path)
    copy_sessions(cases(), client_s(machine))
    first = imported(machine)
    before = truth(machine)

    again = imported(machine, "--again")

    assert (again["read"], again["invocations"]) == (first["read"], first["invocations"])
    assert again["written"] == 0
    assert truth(machine) == before


@pytest.mark.parametrize("share", [0.0, 0.4, 0.9])
def test_an_import_that_is_killed_is_finished_by_the_next(share: float, tmp_path: Path) -> None:
    """Killed at any moment: the next import completes it, nothing is there twice, and nothing is left lying about."""
    whole, killed = Machine(tmp_path / "whole"), Machine(tmp_path / "killed")
    projects = many_sessions(tmp_path / "backup", MANY)
    for machine in (whole, killed):
        machine.home.mkdir()
    imported(whole, projects)

    at = int(share * MANY) + 1
    command = struck(killed, "import", projects, who="command", number=signal.SIGKILL, at=at)
    done = subprocess.run(command, env=killed.environ, stdout=subprocess.DEVNULL, check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(list(killed.root.glob("invocations/*/*.json"))) == at - 1
    let_a_minute_pass(killed)
    imported(killed, projects)

    assert truth(killed) == truth(whole)
    assert leftovers(killed) == []


def test_days_read_by_an_import_that_was_stopped_are_known_after_the_next(tmp_path: Path) -> None:
    """An import that is stopped tells no days; the one that goes on tells those of all sessions, not of the rest."""
    whole, stopped = Machine(tmp_path / "whole"), Machine(tmp_path / "stopped")
    projects = copy_sessions(["00_basic", "02d_bg_nested"], tmp_path / "backup")
    for machine in (whole, stopped):
        machine.home.mkdir()
    known = imported(whole, projects)["known_days"]
    imported(stopped, projects)
    (stopped.root / "state" / "coverage.json").unlink()

    assert known != []
    assert imported(stopped, projects)["known_days"] == known


def let_a_minute_pass(machine: Machine) -> None:
    """What a killed writer left is taken for another writer's work for a minute."""
    for path in leftovers(machine):
        os.utime(path, (time.time() - 120, time.time() - 120))


@pytest.mark.parametrize("folder", ["invocations/2026-11-22", "workflows", "state"])
def test_what_a_killed_writer_left_is_removed(folder: str, tmp_path: Path) -> None:
    """A temporary file that nobody writes any more is deleted by the next import that works in its folder."""
    machine = Machine(tmp_path)
    projects = copy_sessions(["00_basic"], tmp_path / "backup")
    left = machine.root / folder / ".something.json.4711.tmp"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"{")
    let_a_minute_pass(machine)

    imported(machine, projects)

    assert leftovers(machine) == []
