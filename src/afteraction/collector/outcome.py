"""Why an invocation has its status: one pure function from the facts of its ending to a category.

Status follows from evidence, never from the client's word "completed", which it also uses for API errors, turn limits
and empty answers. The rules are tried in order and the first that applies decides; ``None`` means that nothing shows
an end yet. Categories are a closed list so that reports and people can rely on them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from afteraction.model import Status


Category = Literal[
    "completed",
    "api_error",
    "rate_limited",
    "context_exceeded",
    "refused",
    "timeout",
    "not_started",
    "interrupted",
    "killed",
    "crashed",
    "vanished",
    "abandoned",
    "turn_limit",
    "truncated",
    "empty_answer",
    "error_text",
    "tool_denied",
]

CATEGORIES: dict[Category, str] = {
    "completed": "Ended its turn by itself with an answer.",
    "api_error": "The model's API answered with an error and the agent stopped.",
    "rate_limited": "The API refused for rate or usage limits and the agent stopped.",
    "context_exceeded": "The prompt became too long for the model.",
    "refused": "The model declined to answer.",
    "timeout": "The API did not answer in time.",
    "not_started": "The client refused to start it: an unknown agent type, or a rule against it.",
    "interrupted": "The user or a signal interrupted it.",
    "killed": "Stopped from outside: by TaskStop, or because its client was killed.",
    "crashed": "The client reported that it failed, without an API error.",
    "vanished": "Its session is over and no end was ever seen.",
    "abandoned": "Its session ended while it still ran in the background.",
    "turn_limit": "It reached its turn limit.",
    "truncated": "Its answer was cut off.",
    "empty_answer": "It ended without a visible answer.",
    "error_text": "Its final message is an error text.",
    "tool_denied": "The user denied it a tool.",
}
"""Every category with what it means, for people; also the error message where the session itself gave none."""

_UUID = re.compile(r"[0-9a-fA-F-]{8,64}")
_WORD = re.compile(r"[a-z0-9_]{1,40}")

Over = Literal["ended", "dead", "stale"]
"""How a session is known to be over: its SessionEnd came, its process is gone, or nothing was written for long."""

Tail = Literal["none", "prompt", "reply", "open_tool", "tool_result", "interrupt"]
"""What the agent's own transcript ends on; ``none`` when there is no transcript."""


@dataclass(frozen=True, slots=True)
class Ending:
    """The facts about how one invocation ended, of its last round."""

    tail: Tail = "none"
    stop_reason: str | None = None
    """Of the last reply; None also when the client did not record it."""
    stop_reasons_recorded: bool = True
    """Whether this client version writes stop reasons at all; where it does not, None says nothing."""
    answer: str = ""
    """Text of the last reply; without a transcript, what the parent was given."""
    line: str | None = None
    """The uuid of the last reply's line."""
    api_error: bool = False
    """The last reply is the client's own error message."""
    api_error_kind: str | None = None
    api_error_status: int | None = None
    stop_failure: str | None = None
    """``error`` of a StopFailure event of the last round."""
    stopped: bool = False
    """A SubagentStop event of the last round."""
    returned: bool = False
    """The parent has its result, or the client notified ``completed``."""
    answered_parent: bool = False
    """The parent's transcript has what the agent answered."""
    notified_failed: bool = False
    notified_killed: bool = False
    spawn_failed: bool = False
    """The spawn call itself came back as an error although the agent had started."""
    task_stopped: bool = False
    """A TaskStop call named this agent."""
    interrupted_spawn: bool = False
    """The user or a signal interrupted the spawn call in the parent, or the hook said ``is_interrupt``."""
    user_denied_tool: bool = False
    moved_on: bool = False
    """A foreground agent's session has gone on to another user prompt without a result."""
    background: bool = False
    marks_abandonment: bool = False
    """This client version writes an interruption line into an agent it abandons at exit."""
    modified_files: bool = False
    over: Over | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The status of an invocation, its category, and what decided."""

    status: Status
    category: Category
    evidence: tuple[str, ...]


def decide(ending: Ending) -> Verdict | None:
    """The verdict on an ending; None while nothing shows that the invocation has ended."""
    return (
        _killed(ending)
        or _api_failure(ending)
        or _interrupted(ending)
        or _answered(ending)
        or _cut_short(ending)
        or _session_over(ending)
    )


def _killed(ending: Ending) -> Verdict | None:
    if ending.task_stopped and (ending.notified_killed or ending.tail in ("interrupt", "open_tool", "none")):
        return Verdict("failure", "killed", ("call TaskStop: named this agent",))
    if ending.notified_killed:
        if ending.over is not None:
            return _abandoned(ending, "notification: killed", _OVER[ending.over])
        return Verdict("failure", "killed", ("notification: killed",))
    return None


def _api_failure(ending: Ending) -> Verdict | None:
    if ending.api_error:
        evidence = [f"{_where(ending)}: API error {_word(ending.api_error_kind)}"]
        if ending.stop_failure:
            evidence.append(f"hook StopFailure: {_word(ending.stop_failure)}")
        return Verdict("failure", _api_category(ending), tuple(evidence))
    if ending.stop_failure and ending.tail != "reply":
        return Verdict("failure", _api_category(ending), (f"hook StopFailure: {_word(ending.stop_failure)}",))
    return None


def _api_category(ending: Ending) -> Category:
    kind = ending.api_error_kind or ending.stop_failure or ""
    text = ending.answer.lower()
    if ending.stop_reason == "refusal":
        return "refused"
    if kind == "rate_limit" or ending.api_error_status == 429:  # noqa: PLR2004 - HTTP Too Many Requests
        return "rate_limited"
    if kind == "max_output_tokens":
        return "truncated"
    if "prompt is too long" in text or "context window" in text:
        return "context_exceeded"
    return "timeout" if "timed out" in text or "timeout" in text else "api_error"


def _interrupted(ending: Ending) -> Verdict | None:
    if ending.interrupted_spawn and not ending.background:
        return Verdict("failure", "interrupted", ("call Agent: interrupted",))
    if ending.tail == "interrupt":
        if ending.background and ending.over is not None:
            return _abandoned(ending, "transcript: ends on an interruption", _OVER[ending.over])
        return Verdict("failure", "interrupted", ("transcript: ends on an interruption",))
    return None


def _answered(ending: Ending) -> Verdict | None:
    if ending.tail != "reply" or not _reply_is_final(ending):
        return None
    stop = "hook SubagentStop: received" if ending.stopped else "transcript: no later line"
    for applies, status, category, seen in _FLAWS:
        if applies(ending):
            return Verdict(status, category, (f"{_where(ending)}: {seen}", stop))
    reason = _word(ending.stop_reason) if ending.stop_reason else "text, no stop_reason"
    return Verdict("success", "completed", (f"{_where(ending)}: {reason}", stop))


_FLAWS: tuple[tuple[Callable[[Ending], bool], Status, Category, str], ...] = (
    (lambda e: e.stop_reason == "refusal", "failure", "refused", "stop_reason refusal"),
    (lambda e: not e.answer.strip(), "partial", "empty_answer", "no text"),
    (lambda e: e.stop_reason == "max_tokens", "partial", "truncated", "stop_reason max_tokens"),
    (
        lambda e: e.stop_reason is None and e.stop_reasons_recorded,
        "partial",
        "truncated",
        "no stop_reason",
    ),
    (lambda e: e.answer.lstrip().startswith("API Error:"), "partial", "error_text", "an error text"),
    (lambda e: e.user_denied_tool, "partial", "tool_denied", "the user denied a tool"),
)
"""What spoils an answer, in the order of asking: the first that applies decides."""


def _reply_is_final(ending: Ending) -> bool:
    """Whether the last reply ends the agent's turn; one without a stop reason may still be streaming."""
    if ending.stop_reason == "tool_use":
        return False
    if ending.stop_reason in (None, "max_tokens"):
        return ending.stopped or ending.returned or ending.over is not None or ending.moved_on
    return True


def _cut_short(ending: Ending) -> Verdict | None:
    if ending.returned and ending.tail in ("tool_result", "open_tool") and not ending.stopped:
        return Verdict(
            "partial", "turn_limit", (f"transcript: ends on {ending.tail}", "parent: returned, no SubagentStop")
        )
    if ending.notified_failed or ending.spawn_failed:
        return Verdict("failure", "crashed", ("client: reported a failure",))
    if ending.tail == "none":
        return _unseen(ending)
    if ending.moved_on:
        return Verdict("failure", "interrupted", ("parent: went on to the next prompt without a result",))
    return None


def _unseen(ending: Ending) -> Verdict | None:
    """An invocation without a transcript: what the parent was given decides, else the hook's stop is believed."""
    missing = "transcript: not found"
    if ending.answered_parent:
        if ending.answer.startswith("API Error"):
            return Verdict("failure", _api_category(ending), ("parent: an error text", missing))
        if not ending.answer.strip():
            return Verdict("partial", "empty_answer", ("parent: no text", missing))
        return Verdict("success", "completed", ("parent: has the answer", missing))
    if ending.stopped:
        return Verdict("success", "completed", ("hook SubagentStop: received", missing))
    if ending.moved_on:
        return Verdict("failure", "interrupted", ("parent: went on to the next prompt without a result", missing))
    return None


def _session_over(ending: Ending) -> Verdict | None:
    if ending.over is None:
        return None
    evidence = (_OVER[ending.over], f"transcript: ends on {ending.tail}")
    if ending.over == "dead":  # without a SessionEnd; its last lines may have died with it
        return Verdict("failure", "killed", evidence)
    if ending.tail == "none":
        return Verdict("failure", "vanished", evidence)
    if ending.over == "ended" or ending.tail == "tool_result":
        if ending.background and not ending.marks_abandonment:
            return _abandoned(ending, *evidence)
        return Verdict("failure", "interrupted", evidence)
    return Verdict("failure", "killed", evidence)


_OVER: dict[Over, str] = {
    "ended": "hook SessionEnd: received",
    "dead": "process: client is gone",
    "stale": "transcript: untouched for long",
}


def _where(ending: Ending) -> str:
    """The transcript line that decided."""
    return f"transcript line {ending.line}" if ending.line and _UUID.fullmatch(ending.line) else "transcript"


def _word(value: str | None) -> str:
    """One of the client's fixed words; anything else could be text of the session."""
    return value if value is not None and _WORD.fullmatch(value) else "unknown"


def _abandoned(ending: Ending, *evidence: str) -> Verdict:
    if ending.modified_files:
        return Verdict("partial", "abandoned", (*evidence, "it had modified files"))
    return Verdict("failure", "abandoned", evidence)
