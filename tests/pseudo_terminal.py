"""A program on a pseudo-terminal, as a person has it: what it writes is kept, keys are typed."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


class PseudoTerminal:
    """One process on a terminal of its own; a thread keeps what it writes."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        size: tuple[int, int],
        folder: Path | None = None,
        own_session: bool = False,
    ) -> None:
        """Start it; ``size`` is rows and columns."""
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        self._process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs,
            start_new_session=own_session,
        )  # fmt: skip
        os.close(theirs)
        self._written = b""
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

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._ours, keys.encode())

    def _read(self) -> None:
        while True:
            try:
                chunk = os.read(self._ours, 65_536)
            except OSError:  # the other side is closed
                return
            if not chunk:
                return
            self._written += chunk
