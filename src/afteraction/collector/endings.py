"""How one invocation ended: spawn, hooks and transcript, reduced to the facts that ``outcome.decide`` asks for.

Only the last round counts. An agent that is messaged again starts a new round, and what was claimed about an earlier
one (its result, its notification, its stop) says nothing about this one; a claim counts when it came after the round
began.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.collector.measure import EDITING_TOOLS
from afteraction.collector.outcome import Ending, Tail
from afteraction.sources.claude.entries import Interrupt, Prompt, Reply, Result

if TYPE_CHECKING:
    from afteraction.collector.evidence import SessionEvidence, Spawn
    from afteraction.sources.claude.entries import Entry, Transcript

_CLIENT_S_LINES = re.compile(r"\n?agentId: |^\(Subagent completed but returned no output\.\)")
_USER_DENIED = ("Permission for this tool use was denied", "The user doesn't want to proceed")


@dataclass(frozen=True, slots=True)
class Round:
    """One stretch of work of an agent, from being set to work to its last line."""

    started_at: int | None
    ended_at: int | None
    entries: tuple[Entry, ...]


def split_rounds(transcript: Transcript) -> tuple[Round, ...]:
    """Cut a transcript into rounds: a coordinator's message after a final reply begins the next one."""
    rounds: list[list[Entry]] = [[]]
    for entry in transcript.entries:
        resumed = isinstance(entry, Prompt) and entry.kind == "coordinator"
        if resumed and _tail(tuple(rounds[-1])) in ("reply", "interrupt"):
            rounds.append([])
        rounds[-1].append(entry)
    return tuple(_round(entries) for entries in rounds if entries)


def read_ending(evidence: SessionEvidence, agent_id: str, spawn: Spawn | None, transcript: Transcript | None) -> Ending:
    """Collect the facts of an invocation's ending."""
    rounds = split_rounds(transcript) if transcript is not None else ()
    last = rounds[-1] if rounds else Round(None, None, ())
    since = last.started_at if len(rounds) > 1 and last.started_at is not None else 0
    events = [e for e in evidence.events_about(agent_id, None) if e.payload.agent_id == agent_id and e.at >= since]
    notices = [n for n in evidence.notices.get(agent_id, ()) if (n.at or 0) >= since]
    said = notices[-1].status if notices else None
    reply = next((e for e in reversed(last.entries) if isinstance(e, Reply)), None)
    background = is_background(spawn, transcript) is True
    stopped_by_task = evidence.task_stops.get(agent_id, -1) >= since
    returned = spawn is not None and spawn.has_work and len(rounds) <= 1
    return Ending(
        tail=_tail(last.entries) if transcript is not None else "none",
        stop_reason=reply.stop_reason if reply else None,
        stop_reasons_recorded=evidence.records_stop_reasons,
        answer=_answer(last.entries) if transcript is not None else _given_to_parent(spawn),
        answered_parent=spawn is not None and spawn.has_work and spawn.result is not None,
        line=reply.uuid if reply else None,
        api_error=reply.is_api_error if reply else False,
        api_error_kind=reply.error if reply else None,
        api_error_status=reply.api_error_status if reply else None,
        stop_failure=next((e.payload.error or "unknown" for e in reversed(events) if e.name == "StopFailure"), None),
        stopped=any(e.name == "SubagentStop" for e in events),
        returned=returned or said == "completed",
        notified_failed=said == "failed",
        notified_killed=said == "killed",
        spawn_failed=spawn is not None and _spawn_failed(spawn),
        task_stopped=stopped_by_task,
        interrupted_spawn=spawn is not None and spawn.was_interrupted,
        user_denied_tool=not stopped_by_task and _user_denied_tool(spawn, last.entries),
        moved_on=not background and spawn is not None and _moved_on(evidence, spawn),
        background=background,
        marks_abandonment=transcript is not None and transcript.meta.request_shape is not None,
        modified_files=any(
            isinstance(e, Reply) and any(call.name in EDITING_TOOLS for call in e.calls) for e in last.entries
        ),
        over=evidence.over,
    )


def is_background(spawn: Spawn | None, transcript: Transcript | None) -> bool | None:
    """Whether the agent ran beside its parent, as its call, the call's result or the meta file tell; None if none."""
    if spawn is not None and spawn.in_background:
        return True
    if transcript is not None and transcript.meta.request_shape is not None:
        return transcript.meta.request_shape == "background"
    return False if spawn is not None and (spawn.in_background is False or spawn.result is not None) else None


def _round(entries: list[Entry]) -> Round:
    stamps = [entry.at for entry in entries if entry.at is not None]
    return Round(stamps[0] if stamps else None, stamps[-1] if stamps else None, tuple(entries))


def _tail(entries: tuple[Entry, ...]) -> Tail:
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


def _open_calls(entries: tuple[Entry, ...]) -> bool:
    """Whether the last API message has tool calls without a result."""
    last = next((e for e in reversed(entries) if isinstance(e, Reply)), None)
    if last is None:
        return False
    asked = {
        call.tool_use_id
        for e in entries
        if isinstance(e, Reply) and e.message_id == last.message_id
        for call in e.calls
    }
    return bool(asked - {e.tool_use_id for e in entries if isinstance(e, Result)})


def _answer(entries: tuple[Entry, ...]) -> str:
    """The text of the last API message, whose content blocks stand on lines of their own."""
    last = next((e for e in reversed(entries) if isinstance(e, Reply)), None)
    if last is None:
        return ""
    return "".join(e.text for e in entries if isinstance(e, Reply) and e.message_id == last.message_id)


def _spawn_failed(spawn: Spawn) -> bool:
    failed = spawn.failed or (spawn.result is not None and spawn.result.is_error)
    return failed and not spawn.was_interrupted


def _given_to_parent(spawn: Spawn | None) -> str:
    """What the parent was given, without the client's own lines after it."""
    if spawn is None or spawn.result is None:
        return ""
    return _CLIENT_S_LINES.split(spawn.result.text, maxsplit=1)[0]


def _user_denied_tool(spawn: Spawn | None, entries: tuple[Entry, ...]) -> bool:
    """Whether the user refused a tool; an interruption writes the same sentence and is none."""
    if (spawn is not None and spawn.was_interrupted) or any(isinstance(e, Interrupt) for e in entries):
        return False
    return any(isinstance(e, Result) and e.is_error and e.text.startswith(_USER_DENIED) for e in entries)


def _moved_on(evidence: SessionEvidence, spawn: Spawn) -> bool:
    if spawn.result is not None or spawn.returned_at is not None or spawn.at is None:
        return False
    if spawn.parent_agent_id is not None:
        return False
    return any(prompt.at is not None and prompt.at > spawn.at for prompt in evidence.user_prompts())
