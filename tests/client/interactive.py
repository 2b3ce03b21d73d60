"""The real client on a pseudo-terminal, as a person has it: what it draws is read, keys are typed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tests.client.run import NOT_A_KEY, client_environment, wait_until
from tests.pseudo_terminal import PseudoTerminal

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


class InteractiveSession(PseudoTerminal):
    """One process of the client on a terminal of its own."""

    def __init__(self, client: Client, place: Workplace, model_url: str, environment: Mapping[str, str]) -> None:
        """Start it where permissions are asked for, since the scripted model cannot judge for the automatic mode."""
        variables = {**client_environment(model_url), "TERM": "xterm-256color", **environment}
        super().__init__(
            (str(client.binary), "--permission-mode", "default"), place.environment(variables), size=(40, 120),
            folder=place.project, own_session=True,
        )  # fmt: skip

    @property
    def text(self) -> str:
        """Everything drawn so far without blanks and without what moves the cursor, in the order of drawing."""
        return "".join(_MOVES.sub("", self._written.decode(errors="replace")).split())

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
        self.type(prompt)
        self.wait_for(prompt)
        self.type("\r")
