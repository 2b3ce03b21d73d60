"""A transcript file of Claude Code, read into the few kinds of entry that evidence is made of.

Main files and agent files have the same shape, so one reader serves both. Lines are decoded tolerantly: what differs
between client versions (message content, tool input, tool results) stays untyped until it is looked at here, because a
schema that rejects one odd tool would lose the whole line. Lines repeated with the same uuid count once.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

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
    Usage,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_NOTIFICATION_TAG = "<task-notification>"
_INTERRUPT_TEXT = "[Request interrupted by user"
_SYNTHETIC_MODEL = "<synthetic>"


class _Line(msgspec.Struct):
    """The keys of a transcript line that are looked at; the rest is skipped by the decoder."""

    type: Any = None
    uuid: Any = None
    timestamp: Any = None
    sessionId: Any = None  # noqa: N815 - the client's own key
    agentId: Any = None  # noqa: N815 - the client's own key
    parentUuid: Any = None  # noqa: N815 - the client's own key
    isSidechain: Any = None  # noqa: N815 - the client's own key
    promptId: Any = None  # noqa: N815 - the client's own key
    version: Any = None
    cwd: Any = None
    message: Any = None
    toolUseResult: Any = None  # noqa: N815 - the client's own key
    attachment: Any = None
    isMeta: Any = None  # noqa: N815 - the client's own key
    isCompactSummary: Any = None  # noqa: N815 - the client's own key
    isApiErrorMessage: Any = None  # noqa: N815 - the client's own key
    error: Any = None
    apiErrorStatus: Any = None  # noqa: N815 - the client's own key
    interruptedMessageId: Any = None  # noqa: N815 - the client's own key
    origin: Any = None


_DECODER = msgspec.json.Decoder(_Line)


def parse_transcript(data: bytes, *, agent_id: str | None = None, meta: AgentMeta | None = None) -> Transcript:
    """Read a whole transcript file.

    Lines that are not JSON objects are counted in ``unreadable``, except an unfinished last line: the client may be in
    the middle of writing it.
    """
    lines, unreadable = _read_lines(data)
    if agent_id is not None:  # a fork's file begins with its parent's lines
        lines = [line for line in lines if _text(line.agentId) in (None, agent_id)]
    return _transcript(lines, agent_id=agent_id, unreadable=unreadable, meta=meta or AgentMeta())


def parse_main(data: bytes) -> tuple[Transcript, dict[str, Transcript]]:
    """Read a main file, and the agents whose lines the oldest clients wrote into it, by their first line's uuid."""
    lines, unreadable = _read_lines(data)
    roots: dict[str, str] = {}
    chains: dict[str, list[_Line]] = {}
    for line in lines:
        uuid = _text(line.uuid)
        if line.isSidechain is True and uuid is not None:
            roots[uuid] = roots.get(_text(line.parentUuid) or "", uuid)
            chains.setdefault(roots[uuid], []).append(line)
    main = _transcript([line for line in lines if line.isSidechain is not True], unreadable=unreadable)
    return main, {root: _transcript(chain, agent_id=root, inline=True) for root, chain in chains.items()}


def _read_lines(data: bytes) -> tuple[list[_Line], int]:
    """The lines of a file, those repeated with the same uuid once, and how many could not be read."""
    lines: list[_Line] = []
    unreadable = 0
    seen: set[str] = set()
    for raw in data.splitlines(keepends=True):
        if not raw.strip():
            continue
        try:
            line = _DECODER.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            unreadable += raw.endswith(b"\n")
            continue
        uuid = _text(line.uuid)
        if uuid is not None:
            if uuid in seen:
                continue
            seen.add(uuid)
        lines.append(line)
    return lines, unreadable


def _transcript(
    lines: list[_Line],
    *,
    agent_id: str | None = None,
    unreadable: int = 0,
    meta: AgentMeta = AgentMeta(),  # noqa: B008 - frozen
    inline: bool = False,
) -> Transcript:
    talk = [line for line in lines if line.type in ("user", "assistant")]
    stamps = [at for at in map(_time_ms, talk) if at is not None]
    return Transcript(
        agent_id=agent_id,
        session_id=_first(line.sessionId for line in lines),
        version=_first(line.version for line in lines),
        cwd=_first(line.cwd for line in lines),
        prompt_id=_first(line.promptId for line in talk),
        first_at=stamps[0] if stamps else None,
        last_at=stamps[-1] if stamps else None,
        entries=tuple(entry for line in lines for entry in _entries(line)),
        unreadable=unreadable,
        meta=meta,
        inline=inline,
    )


def session_of(first_line: bytes) -> str | None:
    """The session that a transcript's first line names; None when it names none."""
    try:
        return _text(_DECODER.decode(first_line).sessionId)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def parse_meta(data: bytes) -> AgentMeta:
    """Read an ``agent-<id>.meta.json``; an unreadable one tells nothing."""
    try:
        raw = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return AgentMeta()
    if not isinstance(raw, dict):
        return AgentMeta()
    depth = raw.get("spawnDepth")
    return AgentMeta(
        agent_type=_text(raw.get("agentType")),
        description=_text(raw.get("description")),
        tool_use_id=_text(raw.get("toolUseId")),
        spawn_depth=depth if isinstance(depth, int) else None,
        model=_text(raw.get("model")),
        request_shape=_text(raw.get("requestShape")),
    )


def _entries(line: _Line) -> Iterator[Entry]:
    if line.type == "assistant" and isinstance(line.message, dict):
        yield _reply(line, line.message)
    elif line.type == "user" and isinstance(line.message, dict):
        yield from _user_entries(line, line.message.get("content"))
    elif line.type == "attachment" and isinstance(line.attachment, dict):
        queued = line.attachment.get("prompt")
        if line.attachment.get("type") == "queued_command" and isinstance(queued, str):
            yield from _notices(line, queued)


def _reply(line: _Line, message: dict[str, Any]) -> Reply:
    blocks = [block for block in _blocks(message.get("content")) if isinstance(block, dict)]
    model = _text(message.get("model"))
    status = line.apiErrorStatus
    return Reply(
        at=_time_ms(line),
        uuid=_text(line.uuid),
        message_id=_text(message.get("id")),
        model=None if model == _SYNTHETIC_MODEL else model,
        stop_reason=_text(message.get("stop_reason")),
        text="".join(block["text"] for block in blocks if isinstance(block.get("text"), str)),
        calls=tuple(
            ToolCall(block["id"], block["name"], block["input"] if isinstance(block.get("input"), dict) else {})
            for block in blocks
            if block.get("type") == "tool_use" and _text(block.get("id")) and _text(block.get("name"))
        ),
        usage=None if model == _SYNTHETIC_MODEL else _usage(message.get("usage")),
        is_api_error=line.isApiErrorMessage is True,
        error=_text(line.error),
        api_error_status=status if isinstance(status, int) else None,
    )


def _user_entries(line: _Line, content: Any) -> Iterator[Entry]:
    at = _time_ms(line)
    for block in _blocks(content):
        if not isinstance(block, dict):
            continue
        if block.get("type") == "tool_result" and _text(block.get("tool_use_id")):
            detail = line.toolUseResult if isinstance(line.toolUseResult, dict) else {}
            yield Result(
                at=at,
                tool_use_id=block["tool_use_id"],
                is_error=block.get("is_error") is True,
                text=_flat_text(block.get("content")),
                detail=detail,
                prompt_id=_text(line.promptId),
            )
        elif block.get("type") == "text" and isinstance(block.get("text"), str):
            yield from _text_entries(line, at, block["text"])


def _text_entries(line: _Line, at: int | None, text: str) -> Iterator[Entry]:
    if text.startswith(_INTERRUPT_TEXT):
        yield Interrupt(at=at, message_id=_text(line.interruptedMessageId))
        return
    yield from _notices(line, text)
    yield Prompt(at=at, kind=_prompt_kind(line, text), prompt_id=_text(line.promptId) or _text(line.uuid), text=text)


def _prompt_kind(line: _Line, text: str) -> PromptKind:
    origin = line.origin.get("kind") if isinstance(line.origin, dict) else None
    if text.startswith(_NOTIFICATION_TAG) or origin == "task-notification":
        return "notification"
    if line.isCompactSummary is True:
        return "compact"
    if origin == "coordinator":
        return "coordinator"
    return "meta" if line.isMeta is True else "user"


def _notices(line: _Line, text: str) -> Iterator[Notice]:
    if text.startswith(_NOTIFICATION_TAG):
        yield Notice(
            at=_time_ms(line),
            prompt_id=_text(line.promptId),
            task_id=_tag(text, "task-id"),
            tool_use_id=_tag(text, "tool-use-id"),
            status=_tag(text, "status"),
        )


def _tag(text: str, name: str) -> str | None:
    start = text.find(f"<{name}>")
    end = text.find(f"</{name}>", start)
    return text[start + len(name) + 2 : end].strip() if 0 <= start < end else None


def _blocks(content: Any) -> list[Any]:
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return content if isinstance(content, list) else []


def _flat_text(content: Any) -> str:
    return "\n".join(
        block["text"] for block in _blocks(content) if isinstance(block, dict) and isinstance(block.get("text"), str)
    )


def _usage(raw: Any) -> Usage | None:
    if not isinstance(raw, dict):
        return None
    keys = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    counts = [value if isinstance(value := raw.get(key), int) and value >= 0 else None for key in keys]
    return Usage(*counts)


def _time_ms(line: _Line) -> int | None:
    if not isinstance(line.timestamp, str):
        return None
    try:
        moment = datetime.fromisoformat(line.timestamp)
    except ValueError:
        return None
    return round(moment.timestamp() * 1000) if moment.tzinfo else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _first(values: Iterable[Any]) -> str | None:
    return next((value for value in values if isinstance(value, str) and value), None)
