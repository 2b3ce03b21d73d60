"""How one invocation ended: spawn, hooks and transcript, reduced to the facts that ``outcome.decide`` asks for.

Only the last round counts. An agent that is messaged again starts a new round, and what was claimed about an earlier
one (its result, its notification, its stop) says nothing about this one; a claim counts when it came after the round
began.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from afteraction.collector.outcome import Ending
from afteraction.collector.rounds import (
    Round,
    answer_of,
    asked_for_output,
    delivered,
    last_reply,
    split_rounds,
    tail_of,
    without_objections,
)
from afteraction.sources.claude.edits import EDITING_TOOLS
from afteraction.sources.claude.entries import Interrupt, Reply, Result, flat_text

if TYPE_CHECKING:
    from afteraction.collector.evidence import SessionEvidence, Spawn
    from afteraction.collector.outcome import Over, Tail
    from afteraction.sources.claude.entries import Entry, Notice, Transcript

_CLIENT_S_LINES = re.compile(r"\n?agentId: |^\(Subagent completed but returned no output\.\)")
_CLIENT_S_NOTES = ("<tools-used-before-summary>", "NOTE: this agent stopped at its ")
_HTTP_STATUS = re.compile(r"API Error: ([45]\d\d)\b")
_REFUSED = "API Error: Claude Code is unable to respond to this request"
_TOO_LONG = re.compile(r"exceeded the \d+ output token maximum")
_SIGNALLED = re.compile(r"(?:Error: )?Exit code (?:137|143)\b")
"""128 and the signal's number: SIGKILL, SIGTERM."""
_DELIVERED = "structured_output"
"""Stands for the stop reason of an agent that hands its answer over by a call: the client ends it there."""
USER_DENIED = ("Permission for this tool use was denied", "The user doesn't want to proceed")
"""How the result of a tool begins that the user refused."""


@dataclass(frozen=True, slots=True)
class _Last:
    """What a transcript's last round shows."""

    tail: Tail = "none"
    stop_reason: str | None = None
    answer: str = ""
    reply: Reply | None = None


def rounds_of(evidence: SessionEvidence, agent_id: str, spawn: Spawn | None) -> tuple[Round, ...]:
    """The rounds of an agent's transcript; none without one."""
    transcript = evidence.agents.get(agent_id)
    if transcript is None:
        return ()
    told = [notice.at for notice in evidence.notices.get(agent_id, ()) if notice.at is not None]
    if spawn is not None and spawn.has_work and spawn.result is not None and spawn.result.at is not None:
        told.append(spawn.result.at)
    return split_rounds(transcript, told)


def read_ending(evidence: SessionEvidence, agent_id: str, spawn: Spawn | None, rounds: tuple[Round, ...]) -> Ending:
    """Collect the facts of an invocation's ending."""
    transcript = evidence.agents.get(agent_id)
    last = rounds[-1] if rounds else Round(None, None, ())
    resumed = len(rounds) > 1  # what became of the call says nothing then, and the agent runs beside its parent
    call = None if resumed else spawn
    its_own = [e for e in evidence.events_about(agent_id, None) if e.payload.agent_id == agent_id]
    since = last.started_at if resumed and last.started_at is not None else 0
    if transcript is None:  # only its starts tell its rounds then
        since = max((e.at for e in its_own if e.name == "SubagentStart"), default=0)
    events = [e for e in its_own if e.at >= since]
    notices = [n for n in evidence.notices.get(agent_id, ()) if (n.at or 0) >= since]
    said = notices[-1].status if notices else None
    stopped = any(e.name == "SubagentStop" for e in events)
    returned = (call is not None and call.has_work) or said == "completed"
    told = said == "completed" or (call is not None and call.has_work and call.result is not None)
    shown = _last(last.entries, stopped=stopped, told=told, over=evidence.over)
    background = resumed or is_background(spawn, transcript) is True
    stopped_by_task = evidence.task_stops.get(agent_id, -1) >= since
    moved_on = not background and call is not None and _moved_on(evidence, call)
    left = _left_by(evidence, notices, call, last, cut=moved_on and shown.tail == "open_tool")
    reply, given = shown.reply, _given_to_parent(call, notices)
    return Ending(
        tail=shown.tail,
        stop_reason=shown.stop_reason,
        stop_reasons_recorded=evidence.records_stop_reasons,
        answer=shown.answer if transcript is not None else given or "",
        answered_parent=given is not None,
        line=reply.uuid if reply else None,
        api_error=reply.is_api_error if reply else False,
        api_error_kind=reply.error if reply else None,
        api_error_status=reply.api_error_status if reply else None,
        stop_failure=next((e.payload.error or "unknown" for e in reversed(events) if e.name == "StopFailure"), None),
        stopped=stopped,
        returned=returned,
        notified_failed=said == "failed" and left is None,
        notified_killed=said == "killed",
        spawn_failed=call is not None and _spawn_failed(call),
        task_stopped=stopped_by_task,
        interrupted_spawn=call is not None and call.was_interrupted,
        user_denied_tool=not stopped_by_task and _user_denied_tool(call, last.entries),
        moved_on=moved_on and left is None,
        background=background,
        marks_abandonment=transcript is not None and transcript.meta.request_shape is not None and not evidence.exited,
        modified_files=_modified_files(last.entries),
        shut_down=_was_shut_down(last.entries),
        over=left or evidence.over,
    )


def is_background(spawn: Spawn | None, transcript: Transcript | None) -> bool | None:
    """Whether the agent ran beside its parent, as its call, the call's result or the meta file tell; None if none."""
    if spawn is not None and spawn.in_background:
        return True
    if transcript is not None and transcript.meta.request_shape is not None:
        return transcript.meta.request_shape == "background"
    return False if spawn is not None and (spawn.in_background is False or spawn.result is not None) else None


def _last(entries: tuple[Entry, ...], *, stopped: bool, told: bool, over: Over | None) -> _Last:
    """What the last round shows.

    Args:
        entries: of the round.
        stopped: a SubagentStop came.
        told: the parent has the result, so that every line of the agent's has been written.
        over: how its session is over, to the same effect.
    """
    no_output = asked_for_output(entries)
    if delivered(entries) and (told or over is not None):
        return _Last("reply", _DELIVERED, "a structured answer", last_reply(entries))
    if told or (stopped and over is not None) or (no_output and over == "stale"):
        entries = without_objections(entries)
        if tail_of(entries) == "tool_result" and (no_output or stopped):
            return _Last(tail="reply")  # the answer was empty, and an empty answer leaves no line
    reply = last_reply(entries)
    if reply is not None and reply.is_api_error:
        reply = _with_keys(reply)
    return _Last(tail_of(entries), reply.stop_reason if reply else None, answer_of(entries), reply)


def _with_keys(error: Reply) -> Reply:
    """The client's error message with the keys that clients before 2.1.197 left out and say only in its words."""
    if error.error not in (None, "unknown", "invalid_request"):
        return error
    status = _HTTP_STATUS.match(error.text)
    return msgspec.structs.replace(
        error,
        stop_reason="refusal" if error.text.startswith(_REFUSED) else error.stop_reason,
        error="max_output_tokens" if error.error is None and _TOO_LONG.search(error.text) else error.error,
        api_error_status=error.api_error_status or (int(status.group(1)) if status else None),
    )


def _left_by(
    evidence: SessionEvidence, notices: list[Notice], spawn: Spawn | None, last: Round, *, cut: bool
) -> Over | None:
    """How the client that ran the agent ended, when the session went on in another one without it; None otherwise.

    The next client says so, in a notification that names no call or in place of the call's result; the oldest only go
    on to the next prompt (``cut``).
    """
    said = notices[-1] if notices else None
    orphaned = said is not None and (said.status == "stopped" or (said.status == "failed" and not said.tool_use_id))
    if not (orphaned or cut or (spawn is not None and spawn.lost)):
        return None
    fallback = spawn.at if spawn is not None and spawn.at is not None else 0
    began_at = last.started_at if last.started_at is not None else fallback
    cut_at = last.ended_at if last.ended_at is not None else fallback
    if not any(event.at <= cut_at for event in evidence.events):
        return "stale"
    starts = (event.at for event in evidence.events if event.name == "SessionStart" and event.at > cut_at)
    next_start = min(starts, default=None)
    ends = (event.at for event in evidence.events if event.name == "SessionEnd" and event.at >= began_at)
    return "ended" if any(next_start is None or at <= next_start for at in ends) else "dead"


def _was_shut_down(entries: tuple[Entry, ...]) -> bool:
    last = next((entry for entry in reversed(entries) if isinstance(entry, (Reply, Result))), None)
    return isinstance(last, Result) and last.is_error and _SIGNALLED.match(last.text) is not None


def _modified_files(entries: tuple[Entry, ...]) -> bool:
    calls = (call for entry in entries if isinstance(entry, Reply) for call in entry.calls)
    return any(call.name in EDITING_TOOLS for call in calls)


def _spawn_failed(spawn: Spawn) -> bool:
    failed = spawn.failed or (spawn.result is not None and spawn.result.is_error)
    return failed and not spawn.was_interrupted and not spawn.lost


def _given_to_parent(spawn: Spawn | None, notices: list[Notice]) -> str | None:
    """What the parent was given, without the client's own lines around it; None when nothing is known of it."""
    if spawn is None or spawn.result is None or spawn.result.is_launch:
        return notices[-1].answer if notices and notices[-1].status in ("completed", "failed") else None
    if not spawn.has_work:
        return spawn.result.text if _spawn_failed(spawn) else None
    blocks = spawn.result.detail.get("content")
    if not isinstance(blocks, list):
        return _CLIENT_S_LINES.split(spawn.result.text, maxsplit=1)[0]
    texts = (flat_text([block]) for block in blocks)
    return "\n".join(text for text in texts if not text.startswith(_CLIENT_S_NOTES))


def _user_denied_tool(spawn: Spawn | None, entries: tuple[Entry, ...]) -> bool:
    """Whether the user refused a tool; an interruption writes the same sentence and is none."""
    if (spawn is not None and spawn.was_interrupted) or any(isinstance(e, Interrupt) for e in entries):
        return False
    return any(isinstance(e, Result) and e.is_error and e.text.startswith(USER_DENIED) for e in entries)


def _moved_on(evidence: SessionEvidence, spawn: Spawn) -> bool:
    if spawn.result is not None or spawn.returned_at is not None or spawn.at is None:
        return False
    if spawn.parent_agent_id is not None:
        return False
    return any(prompt.at is not None and prompt.at > spawn.at for prompt in evidence.user_prompts())
