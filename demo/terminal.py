"""Run a command as a person would see it: in a terminal of 80 columns, also when the demo itself prints into a file.

The products' reports give tables to a terminal and tab-separated rows to a pipe; the demo is for people.
"""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

ROWS, COLUMNS = 50, 80


def run_in_terminal(command: Sequence[str], *, cwd: Path, environment: Mapping[str, str]) -> str:
    """What the command prints on a terminal; colours only where the demo's own output is one."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    plain = {} if sys.stdout.isatty() else {"NO_COLOR": "1"}
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env={**environment, "TERM": "xterm-256color", **plain},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    printed = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    process.wait()
    return printed.decode(errors="replace").replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    """The next bytes; a terminal whose last program has gone answers with an error instead of the end."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""
