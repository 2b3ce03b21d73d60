"""The last lines of an agent's file, by how it ends.

Endings are planned, because a status is decided from the ending: the plan is the truth that an import is held against.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.history.lines import Writer
    from benchmarks.history.texts import Texts

REJECTED = (
    "The user doesn't want to proceed with this tool use. The tool use was rejected (eg. if it was a file edit, the "
    "new_string was NOT written to the file). STOP what you are doing and wait for the user to tell you how to proceed."
)
INTERRUPTED = '[{"type":"text","text":"[Request interrupted by user for tool use]"}]'
ABANDONED = '[{"type":"text","text":"[Request interrupted by user]"}]'
SERVER_ERROR = "API Error: 500 Internal server error. It is usually temporary — try again in a moment."
KILLED = ("cut", "stopped")
"""Endings of category ``killed``: with the whole client, and by TaskStop. Others are named as theirs."""


def _complete(writer: Writer, texts: Texts) -> str:
    answer = texts.say(writer.rng, writer.rng.randrange(200, 4_000))
    writer.text(writer.begin_message(), answer, "end_turn")
    return answer


def _stay_silent(writer: Writer, _: Texts) -> str:
    writer.text(writer.begin_message(), "", "end_turn")
    return ""


def _break_off(writer: Writer, texts: Texts) -> str:
    answer = texts.say(writer.rng, 300)
    writer.text(writer.begin_message(), answer, None)
    return answer


def _refuse(writer: Writer, _: Texts) -> str:
    writer.text(writer.begin_message(), "I can't help with that.", "refusal")
    said = "API Error: Claude Code is unable to respond to this request."
    writer.api_error(said, "invalid_request", None, stop="refusal")
    return said


def _fail(text: str, error: str, status: int) -> Callable[[Writer, Texts], str]:
    def ending(writer: Writer, _: Texts) -> str:
        writer.api_error(text, error, status)
        return text

    return ending


def _cut(writer: Writer, _: Texts) -> str:
    writer.tool_use(writer.begin_message(), "Bash", '{"command":"make all","description":"Build everything"}')
    return ""


def _interrupt(writer: Writer, _: Texts) -> str:
    call = writer.tool_use(writer.begin_message(), "Bash", '{"command":"make all","description":"Build everything"}')
    writer.wait(500, 20_000)
    writer.result(call, f'"{REJECTED}"', '"User rejected tool use"', is_error=True)
    writer.said(INTERRUPTED)
    return ""


def _abandon(writer: Writer, _: Texts) -> str:
    if writer.setting.is_new:
        writer.said(ABANDONED)
    return ""


ENDINGS: dict[str, Callable[[Writer, Texts], str]] = {
    "completed": _complete,
    "api_error": _fail(SERVER_ERROR, "server_error", 500),
    "rate_limited": _fail("API Error: Request rejected (429) · slow down", "rate_limit", 429),
    "context_exceeded": _fail("Prompt is too long", "invalid_request", 400),
    "refused": _refuse,
    "turn_limit": lambda *_: "",
    "empty_answer": _stay_silent,
    "truncated": _break_off,
    "interrupted": _interrupt,
    "stopped": _interrupt,
    "cut": _cut,
    "abandoned": _abandon,
}
"""By planned ending: writes the last lines of an agent's file, and says what the agent answered."""
