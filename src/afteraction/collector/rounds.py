"""The stretches of an agent's work, as its own transcript shows them, and what each ends on. Pure.

An agent that ended may be messaged and go on: each time is a round, and only the last one says how it ended. What the
client itself adds after an answer (a stop hook's objection, a call for visible output) is no new work: nothing may come
of it, and then the answer before it was the last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.sources.claude.entries import Interrupt, Prompt, Reply, Result

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from afteraction.collector.outcome import Tail
    from afteraction.sources.claude.entries import Entry, Transcript

_NO_OUTPUT = "[Your previous response had no visible output"
_DELIVERS = "StructuredOutput"


@dataclass(frozen=True, slots=True)
class Round:
    """One stretch of work of an agent, from being set to work to its last line."""

    started_at: int | None
    ended_at: int | None
    entries: tuple[Entry, ...]


def split_rounds(transcript: Transcript, ends_told: Collection[int]) -> tuple[Round, ...]:
    """Cut a transcript into rounds: a coordinator's message begins the next one when the agent had ended before it.

    Args:
        transcript: the agent's own.
        ends_told: when the client told the parent that the agent had ended, epoch ms; one that was stopped at its turn
            limit leaves no other mark.
    """
    if not any(prompt.kind == "coordinator" for prompt in transcript.of(Prompt)):
        return (_round(transcript.entries),) if transcript.entries else ()
    rounds: list[list[Entry]] = [[]]
    for entry in transcript.entries:
        if isinstance(entry, Prompt) and entry.kind == "coordinator" and _had_ended(rounds[-1], entry, ends_told):
            rounds.append([])
        rounds[-1].append(entry)
    return tuple(_round(tuple(entries)) for entries in rounds if entries)


def tail_of(entries: Sequence[Entry]) -> Tail:
    """What a round ends on."""
    for entry in reversed(entries):
        if isinstance(entry, Interrupt):
            return "interrupt"
        if isinstance(entry, Reply):
            return "open_tool" if _open_calls(entries) else "reply"
        if isinstance(entry, Result):
            return "open_tool" if _open_calls(entries) else "tool_result"
        if isinstance(entry, Prompt):
            return "prompt"
    return "none"


def answer_of(entries: Sequence[Entry]) -> str:
    """The text of the last API message, whose content blocks stand on lines of their own."""
    last = last_reply(entries)
    if last is None:
        return ""
    return "".join(e.text for e in entries if isinstance(e, Reply) and e.message_id == last.message_id)


def last_reply(entries: Sequence[Entry]) -> Reply | None:
    """The last line of the last API message."""
    return next((entry for entry in reversed(entries) if isinstance(entry, Reply)), None)


def without_objections(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """A round without what the client added after the agent's last line."""
    end = len(entries)
    while end and isinstance(last := entries[end - 1], Prompt) and last.kind == "meta":
        end -= 1
    return entries[:end]


def asked_for_output(entries: Sequence[Entry]) -> bool:
    """Whether a round ends on the client's call for visible output: an answer without any leaves no line of its own."""
    last = entries[-1] if entries else None
    return isinstance(last, Prompt) and last.kind == "meta" and last.text.startswith(_NO_OUTPUT)


def delivered(entries: Sequence[Entry]) -> bool:
    """Whether a round ends on the call that hands over a structured answer, and the client took it."""
    last = entries[-1] if entries else None
    reply = last_reply(entries)
    if not isinstance(last, Result) or last.is_error or reply is None:
        return False
    return any(call.name == _DELIVERS and call.tool_use_id == last.tool_use_id for call in reply.calls)


def _round(entries: tuple[Entry, ...]) -> Round:
    first = next((entry.at for entry in entries if entry.at is not None), None)
    last = next((entry.at for entry in reversed(entries) if entry.at is not None), None)
    return Round(first, last, entries)


def _had_ended(entries: Sequence[Entry], message: Prompt, ends_told: Collection[int]) -> bool:
    if tail_of(entries) in ("reply", "interrupt"):
        return True
    before = next((entry.at for entry in reversed(entries) if entry.at is not None), None)
    return before is not None and message.at is not None and any(before <= at <= message.at for at in ends_told)


def _open_calls(entries: Sequence[Entry]) -> bool:
    """Whether the last API message has tool calls without a result."""
    last = last_reply(entries)
    if last is None:
        return False
    asked = {
        call.tool_use_id
        for e in entries
        if isinstance(e, Reply) and e.message_id == last.message_id
        for call in e.calls
    }
    return bool(asked - {e.tool_use_id for e in entries if isinstance(e, Result)})
