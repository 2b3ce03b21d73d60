"""More live scenarios: sessions that go another way than the usual one, in one session or in two after each other.

They stand apart from ``scenarios`` because each needs only a few versions, and because the second session of a pair has
to know the first.
"""

from __future__ import annotations

from tests.client.scenarios import FINAL, READER, USER, Scenario, user
from tests.client.script import Conversation, agent, call, read, say

EMPTY = Conversation("SUB-EMPTY", (call(read("README.md")),), say(""))

EMPTY_ANSWER = Scenario((EMPTY, user(agent("code-reviewer", "Review the code", "SUB-EMPTY go"))))
"""An agent reads a file and then says nothing, also when the client asks it to."""

_BEFORE_THE_FORK = call(
    agent("code-reviewer", "Review the code", "SUB-READ go"), agent("no-such-agent", "Nothing", "x")
)
_AFTER_IT = call(agent("test-runner", "Read it again", "SUB-READ go"))

FORKED = Scenario(
    (READER, Conversation(USER, (_BEFORE_THE_FORK, say("The first turn is over."), _AFTER_IT), say(FINAL))),
)
"""One agent runs and one is refused; what the user says in a fork of the session sets off one more."""


def fork_of(session_id: str) -> Scenario:
    """The user goes on in a fork of a session that played ``FORKED``."""
    return Scenario(FORKED.script, prompt="And now again", arguments=("--resume", session_id, "--fork-session"))
