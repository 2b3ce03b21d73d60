"""A spool file is cleared away a day after its session was over: a hook that writes to it in that moment loses nothing.

Both are stopped by ``strace`` at the one call where it matters, and go on when the other has done its part.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.hook_process import hook_arguments, run_hook, spool_lines, wait_until
from tests.reliability.traced import strace
from tests.replay import Machine, payloads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.reliability.figures import Figures

CASE, OTHER = "00_basic", "02d_bg_nested"
DAY_MS = 24 * 60 * 60 * 1000


def over_since_yesterday(folder: Path) -> tuple[Machine, Path, int]:
    """A machine on which a session was collected long ago, its spool file, and how many lines that has."""
    machine = Machine(folder)
    machine.place_transcripts(CASE, age_s=3600)
    machine.send(payloads(CASE, machine))
    machine.collect()
    memory = machine.root / "state" / "collector.json"
    known = json.loads(memory.read_bytes())
    for session in known["sessions"].values():
        session["seen_at_ms"] -= 2 * DAY_MS
    memory.write_text(json.dumps(known))
    (spooled,) = (machine.root / "spool").glob("*.jsonl")
    return machine, spooled, len(spool_lines(machine.root))


def stopped_at(opened: Path, command: Sequence[str], environ: dict[str, str], payload: bytes = b"") -> Stopped:
    """Start a program and return when it has opened this file and gone no further."""
    log = opened.parent.parent / "stopped.strace"
    where = [f"--trace-path={opened}", "--trace=openat", "--inject=openat:signal=STOP:when=1"]
    tracer = subprocess.Popen(
        [strace(), "-qq", f"--output={log}", *where, *command], stdin=subprocess.PIPE, env=environ, text=False
    )
    assert tracer.stdin
    tracer.stdin.write(payload)
    tracer.stdin.close()
    wait_until(lambda: "--- stopped by SIGSTOP ---" in (log.read_text() if log.exists() else ""))
    (pid,) = Path(f"/proc/{tracer.pid}/task/{tracer.pid}/children").read_text().split()
    return Stopped(tracer, int(pid))


class Stopped:
    """A program that waits."""

    def __init__(self, tracer: subprocess.Popen[bytes], pid: int) -> None:
        """``pid`` is the program's, which the tracer runs."""
        self._tracer, self._pid = tracer, pid

    def go_on(self) -> int:
        """Let it run to its end; its exit status."""
        os.kill(self._pid, signal.SIGCONT)
        return self._tracer.wait()


def test_hook_that_has_the_file_open(tmp_path: Path, figures: Figures) -> None:
    """The collector clears the file away between a hook's open and its write: the line is in a new file."""
    machine, spooled, _ = over_since_yesterday(tmp_path)
    event = {"session_id": spooled.stem, "hook_event_name": "SessionStart"}
    hook = stopped_at(spooled, hook_arguments(machine.root), {}, json.dumps(event).encode())

    assert machine.afteraction("collect").returncode == 0
    assert not spooled.exists()

    assert hook.go_on() == 0
    harm = [] if [line["payload"] for line in spool_lines(machine.root)] == [event] else ["line lost"]
    figures.hold("spool file cleared away under a hook: line lost", 1, harm=harm)


def test_file_that_grows_while_it_is_cleared_away(tmp_path: Path, figures: Figures) -> None:
    """A hook writes after the collector's last look at the file: the file is back, whole."""
    machine, spooled, before = over_since_yesterday(tmp_path)
    event = {"session_id": spooled.stem, "hook_event_name": "SessionStart"}
    command = [sys.executable, "-m", "afteraction", "collect"]
    collector = stopped_at(spooled, command, machine.environ)

    assert run_hook(event, machine.root) == (0, b"", b"")

    assert collector.go_on() == 0
    lines = spool_lines(machine.root)
    harm = [] if len(lines) == before + 1 and lines[-1]["payload"] == event else [lines]
    figures.hold("hook writes to a spool file that is cleared away: line lost", 1, harm=harm)


def test_file_that_cannot_be_cleared_away(tmp_path: Path, figures: Figures) -> None:
    """The disk refuses to remove it: that is told, the other sessions are collected, and the next pass tries again."""
    machine, spooled, _ = over_since_yesterday(tmp_path)
    known = len(machine.records())
    machine.place_transcripts(OTHER, age_s=3600)
    machine.send(payloads(OTHER, machine))
    where = [f"--trace-path={spooled}", "--trace=unlink", "--inject=unlink:error=EIO"]
    command = [
        strace(),
        "-qq",
        f"--output={tmp_path / 'refused'}",
        *where,
        sys.executable,
        "-m",
        "afteraction",
        "collect",
    ]

    refused = subprocess.run(
        command, env=machine.environ, cwd=machine.home, capture_output=True, text=True, check=False
    )

    assert (refused.returncode, "could not be processed: 1" in refused.stderr) == (1, True), refused
    harm = [] if len(machine.records()) > known and spooled.exists() else ["other session not collected"]
    assert machine.afteraction("collect").returncode == 0
    harm += ["not cleared away"] if spooled.exists() else []
    figures.hold("spool file cannot be cleared away: another session stopped", 1, harm=harm)
