"""The lines of a transcript, decoded as far as evidence needs them.

A line is decoded into typed structs that name the keys which are looked at; everything else, and the bulk of every tool
call and result, is stepped over and decoded only when it is asked for. All lines of a file are decoded in one call: to
look at each first for whether it can be left out took 1.4 times as long as to decode all (370 MB of 4 KB lines). A line
with an unexpected type somewhere is read again key by key, because one odd value must not lose the line.
"""

from __future__ import annotations

import functools
import mmap
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import msgspec

from afteraction.sources.claude.mending import mended

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    Struct = TypeVar("Struct", bound=msgspec.Struct)

Data = bytes | mmap.mmap
"""A transcript's content, read or mapped."""

BOM = b"\xef\xbb\xbf"
_UNREAD = msgspec.Raw()
_Count = Annotated[int, msgspec.Meta(ge=0)]

SPAWNING_TOOLS = ("Agent", "Task", "Skill", "Workflow")
"""Tools whose calls may start a subagent."""


class Block(msgspec.Struct, gc=False):
    """One content block of a message."""

    type: str | None = None
    text: str | None = None
    id: str | None = None
    name: str | None = None
    input: msgspec.Raw = _UNREAD
    tool_use_id: str | None = None
    is_error: bool | None = None
    content: msgspec.Raw = _UNREAD


class Usage(
    msgspec.Struct,
    frozen=True,
    gc=False,
    rename={
        "input": "input_tokens",
        "output": "output_tokens",
        "cache_read": "cache_read_input_tokens",
        "cache_creation": "cache_creation_input_tokens",
    },
):
    """``message.usage``: token counts of one line of one API message; what is no count is None."""

    input: _Count | None = None
    output: _Count | None = None
    cache_read: _Count | None = None
    cache_creation: _Count | None = None


class Message(msgspec.Struct, gc=False):
    """``message`` of a user or assistant line."""

    id: str | None = None
    model: str | None = None
    stop_reason: str | None = None
    content: str | list[Block] | None = None
    usage: Usage | None = None


class Attachment(msgspec.Struct, gc=False):
    """``attachment``: of its many kinds only a queued command is looked at."""

    type: str | None = None
    prompt: msgspec.Raw = _UNREAD


class Origin(msgspec.Struct, gc=False):
    """``origin``: who a user line really comes from."""

    kind: str | None = None


class Line(msgspec.Struct, gc=False):
    """The keys of a transcript line that are looked at."""

    type: str | None = None
    uuid: str | None = None
    timestamp: str | None = None
    sessionId: str | None = None  # noqa: N815 - the client's own key
    agentId: str | None = None  # noqa: N815 - the client's own key
    parentUuid: str | None = None  # noqa: N815 - the client's own key
    isSidechain: bool | None = None  # noqa: N815 - the client's own key
    promptId: str | None = None  # noqa: N815 - the client's own key
    version: str | None = None
    cwd: str | None = None
    message: Message | None = None
    toolUseResult: msgspec.Raw = _UNREAD  # noqa: N815 - the client's own key
    attachment: Attachment | None = None
    isMeta: bool | None = None  # noqa: N815 - the client's own key
    isCompactSummary: bool | None = None  # noqa: N815 - the client's own key
    isApiErrorMessage: bool | None = None  # noqa: N815 - the client's own key
    error: str | None = None
    apiErrorStatus: int | None = None  # noqa: N815 - the client's own key
    interruptedMessageId: str | None = None  # noqa: N815 - the client's own key
    origin: Origin | None = None


_DECODER = msgspec.json.Decoder(Line)


class Lines:
    """Lines of one file in their order, those repeated with the same uuid once."""

    def __init__(self, data: Data) -> None:
        """Take a file's content; nothing is decoded yet."""
        self._data = data
        self._view = memoryview(data)
        self.unreadable = 0
        """Lines that are no JSON objects, but for an unfinished last one: the client may be writing it."""
        self.cut = False
        """Whether the last line is unfinished."""

    def all(self) -> list[Line]:
        """Every line."""
        start, end = self._start(), self._data.rfind(b"\n") + 1
        try:
            whole = _DECODER.decode_lines(self._view[start:end]) if start < end else []
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return list(self.one_by_one())
        found = [*whole, *self._read(max(start, end))]
        uuids = [line.uuid for line in found if line.uuid is not None]
        return found if len(set(uuids)) == len(uuids) else list(once(found))

    def one_by_one(self) -> Iterator[Line]:
        """The lines in their order, each decoded when it is asked for."""
        return once(self._read(self._start()))

    def _start(self) -> int:
        return len(BOM) if self._data[: len(BOM)] == BOM else 0

    def _read(self, start: int) -> Iterator[Line]:
        data, size = self._data, len(self._data)
        while start < size:
            end = data.find(b"\n", start) + 1 or size
            line = read_line(self._view[start:end]) if end - start > 1 else None
            if line is not None:
                yield line
            elif data[end - 1 : end] != b"\n":
                self.cut = True
            elif data[start:end].strip():
                self.unreadable += 1
            start = end


def once(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines, those repeated with the same uuid once."""
    seen: set[str] = set()
    for line in lines:
        if line.uuid is None or line.uuid not in seen:
            yield line
        if line.uuid is not None:
            seen.add(line.uuid)


def read_raw(raw: msgspec.Raw) -> Any:
    """What a stepped-over value is; None when there is none, or when it cannot be decoded."""
    if not raw:
        return None
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        whole = mended(raw)
        return read_raw(msgspec.Raw(whole)) if whole is not None else None


def read_as(raw: msgspec.Raw, struct: type[Struct]) -> Struct:
    """A stepped-over object by the keys that a struct names; without those that are missing or of another type."""
    if not raw:
        return struct()
    try:
        found: Struct = _decoder(struct).decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        whole = mended(raw)
        members = _members(raw if whole is None else msgspec.Raw(whole))
        return struct() if members is None else _salvage(struct, members)
    return found


@functools.cache
def _decoder(struct: type[Struct]) -> msgspec.json.Decoder[Struct]:
    return msgspec.json.Decoder(struct)


def read_line(raw: memoryview | bytes) -> Line | None:
    """One line; None when it is no JSON object."""
    try:
        return _DECODER.decode(raw)
    except msgspec.ValidationError:
        line = _read_tolerantly(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        line = None
    if line is None and (whole := mended(raw)) is not None:
        return read_line(memoryview(whole))
    return line


def _read_tolerantly(raw: memoryview | bytes) -> Line | None:
    try:
        found = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    line = _salvage(Line, found)
    if line.message is None and "message" in found:
        line.message = _salvage_message(found["message"])
    return line


def _salvage_message(raw: msgspec.Raw) -> Message | None:
    found = _members(raw)
    if found is None:
        return None
    message = _salvage(Message, found)
    if message.content is None and "content" in found:
        try:
            blocks = msgspec.json.decode(found["content"], type=list[msgspec.Raw])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return message
        message.content = [_salvage(Block, members) for block in blocks if (members := _members(block)) is not None]
    if message.usage is None and "usage" in found:
        usage = _members(found["usage"])
        message.usage = _salvage(Usage, usage) if usage is not None else None
    return message


def _members(raw: msgspec.Raw) -> dict[str, msgspec.Raw] | None:
    try:
        return msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _salvage(struct: type[Struct], found: dict[str, msgspec.Raw]) -> Struct:
    """The struct with every key that has the expected type; the others are as if they were not there."""
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(struct):
        raw = found.get(field.encode_name)
        if raw is None:
            continue
        if field.type is msgspec.Raw:
            values[field.name] = raw
            continue
        try:
            values[field.name] = msgspec.json.decode(raw, type=field.type)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
    return struct(**values)
