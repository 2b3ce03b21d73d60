"""Runs ``afteraction top`` as a person does: on a pseudo-terminal, with keys."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.hook_process import wait_until
from tests.program import COMMAND
from tests.pseudo_terminal import PseudoTerminal

if TYPE_CHECKING:
    from pathlib import Path


class Terminal(PseudoTerminal):
    """The program on a pseudo-terminal of its own."""

    def __init__(self, root: Path, **variables: str) -> None:
        """Start it on a terminal of 80 columns."""
        environment = {
            "PATH": os.defpath,
            "HOME": str(root),
            "OAK_TELEMETRY_DIR": str(root),
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            **variables,
        }
        super().__init__([*COMMAND, "top"], environment, size=(24, 80))

    @property
    def text(self) -> str:
        """Everything that was written so far."""
        return self._written.decode(errors="replace")

    def wait_for(self, text: str) -> None:
        """Return once it is on the screen, or the program has ended in vain."""
        wait_until(lambda: text in self.text or self._process.poll() is not None)
        assert text in self.text

    def ended(self) -> int:
        """Wait for the end; the exit code."""
        code = self._process.wait(timeout=60)
        self._reader.join()
        return code
