"""Why an invocation has its status: one pure function from the facts of its ending to a category.

Status follows from evidence, never from the client's word "completed", which it also uses for API errors, turn limits
and empty answers. The rules are a table (``outcome_rules``), tried in order: the first that applies decides, and the
page for users is written from the same table, so that what is documented is what decides. Categories are a closed list
so that reports and people can rely on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from afteraction.collector.outcome_rules import RULES

if TYPE_CHECKING:
    from afteraction.collector.outcome_rules import Rule
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

Over = Literal["ended", "dead", "stale"]
"""How a session is known to be over: its SessionEnd came, its process is gone, or nothing was written for long."""

Tail = Literal["none", "prompt", "reply", "open_tool", "tool_result", "interrupt"]
"""What the agent's own transcript ends on; ``none`` when there is no transcript, or nothing in it can be read."""

NotStarted = Literal["call", "hook"]
"""Where the client's refusal to start an agent shows: in the spawn call's result, or in a PostToolUseFailure."""


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
    """The HTTP status of that error."""
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
    not_started: NotStarted | None = None
    """The client refused to start it; no agent ever existed."""
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
    shut_down: bool = False
    """Its last tool was ended by a signal: the client stops what runs in it when it is told to end, and lives on for a
    moment; a client that is killed has no time for it."""
    over: Over | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The status of an invocation, its category, and what decided."""

    status: Status
    category: Category
    evidence: tuple[str, ...]


def decide(ending: Ending) -> Verdict | None:
    """The verdict on an ending; None while nothing shows that the invocation has ended."""
    rule = deciding_rule(ending)
    if rule is None:
        return None
    if rule.status_if_edited is not None and ending.modified_files:
        return Verdict(rule.status_if_edited, rule.category, (*rule.evidence(ending), "it had modified files"))
    return Verdict(rule.status, rule.category, rule.evidence(ending))


def deciding_rule(ending: Ending) -> Rule | None:
    """The first rule that applies to an ending; None while it is open."""
    return next((rule for rule in RULES if rule.applies(ending)), None)
