"""Runs ``afteraction top`` as a person does: on a pseudo-terminal, with keys."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios
import threading
from typing import TYPE_CHECKING, Self

from tests.hook_process import wait_until
from tests.program import COMMAND

if TYPE_CHECKING:
    from pathlib import Path


class Terminal:
    """The program on a pseudo-terminal of its own; a thread keeps what it writes."""

    def __init__(self, root: Path, **variables: str) -> None:
        """Start it on a terminal of 80 columns."""
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        environment = {
            "PATH": os.defpath,
            "HOME": str(root),
            "OAK_TELEMETRY_DIR": str(root),
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            **variables,
        }
        self._process = subprocess.Popen([*COMMAND, "top"], env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        self._shown = b""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def __enter__(self) -> Self:
        """The running program."""
        return self

    def __exit__(self, *_: object) -> None:
        """Whatever it does by then, it ends."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        os.close(self._ours)

    @property
    def text(self) -> str:
        """Everything that was written so far."""
        return self._shown.decode(errors="replace")

    def wait_for(self, text: str) -> None:
        """Return once it is on the screen, or the program has ended in vain."""
        wait_until(lambda: text in self.text or self._process.poll() is not None)
        assert text in self.text

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._ours, keys.encode())

    def ended(self) -> int:
        """Wait for the end; the exit code."""
        code = self._process.wait(timeout=60)
        self._reader.join()
        return code

    def _read(self) -> None:
        while True:
            try:
                chunk = os.read(self._ours, 65_536)
            except OSError:  # the other side is closed
                return
            if not chunk:
                return
            self._shown += chunk
