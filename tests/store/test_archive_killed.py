"""Killed at any moment: a real process that ends itself with SIGKILL before its n-th look at, or change of, a file."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from afteraction.paths import Root
from afteraction.store.reading import all_contents
from tests.cached import rows
from tests.records import NOW_MS, invocation, write_records

CHECKOUT = Path(__file__).parents[2]
PROGRAM = """
import os, signal, sys
from datetime import date
from pathlib import Path
from afteraction.paths import Root
from afteraction.store.archive import archive_days, restore_days
from afteraction.store.archive_parts import DamagedPartError
from afteraction.store.engine import connect

root, what, left = Root(Path(sys.argv[1])), sys.argv[2], int(sys.argv[3])
connection = connect(root)

def count(event, arguments):
    global left
    if event in ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "os.scandir", "os.listdir"):
        if str(root.path) in str(arguments[0]):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(count)
if what == "archive":
    archive_days(root, connection, date(2026, 1, 1))
else:
    restore_days(root, connection)
print(left)
"""


def run(root: Path, what: str, kill_at: int) -> int:
    """Run until the ``kill_at``-th event; 0 when it came to its end before."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(root), what, str(kill_at)],
        cwd=CHECKOUT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode


def held(root: Path) -> dict[str, bytes]:
    """The content of every record by its id."""
    return {record.invocation_id: content for _, record, content in all_contents(Root(root))}


@pytest.mark.parametrize("what", ["archive", "restore"])
def test_nothing_is_lost_or_counted_twice_whenever_it_is_killed(tmp_path: Path, what: str) -> None:
    """Files and parts may stand beside each other, but each record is there once, and the next run ends the work."""
    start = tmp_path / "start"
    write_records(start, invocation(1), invocation(2), invocation(3, started_ms=NOW_MS))
    before, answers = held(start), rows(start)
    shutil.rmtree(start / "cache")
    if what == "restore":
        run(start, "archive", 0)
    kills = 0
    for kill_at in range(1, 500):
        root = tmp_path / str(kill_at)
        shutil.copytree(start, root)
        if not run(root, what, kill_at):
            break
        kills += 1
        assert held(root) == before, f"killed at {kill_at}"
        assert rows(root) == answers, f"killed at {kill_at}"
        run(root, what, 0)
        assert held(root) == before, f"killed at {kill_at}, then done"
        files, parts = list((root / "invocations").rglob("*.json")), list((root / "archive").glob("*.parquet"))
        assert (len(files), len(parts)) == ((0, 2) if what == "archive" else (3, 0))
        assert not list(root.rglob("*.tmp")), f"killed at {kill_at}"
    assert kills > 20, "the program was not killed at its work"
