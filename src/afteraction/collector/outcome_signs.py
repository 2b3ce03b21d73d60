"""What the facts of an ending show: the questions that the rules ask, and the words in which evidence is given.

Evidence is made of fixed words and of line ids. A value that the client wrote is repeated only when it has the form of
one of its fixed words, because anything else could be text of the session.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from afteraction.collector.outcome import Ending, Over

NO_TRANSCRIPT = "transcript: nothing to read"
TOO_MANY_REQUESTS = 429
_UUID = re.compile(r"[0-9a-fA-F-]{8,64}")
_WORD = re.compile(r"[a-z0-9_]{1,40}")
_RATE_LIMIT = re.compile(rf"\b{TOO_MANY_REQUESTS}\b")
_TOLD_ERROR = re.compile(
    r"\s*(?:API Error\b|Agent terminated early due to an API error|(?:Prompt is too long|Request timed out)\.?\s*\Z)"
)
"""How the client words an API error to the parent; an answer that merely speaks of one does not begin or end so."""
_OVER: dict[Over | None, str] = {
    "ended": "hook SessionEnd: received",
    "dead": "process: client is gone",
    "stale": "session: silent for long",
}


def api_failed(ending: Ending) -> bool:
    """Whether an API error was the last word; a StopFailure before a reply that ended the turn was overcome."""
    return ending.api_error or (ending.stop_failure is not None and not _ended_turn(ending)) or _told_error(ending)


def _ended_turn(ending: Ending) -> bool:
    """Whether the last reply ends the agent's turn by its own account."""
    if ending.stop_reason is None:
        return ending.tail == "reply" and not ending.stop_reasons_recorded
    return ending.tail == "reply" and ending.stop_reason not in ("tool_use", "max_tokens")


def _told_error(ending: Ending) -> bool:
    """Without a transcript: whether what the parent was given is the client's error text."""
    told = ending.tail == "none" and (ending.answered_parent or ending.spawn_failed)
    return told and _TOLD_ERROR.match(ending.answer) is not None


def error_says(ending: Ending, *words: str) -> bool:
    """Whether the client's own error message has any of these words; what the agent wrote is not asked."""
    text = ending.answer.lower()
    return (ending.api_error or _told_error(ending)) and any(word in text for word in words)


def error_kind(ending: Ending) -> str | None:
    """The client's word for an API error, from its line, else from the hook."""
    return ending.api_error_kind or ending.stop_failure


def is_rate_limit(ending: Ending) -> bool:
    """Whether an API error is about rate or usage limits."""
    told_429 = _told_error(ending) and _RATE_LIMIT.search(ending.answer) is not None
    return error_kind(ending) == "rate_limit" or ending.api_error_status == TOO_MANY_REQUESTS or told_429


def is_answer(ending: Ending) -> bool:
    """Whether the last reply is final; one without a stop reason may still be streaming until something says more."""
    if ending.tail != "reply" or ending.stop_reason == "tool_use":
        return False
    if ending.stop_reason in (None, "max_tokens"):
        return ending.stopped or ending.returned or ending.over is not None or ending.moved_on
    return True


def stopped_by_task(ending: Ending) -> bool:
    """Whether TaskStop ended it: the client says so, or it was cut where it was."""
    return ending.task_stopped and (ending.notified_killed or ending.tail in ("interrupt", "open_tool", "none"))


def left_behind(ending: Ending) -> bool:
    """Whether a client that writes no mark for it ended and left it running in the background."""
    unmarked = ending.background and not ending.marks_abandonment
    return unmarked and (ending.over == "ended" or ending.tail == "tool_result")


def refusal_seen(ending: Ending) -> tuple[str, ...]:
    """Where it shows that the client refused to start it."""
    in_call = ending.not_started == "call"
    return ("transcript: the call was refused" if in_call else "hook PostToolUseFailure: received",)


def error_seen(ending: Ending, what: str = "") -> tuple[str, ...]:
    """An API failure: the error line or the parent's text, with ``what`` it said, and the hook's word."""
    seen: tuple[str, ...] = ()
    if ending.api_error:
        seen = (f"{line_seen(ending)}: API error {_word(ending.api_error_kind)}{what}",)
    elif _told_error(ending):
        seen = (f"parent: was given an API error{what}", NO_TRANSCRIPT)
    return (*seen, *failure_hook(ending))


def failure_hook(ending: Ending) -> tuple[str, ...]:
    """The StopFailure event, where there was one."""
    return (f"hook StopFailure: {_word(ending.stop_failure)}",) if ending.stop_failure is not None else ()


def answer_seen(ending: Ending, what: str) -> tuple[str, ...]:
    """An answer: its line with ``what`` decided, and what shows that it was the last."""
    return (f"{line_seen(ending)}: {what}", stop_seen(ending))


def stop_reason(ending: Ending) -> str:
    """Why the last reply ended, in the client's word."""
    return _word(ending.stop_reason) if ending.stop_reason else "text, no stop_reason"


def stop_seen(ending: Ending) -> str:
    """What shows that the last reply was the last."""
    return "hook SubagentStop: received" if ending.stopped else "transcript: no later line"


def over_seen(ending: Ending) -> str:
    """What shows that the session is over."""
    return _OVER[ending.over]


def tail_seen(ending: Ending) -> str:
    """What the transcript ends on."""
    return f"transcript: ends on {ending.tail}" if ending.tail != "none" else NO_TRANSCRIPT


def cut_seen(ending: Ending) -> tuple[str, ...]:
    """A run that just stops: what shows that the session is over, and the transcript's end."""
    return (over_seen(ending), tail_seen(ending))


def line_seen(ending: Ending) -> str:
    """The line of the last reply."""
    return f"transcript line {ending.line}" if ending.line and _UUID.fullmatch(ending.line) else "transcript"


def _word(value: str | None) -> str:
    """One of the client's fixed words; anything else could be text of the session."""
    return value if value is not None and _WORD.fullmatch(value) else "unknown"
