"""A transcript file of Claude Code, read into the few kinds of entry that evidence is made of.

Main files and agent files have the same shape, so one reader serves both, for the live collector and for history.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from afteraction.sources.claude.entries import (
    AgentMeta,
    Entry,
    Interrupt,
    Notice,
    Prompt,
    PromptKind,
    Reply,
    Result,
    ToolCall,
    Transcript,
    time_ms,
)
from afteraction.sources.claude.lines import BOM, Block, Line, Lines, Message, read_line, read_raw
from afteraction.sources.claude.main_lines import MainLines

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from io import BytesIO, RawIOBase
    from typing import BinaryIO

    from afteraction.sources.claude.lines import Data

_NOTIFICATION_TAG = "<task-notification>"
_INTERRUPT_TEXT = "[Request interrupted by user"
_TURN_LIMIT = "-turn limit"
_ANSWER_LIMIT = 500
_GLANCE_LINES = 20
_GLANCE_BYTES = 4 * 1024 * 1024
_BARE_TYPES = ("summary", "file-history-snapshot")
"""Lines of these types carry neither a session nor an id of their own."""
_SYNTHETIC_MODEL = "<synthetic>"


@dataclass(frozen=True, slots=True)
class Glance:
    """What the first lines of a file tell."""

    is_transcript: bool = False
    first_at: int | None = None
    """When the first of them was written, epoch ms."""
    version: str | None = None


def parse_transcript(data: Data, *, agent_id: str | None = None, meta: AgentMeta | None = None) -> Transcript:
    """Read a whole transcript file.

    Lines that are not JSON objects are counted in ``unreadable``, except an unfinished last line: the client may be in
    the middle of writing it.
    """
    reader = Lines(data)
    lines = reader.all()
    if agent_id is not None:  # a fork's file begins with its parent's lines
        lines = [line for line in lines if line.agentId in (None, agent_id)]
    return _transcript(lines, reader, agent_id=agent_id, meta=meta or AgentMeta())


def parse_main(file: RawIOBase | BytesIO, changed: Collection[str] = ()) -> tuple[Transcript, dict[str, Transcript]]:
    """Read a main file, and the agents whose lines the oldest clients wrote into it, by their first line's uuid.

    ``changed`` are the files that agents with files of their own have changed.
    """
    reader = MainLines(file, changed)
    lines = reader.in_order()
    if not any(line.isSidechain for line in lines):
        return _transcript(lines, reader), {}
    file.seek(0)
    every = Lines(file.read() or b"")
    lines = every.all()
    roots: dict[str, str] = {}
    chains: dict[str, list[Line]] = {}
    for line in lines:
        if line.isSidechain and line.uuid:
            roots[line.uuid] = roots.get(line.parentUuid or "", line.uuid)
            chains.setdefault(roots[line.uuid], []).append(line)
    main = _transcript([line for line in lines if not line.isSidechain], every)
    return main, {root: _transcript(chain, agent_id=root, inline=True) for root, chain in chains.items()}


def _transcript(
    lines: list[Line],
    reader: Lines | MainLines | None = None,
    *,
    agent_id: str | None = None,
    meta: AgentMeta = AgentMeta(),  # noqa: B008 - frozen
    inline: bool = False,
) -> Transcript:
    talk = [line for line in lines if line.type in ("user", "assistant")]
    return Transcript(
        agent_id=agent_id,
        session_id=_first(line.sessionId for line in lines),
        version=_first(line.version for line in lines),
        cwd=_first(line.cwd for line in lines),
        prompt_id=_first(line.promptId for line in talk),
        first_at=next((at for line in talk if (at := time_ms(line.timestamp)) is not None), None),
        last_at=next((at for line in reversed(talk) if (at := time_ms(line.timestamp)) is not None), None),
        entries=tuple(_entries(lines)),
        unreadable=reader.unreadable if reader is not None else 0,
        cut=reader is not None and reader.cut,
        meta=meta,
        inline=inline,
    )


def glance(file: BinaryIO) -> Glance:
    """Look at the first lines of a file, from where it stands."""
    seen = Glance()
    for raw in islice(iter(lambda: file.readline(_GLANCE_BYTES), b""), _GLANCE_LINES):
        line = read_line(raw.removeprefix(BOM))
        if line is None:
            continue
        known = line.type is not None and bool(line.sessionId or line.uuid or line.type in _BARE_TYPES)
        seen = Glance(
            is_transcript=seen.is_transcript or known,
            first_at=seen.first_at if seen.first_at is not None else time_ms(line.timestamp),
            version=seen.version or line.version,
        )
        if seen.is_transcript and seen.first_at is not None and seen.version:
            break
    return seen


def session_of(beginning: bytes) -> str | None:
    """The session that the first lines of a transcript name; None when they name none."""
    return _first(line.sessionId for line in islice(Lines(beginning).one_by_one(), _GLANCE_LINES))


def parse_meta(data: bytes) -> AgentMeta:
    """Read an ``agent-<id>.meta.json``; an unreadable one tells nothing."""
    raw = read_raw(msgspec.Raw(data))
    if not isinstance(raw, dict):
        return AgentMeta()
    said = {key: value for key, value in raw.items() if isinstance(value, str) and value}
    depth = raw.get("spawnDepth")
    return AgentMeta(
        agent_type=said.get("agentType"),
        description=said.get("description"),
        tool_use_id=said.get("toolUseId"),
        spawn_depth=depth if isinstance(depth, int) else None,
        model=said.get("model"),
        request_shape=said.get("requestShape"),
    )


def _entries(lines: Iterable[Line]) -> list[Entry]:
    """What the lines say, in their order."""
    entries: list[Entry] = []
    for line in lines:
        if line.message is not None:
            if line.type == "assistant":
                entries.append(_reply(line, line.message))
            elif line.type == "user":
                entries += _user_entries(line, line.message.content)
        elif line.type == "attachment" and line.attachment is not None and line.attachment.type == "queued_command":
            queued = read_raw(line.attachment.prompt)
            entries += _notices(line, queued) if isinstance(queued, str) else ()
    return entries


def _reply(line: Line, message: Message) -> Reply:
    content = message.content
    text = content if isinstance(content, str) else ""
    calls: tuple[ToolCall, ...] = ()
    for block in content if isinstance(content, list) else ():
        if block.text is not None:
            text += block.text
        if block.type == "tool_use" and block.id and block.name:
            calls += (ToolCall(block.id, block.name, block.input),)
    synthetic = message.model == _SYNTHETIC_MODEL
    return Reply(
        stamp=line.timestamp,
        uuid=line.uuid,
        message_id=message.id,
        model=None if synthetic else message.model,
        stop_reason=message.stop_reason,
        text=text,
        calls=calls,
        usage=None if synthetic else message.usage,
        is_api_error=line.isApiErrorMessage is True,
        error=line.error,
        api_error_status=line.apiErrorStatus,
        cwd=line.cwd,
    )


def _user_entries(line: Line, content: str | list[Block] | None) -> Iterator[Entry]:
    if isinstance(content, str):
        yield from _text_entries(line, content)
        return
    for block in content or ():
        if block.type == "tool_result" and block.tool_use_id:
            is_error = block.is_error is True
            told = (block.content, line.toolUseResult, line.promptId, line.uuid)
            yield Result(line.timestamp, block.tool_use_id, is_error, *told)
        elif block.type == "text" and block.text is not None:
            yield from _text_entries(line, block.text)


def _text_entries(line: Line, text: str) -> Iterator[Entry]:
    at = time_ms(line.timestamp)
    if text.startswith(_INTERRUPT_TEXT):
        yield Interrupt(at=at, message_id=line.interruptedMessageId)
        return
    yield from _notices(line, text)
    prompt_id = line.promptId or line.uuid
    yield Prompt(at=at, kind=_prompt_kind(line, text), prompt_id=prompt_id, text=text, uuid=line.uuid)


def _prompt_kind(line: Line, text: str) -> PromptKind:
    origin = line.origin.kind if line.origin is not None else None
    if text.startswith(_NOTIFICATION_TAG) or origin == "task-notification":
        return "notification"
    if line.isCompactSummary is True:
        return "compact"
    if origin == "coordinator":
        return "coordinator"
    return "meta" if line.isMeta is True else "user"


def _notices(line: Line, text: str) -> Iterator[Notice]:
    if text.startswith(_NOTIFICATION_TAG):
        yield Notice(
            at=time_ms(line.timestamp),
            prompt_id=line.promptId,
            task_id=_tag(text, "task-id"),
            tool_use_id=_tag(text, "tool-use-id"),
            status=_tag(text, "status"),
            answer=_notified(text),
        )


def _notified(text: str) -> str:
    """What a notification gives the parent; nothing where the agent was stopped at its turn limit."""
    summary = _tag(text, "summary") or ""
    if _TURN_LIMIT in summary:
        return ""
    return (_tag(text, "result") or summary.partition(" failed: ")[2])[:_ANSWER_LIMIT]


def _tag(text: str, name: str) -> str | None:
    start = text.find(f"<{name}>")
    end = text.find(f"</{name}>", start)
    return text[start + len(name) + 2 : end].strip() if 0 <= start < end else None


def _first(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value), None)
