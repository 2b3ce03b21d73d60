"""Several processes read, one writes: the same bytes as from one process, and nothing left running."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest

from afteraction.collector.history_reading import PARALLEL_FROM_BYTES
from tests.collector.importing import imported, leftovers, many_sessions, struck, truth, wait_for
from tests.replay import Machine

SESSIONS = 40
PADDED_BY = 2_000_000


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """History large enough for several processes: most of it is what tools gave, as in real sessions."""
    block = {"type": "tool_result", "tool_use_id": "of nobody here", "content": "x" * (PADDED_BY // 20)}
    line = json.dumps({"type": "user", "message": {"role": "user", "content": [block]}}).encode() + b"\n"
    projects = many_sessions(tmp_path_factory.mktemp("backup"), SESSIONS, padding=line * 20)
    assert sum(path.stat().st_size for path in projects.rglob("*.jsonl")) > PARALLEL_FROM_BYTES
    return projects


def test_several_processes_give_the_same_bytes(backup: Path, tmp_path: Path) -> None:
    """How many processes read is a matter of speed: records, workflows and memory are the same."""
    one, two = Machine(tmp_path / "one"), Machine(tmp_path / "two")
    for machine in (one, two):
        machine.home.mkdir()

    counts = imported(one, "--jobs=1", backup)

    assert counts["invocations"] == SESSIONS
    assert imported(two, "--jobs=2", backup) == counts
    assert truth(two) == truth(one)
    memory = Path("state", "history.json")
    assert (two.root / memory).read_bytes() == (one.root / memory).read_bytes()


def test_a_killed_import_leaves_no_process_behind(backup: Path, tmp_path: Path) -> None:
    """Whoever kills the import kills those that read for it; the next import finishes what it began."""
    machine = Machine(tmp_path)
    command = struck(machine, "import", "--jobs=2", backup, who="command", number=signal.SIGKILL, at=2)
    process = subprocess.Popen(command, env=machine.environ, stdout=subprocess.DEVNULL, start_new_session=True)
    assert process.wait() == -signal.SIGKILL
    assert len(list(machine.root.glob("invocations/*/*.json"))) == 1

    waiting = subprocess.Popen(["sleep", "60"])  # gives up for us when they never end
    wait_for(waiting, lambda: not running(process.pid))
    waiting.kill()
    waiting.wait()
    assert imported(machine, backup)["invocations"] == SESSIONS
    assert len(truth(machine)) == 2 * SESSIONS
    assert leftovers(machine) == []


def running(session: int) -> list[str]:
    """The processes of a session that run; those that only wait to be buried do not."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, of = stat.read_bytes().rpartition(b")")[2].split()[:4]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(of) == session and state not in (b"Z", b"X"):
            found.append(stat.parent.name)
    return found


def test_a_reader_that_dies_is_not_waited_for(backup: Path, tmp_path: Path) -> None:
    """A process that the system kills, for want of memory say, costs time and no session: another reads its share."""
    machine = Machine(tmp_path)
    command = struck(machine, "import", "--jobs=2", backup, who="reader", number=signal.SIGKILL, at=5)

    done = subprocess.run(command, env=machine.environ, stdout=subprocess.DEVNULL, check=False)

    assert done.returncode == 0
    assert (machine.home / "struck").exists()
    assert len(list(machine.root.glob("invocations/*/*.json"))) == SESSIONS
