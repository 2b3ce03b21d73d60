"""The rules that turn the facts of an ending into a category: a table, in the order in which they are tried.

A rule may rely on it that none before it applies. A stronger sign therefore stands before a weaker one: what stopped
the agent from outside, then what its own last line says, then what its parent was given, and last that its session is
over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.collector import outcome_signs as signs

if TYPE_CHECKING:
    from collections.abc import Callable

    from afteraction.collector.outcome import Category, Ending
    from afteraction.model import Status


@dataclass(frozen=True, slots=True)
class Rule:
    """One way of ending: the facts it asks for, and what follows from them."""

    name: str
    """Unique in the table."""
    category: Category
    status: Status
    when: str
    """What must be known, in words; ends a sentence that begins with "It decides when"."""
    applies: Callable[[Ending], bool]
    """Whether the facts are there, given that no rule before this one applies."""
    evidence: Callable[[Ending], tuple[str, ...]]
    """The events and lines that decided."""
    status_if_edited: Status | None = None
    """The status of an agent that had modified files, where that makes a difference."""


RULES: tuple[Rule, ...] = (
    Rule(
        "never_started",
        "not_started",
        "failure",
        "the client refused the spawn call: it knows no such agent type, or an `Agent(type)` rule forbids it",
        lambda e: e.not_started is not None,
        signs.refusal_seen,
    ),
    Rule(
        "stopped_by_task",
        "killed",
        "failure",
        "a TaskStop call named it, and the client notified `killed` or nothing but an interruption came after",
        signs.stopped_by_task,
        lambda e: ("call TaskStop: named this agent", *(("notification: killed",) if e.notified_killed else ())),
    ),
    Rule(
        "killed_at_exit",
        "abandoned",
        "failure",
        "the client notified `killed`, nobody had called TaskStop, and the session is over",
        lambda e: e.notified_killed and e.over is not None,
        lambda e: ("notification: killed", signs.over_seen(e)),
        status_if_edited="partial",
    ),
    Rule(
        "notified_killed",
        "killed",
        "failure",
        "the client notified `killed` and the session goes on",
        lambda e: e.notified_killed,
        lambda _: ("notification: killed",),
    ),
    Rule(
        "model_refused",
        "refused",
        "failure",
        "the stop reason of the last reply is `refusal`",
        lambda e: e.stop_reason == "refusal" and (signs.api_failed(e) or e.tail == "reply"),
        lambda e: (f"{signs.line_seen(e)}: stop_reason refusal", *signs.failure_hook(e)),
    ),
    Rule(
        "api_rate_limit",
        "rate_limited",
        "failure",
        "an API error was the last word, of kind `rate_limit` or with HTTP status 429",
        lambda e: signs.api_failed(e) and signs.is_rate_limit(e),
        lambda e: signs.error_seen(e, " 429" if e.api_error_status == signs.TOO_MANY_REQUESTS else ""),
    ),
    Rule(
        "api_prompt_too_long",
        "context_exceeded",
        "failure",
        "an API error was the last word, and says that the prompt is too long or the context window full",
        lambda e: signs.api_failed(e) and signs.error_says(e, "prompt is too long", "context window"),
        lambda e: signs.error_seen(e, ", prompt too long"),
    ),
    Rule(
        "api_output_limit",
        "truncated",
        "failure",
        "an API error was the last word, of kind `max_output_tokens`: every answer was cut off at the limit",
        lambda e: signs.api_failed(e) and signs.error_kind(e) == "max_output_tokens",
        signs.error_seen,
    ),
    Rule(
        "api_timeout",
        "timeout",
        "failure",
        "an API error was the last word, and says that the time was up",
        lambda e: signs.api_failed(e) and signs.error_says(e, "timed out", "timeout"),
        lambda e: signs.error_seen(e, ", timed out"),
    ),
    Rule(
        "api_failure",
        "api_error",
        "failure",
        "an API error was the last word, of any other kind",
        signs.api_failed,
        signs.error_seen,
    ),
    Rule(
        "spawn_interrupted",
        "interrupted",
        "failure",
        "the call that spawned it was interrupted in the parent, by the user or a signal, and the parent waited for it",
        lambda e: e.interrupted_spawn and not e.background,
        lambda _: ("spawn call: interrupted",),
    ),
    Rule(
        "interrupted_at_exit",
        "abandoned",
        "failure",
        "it ran in the background, its transcript ends on an interruption, and the session is over",
        lambda e: e.tail == "interrupt" and e.background and e.over is not None,
        lambda e: (signs.tail_seen(e), signs.over_seen(e)),
        status_if_edited="partial",
    ),
    Rule(
        "interrupted_itself",
        "interrupted",
        "failure",
        "its transcript ends on an interruption",
        lambda e: e.tail == "interrupt",
        lambda e: (signs.tail_seen(e),),
    ),
    Rule(
        "no_text",
        "empty_answer",
        "partial",
        "its last reply is final and has no text",
        lambda e: signs.is_answer(e) and not e.answer.strip(),
        lambda e: signs.answer_seen(e, "no text"),
    ),
    Rule(
        "output_limit",
        "truncated",
        "partial",
        "its last reply is final and stopped at `max_tokens`",
        lambda e: signs.is_answer(e) and e.stop_reason == "max_tokens",
        lambda e: signs.answer_seen(e, "stop_reason max_tokens"),
    ),
    Rule(
        "stream_cut",
        "truncated",
        "partial",
        "its last reply is final and has no stop reason, although this client writes them",
        lambda e: signs.is_answer(e) and e.stop_reason is None and e.stop_reasons_recorded,
        lambda e: signs.answer_seen(e, "no stop_reason"),
    ),
    Rule(
        "answered_with_error",
        "error_text",
        "partial",
        "its last reply is final and begins with `API Error:`, without the client's mark of an API error",
        lambda e: signs.is_answer(e) and e.answer.lstrip().startswith("API Error:"),
        lambda e: signs.answer_seen(e, "an error text"),
    ),
    Rule(
        "user_denied",
        "tool_denied",
        "partial",
        "it answered, but the user had denied it a tool",
        lambda e: signs.is_answer(e) and e.user_denied_tool,
        lambda e: ("transcript: the user denied a tool", *signs.answer_seen(e, signs.stop_reason(e))),
    ),
    Rule(
        "answered",
        "completed",
        "success",
        "its last reply is final and has text; failed or denied tools before it do not count",
        signs.is_answer,
        lambda e: signs.answer_seen(e, signs.stop_reason(e)),
    ),
    Rule(
        "stopped_at_limit",
        "turn_limit",
        "partial",
        "its parent was told that it completed, no SubagentStop came, and its transcript ends on a tool call or result",
        lambda e: e.returned and not e.stopped and e.tail in ("tool_result", "open_tool"),
        lambda e: (signs.tail_seen(e), "parent: was told it completed", "hook SubagentStop: none seen"),
    ),
    Rule(
        "reported_failed",
        "crashed",
        "failure",
        "the client reported a failure, as `failed` or as an error of the spawn call, and no API error shows",
        lambda e: e.notified_failed or e.spawn_failed,
        lambda e: ("notification: failed" if e.notified_failed else "spawn call: came back as an error",),
    ),
    Rule(
        "told_nothing",
        "empty_answer",
        "partial",
        "there is no transcript of it, and what its parent was given has no text",
        lambda e: e.tail == "none" and e.answered_parent and not e.answer.strip(),
        lambda _: ("parent: was given no text", signs.NO_TRANSCRIPT),
    ),
    Rule(
        "told_answer",
        "completed",
        "success",
        "there is no transcript of it, and its parent was given an answer",
        lambda e: e.tail == "none" and e.answered_parent,
        lambda _: ("parent: was given the answer", signs.NO_TRANSCRIPT),
    ),
    Rule(
        "stop_believed",
        "completed",
        "success",
        "there is no transcript of it, and a SubagentStop came",
        lambda e: e.tail == "none" and e.stopped,
        lambda e: (signs.stop_seen(e), signs.NO_TRANSCRIPT),
    ),
    Rule(
        "parent_moved_on",
        "interrupted",
        "failure",
        "its parent had waited for it, and went on to the user's next prompt without a result",
        lambda e: e.moved_on,
        lambda e: ("parent: went on to the next prompt without a result", signs.tail_seen(e)),
    ),
    Rule(
        "client_gone",
        "killed",
        "failure",
        "the client's process is gone without a SessionEnd, and it had not begun to shut down",
        lambda e: e.over == "dead" and not e.shut_down,
        signs.cut_seen,
    ),
    Rule(
        "never_seen_again",
        "vanished",
        "failure",
        "the session is over, and there is neither a transcript of it nor an end",
        lambda e: e.over is not None and e.tail == "none",
        signs.cut_seen,
    ),
    Rule(
        "left_running",
        "abandoned",
        "failure",
        "it ran in the background of an older client, which writes no mark into what it leaves running, the session is "
        "over, and its transcript just stops: at a SessionEnd, or after a tool's result",
        lambda e: e.over is not None and signs.left_behind(e),
        signs.cut_seen,
        status_if_edited="partial",
    ),
    Rule(
        "cut_by_session_end",
        "interrupted",
        "failure",
        "the session is over, and its transcript just stops: at a SessionEnd, or after a tool's result",
        lambda e: e.over == "ended" or (e.over is not None and e.tail == "tool_result"),
        signs.cut_seen,
    ),
    Rule(
        "silent",
        "killed",
        "failure",
        "nothing was written for long, no SessionEnd came, and its transcript just stops, mostly inside a tool call",
        lambda e: e.over is not None,
        signs.cut_seen,
    ),
)
"""Every rule, in the order in which they are tried: the first that applies decides."""
