"""One command from nothing to the first insight: plain ``afteraction`` imports what there is, once."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
from typing import TYPE_CHECKING

from tests.collector.importing import UNPRIVILEGED, client_s, copy_sessions, many_sessions, run, struck, truth
from tests.replay import Machine

if TYPE_CHECKING:
    from pathlib import Path

MANY = 400
BAR = "Reading transcripts"
ENOUGH = 3000
"""Sessions whose import takes more than the second after which a bar is shown, on any machine."""


def test_history_is_imported_and_the_board_is_shown(tmp_path: Path) -> None:
    """With history and no records the board is there at once; stdout has it and nothing else."""
    machine = Machine(tmp_path)
    copy_sessions(["00_basic", "02d_bg_nested"], client_s(machine))

    first = run(machine)

    assert first.returncode == 0, first.stderr
    assert "backend-architect" in first.stdout
    assert "Read 2 of 2 sessions" in first.stderr
    assert "Read 2" not in first.stdout
    assert first.stdout == run(machine, "agents").stdout


def test_only_the_first_run_imports(tmp_path: Path) -> None:
    """Once there are records, a report answers from them: what is new waits for hooks, ``collect`` or ``import``."""
    machine = Machine(tmp_path)
    projects = copy_sessions(["00_basic"], client_s(machine))
    run(machine)
    before = truth(machine)
    copy_sessions(["02d_bg_nested"], projects)

    second = run(machine)

    assert (second.returncode, second.stderr) == (0, "")
    assert truth(machine) == before


def test_a_first_run_that_was_stopped_goes_on(tmp_path: Path) -> None:
    """Half a history is never shown as if it were the whole: the next run reads the rest first."""
    whole, stopped = Machine(tmp_path / "whole"), Machine(tmp_path / "stopped")
    for machine in (whole, stopped):
        many_sessions(client_s(machine), MANY)
    board = run(whole).stdout

    command = struck(stopped, who="command", number=signal.SIGINT, at=MANY // 2)
    done = subprocess.run(command, env=stopped.environ, capture_output=True, check=False)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        1,
        b"afteraction: stopped; what was read is kept. For the rest: afteraction import",
    )
    assert 0 < len(list(stopped.root.glob("invocations/*/*.json"))) < MANY
    again = run(stopped)

    assert again.stderr.startswith("The last import was stopped. Reading the history in ")
    assert again.stdout == board
    assert run(stopped).stderr == ""


def test_a_client_s_folder_that_may_not_be_looked_into_is_no_history(tmp_path: Path) -> None:
    """A line that names the folder, the next step and exit 3, never a traceback."""
    machine = Machine(tmp_path)
    copy_sessions(["00_basic"], client_s(machine))
    client_s(machine).parent.chmod(0)

    done = run(machine, prefix=UNPRIVILEGED)

    client_s(machine).parent.chmod(0o700)
    assert (done.returncode, done.stderr.count("\n")) == (3, 2)
    assert str(client_s(machine)) in done.stderr


def test_a_report_that_is_named_imports_nothing(tmp_path: Path) -> None:
    """A script that asks for a report never starts an import by accident."""
    machine = Machine(tmp_path)
    copy_sessions(["00_basic"], client_s(machine))

    assert run(machine, "agents").returncode == 3
    assert truth(machine) == {}


def test_without_history_there_is_nothing_to_show(tmp_path: Path) -> None:
    """No records and no transcripts is exit 3 with the next step, and no folder is made for it."""
    machine = Machine(tmp_path)

    done = run(machine)

    assert (done.returncode, done.stdout) == (3, "")
    looked, said = done.stderr.splitlines()
    assert str(client_s(machine)) in looked
    assert said.startswith("afteraction: ")
    assert not machine.root.exists()


def test_a_bar_is_shown_to_people_and_to_nobody_else(tmp_path: Path) -> None:
    """On a terminal a long import shows how far it is, on stderr; in a pipe not one byte of it."""
    watched, piped = Machine(tmp_path / "watched"), Machine(tmp_path / "piped")
    projects = many_sessions(tmp_path / "backup", ENOUGH)
    for machine in (watched, piped):
        machine.home.mkdir()

    stdout, stderr = on_terminal(watched, projects)
    done = run(piped, "import", projects)

    assert BAR in stderr
    assert "%" in stderr
    assert stdout == done.stdout
    assert stdout.startswith(f"Read {ENOUGH:,} of {ENOUGH:,} sessions")
    assert (done.returncode, done.stderr) == (0, "")


def on_terminal(machine: Machine, place: Path) -> tuple[str, str]:
    """Import with a pseudo-terminal for stderr and a pipe for stdout; what each of them got."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "afteraction", "import", str(place)],
        env=machine.environ | {"TERM": "xterm-256color"},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
    )
    os.close(theirs)
    shown = b""
    while chunk := read(ours):
        shown += chunk
    os.close(ours)
    stdout, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return stdout, shown.decode()


def read(descriptor: int) -> bytes:
    """What a terminal shows next; nothing once the other side is closed."""
    try:
        return os.read(descriptor, 65_536)
    except OSError:  # Linux answers EIO then
        return b""
