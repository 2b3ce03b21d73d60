"""Runs the installed program as users do: in a pipe, or on a pseudo-terminal of a given width."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = (sys.executable, "-m", "afteraction")


class Result(NamedTuple):
    """What a run left: on a terminal stdout holds everything that was shown."""

    code: int
    stdout: str
    stderr: str


def piped(root: Path, *arguments: str, given: str | None = None, **variables: str) -> Result:
    """Run ``afteraction`` with its streams in pipes; ``given`` is what it reads."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        input=None if given is None else given.encode(),
        env=_environment(root, variables), capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def on_terminal(root: Path, *arguments: str, columns: int = 80, **variables: str) -> Result:
    """Run ``afteraction`` on a pseudo-terminal; stderr stays apart."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = _environment(root, {"TERM": "xterm-256color", **variables})
    process = subprocess.Popen(
        [*COMMAND, *arguments], env=environment, stdin=theirs, stdout=theirs, stderr=subprocess.PIPE
    )
    os.close(theirs)
    shown = b""
    while chunk := _read(ours):
        shown += chunk
    os.close(ours)
    _, errors = process.communicate(timeout=60)
    return Result(process.returncode, shown.decode().replace("\r\n", "\n"), errors.decode())


def _environment(root: Path, variables: dict[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return {**kept, "HOME": str(root), "OAK_TELEMETRY_DIR": str(root), "LANG": "C.UTF-8", **variables}


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65_536)
    except OSError:  # Linux answers EIO once the other side is closed
        return b""
