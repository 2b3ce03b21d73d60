"""Whether the user accepted an invocation's work, inferred from what happened after it. Pure.

A table like that of the outcomes: the first rule whose sign is there decides, and where none is, nothing is inferred. A
sign is looked for so that it seldom errs, because a missing judgement is told apart from a wrong one and costs less.
Rejections stand before acceptance; their order only says which word names one that shows several signs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that tells of acceptance."""

    at: int | None
    """When it happened, epoch ms."""
    line: str | None
    """The uuid of the transcript's line."""
    words: str
    """What the line shows, in fixed words."""
    own: bool = False
    """Whether the line stands in the agent's own transcript and not in the main one."""


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What became of one invocation's work, as far as transcripts show it."""

    denied: Sign | None = None
    interrupted: Sign | None = None
    reverted: Sign | None = None
    corrected: Sign | None = None
    redelegated: Sign | None = None
    rewritten: Sign | None = None
    committed: Sign | None = None
    moved_on: bool = False
    """The session is over, or the user gave another task."""


@dataclass(frozen=True, slots=True)
class AcceptanceRule:
    """One way to tell."""

    signal: str
    """Unique in the table; what a record's ``acceptance.signal`` says."""
    says: Literal["accepted", "rejected"]
    when: str
    """What must be known, in words; ends a sentence that begins with "It decides when"."""
    sign: Callable[[Aftermath], Sign | None]


RULES: tuple[AcceptanceRule, ...] = (
    AcceptanceRule(
        "tool_denied",
        "rejected",
        "the user refused the agent a tool it asked for",
        lambda a: a.denied,
    ),
    AcceptanceRule(
        "interrupted",
        "rejected",
        "the user interrupted it with Esc or Ctrl-C, and it ended there; a signal from elsewhere is not the user's",
        lambda a: a.interrupted,
    ),
    AcceptanceRule(
        "reverted",
        "rejected",
        "it had delivered, and the main agent threw all its changes away: `git checkout`, `restore`, `stash` without "
        "`pop` or `reset --hard` of what was not committed, or `git revert` or `reset --hard` of the commit",
        lambda a: a.reverted,
    ),
    AcceptanceRule(
        "corrected",
        "rejected",
        "it had delivered, and the user's next prompt begins by saying that this is wrong; where several agents worked "
        "for the prompt before, only for one that the user names",
        lambda a: a.corrected,
    ),
    AcceptanceRule(
        "redelegated",
        "rejected",
        "it had delivered, and before its changes were committed the main agent gave the same agent the same task: "
        "nearly the same description, after changes of its own or with none by anybody in between; or half of its "
        "files changed again under a like description or one that begins with fix, redo, retry and the like",
        lambda a: a.redelegated,
    ),
    AcceptanceRule(
        "rewritten",
        "rejected",
        "it had delivered, and before the user's next prompt and before a commit the main agent replaced at least half "
        "as many lines in its files as it had added",
        lambda a: a.rewritten,
    ),
    AcceptanceRule(
        "committed",
        "accepted",
        "it had delivered, the main agent committed all files it had changed, and work moved on: the user gave another "
        "task, or the session is over",
        lambda a: a.committed if a.moved_on else None,
    ),
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was inferred."""

    accepted: bool
    signal: str
    sign: Sign


def infer(aftermath: Aftermath) -> Judgement | None:
    """What the signs say; None when they say nothing."""
    for rule in RULES:
        sign = rule.sign(aftermath)
        if sign is not None:
            return Judgement(rule.says == "accepted", rule.signal, sign)
    return None
