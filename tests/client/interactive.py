"""The real client on a pseudo-terminal, as a person has it: what it draws is read, keys are typed."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios
import threading
from typing import TYPE_CHECKING, Self

from tests.client.run import NOT_A_KEY, client_environment, wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.client.run import Client, Workplace

_MOVES = re.compile(r"\x1b(?:\[[0-9;?<>=]*[A-Za-z]|[\]P][^\x07\x1b]*(?:\x07|\x1b\\)|[=>78])")
_APPROVED_PART = 20
"""The client remembers the end of a key that the user has approved."""


def settle_in(place: Workplace) -> None:
    """Answer in advance what the client asks a new user: theme, and whether to use the key it finds."""
    file = place.home / ".claude.json"
    answers = {
        "hasCompletedOnboarding": True,
        "theme": "dark",
        "customApiKeyResponses": {"approved": [NOT_A_KEY[-_APPROVED_PART:]], "rejected": []},
    }
    file.write_text(json.dumps({**json.loads(file.read_text()), **answers}))


class InteractiveSession:
    """One process of the client on a terminal of its own; a thread keeps what it draws."""

    def __init__(self, client: Client, place: Workplace, model_url: str, environment: Mapping[str, str]) -> None:
        """Start it where permissions are asked for, since the scripted model cannot judge for the automatic mode."""
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        variables = {**client_environment(model_url), "TERM": "xterm-256color", **environment}
        self._process = subprocess.Popen(
            (str(client.binary), "--permission-mode", "default"),
            cwd=place.project,
            env=place.environment(variables),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self._drawn = b""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def __enter__(self) -> Self:
        """The running client."""
        return self

    def __exit__(self, *_: object) -> None:
        """Whatever it does by then, it ends."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        os.close(self._ours)

    @property
    def text(self) -> str:
        """Everything drawn so far without blanks and without what moves the cursor, in the order of drawing."""
        return "".join(_MOVES.sub("", self._drawn.decode(errors="replace")).split())

    def wait_for(self, text: str) -> None:
        """Return once this was drawn; TimeoutError with what was drawn instead."""
        wanted = "".join(text.split())
        try:
            wait_until(lambda: wanted in self.text, f"{text!r} is drawn")
        except TimeoutError as error:
            raise TimeoutError(f"{error}; it drew {self.text[-2000:]!r}") from None

    def say(self, prompt: str) -> None:
        """Type a prompt, and send it once the client shows it."""
        self.wait_for("? for shortcuts")
        os.write(self._ours, prompt.encode())
        self.wait_for(prompt)
        os.write(self._ours, b"\r")

    def _read(self) -> None:
        while True:
            try:
                chunk = os.read(self._ours, 65_536)
            except OSError:  # the client has ended
                return
            if not chunk:
                return
            self._drawn += chunk
