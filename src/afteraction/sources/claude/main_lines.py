"""The lines of a session's main file that can tell of a subagent and its work, found without decoding the others.

Nearly all of a main file is calls of other tools, what they gave, and notes of the client. A line is judged by quoted
words near its beginning: a word with its quotes around it cannot stand inside a JSON string, where a quote is escaped,
however the client writes white space. What is not certainly one of those is decoded. A line that is left out is not
checked beyond its last character, so of broken lines only those count that could have mattered. Judging takes
half the time of decoding every line.

What became of an agent's work is told by few lines: git commands that keep changes or throw them away, changes of files
that an agent had changed between its call and the user's next prompt, and of all other changes the first after each
line that tells of something, because only whether there was one matters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from afteraction.sources.claude.edits import EDITING_TOOLS, path_in
from afteraction.sources.claude.lines import BOM, SPAWNING_TOOLS, Block, Line, once, read_line
from afteraction.sources.claude.search import compile_search

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from io import BytesIO, RawIOBase

TELLING_TOOLS = frozenset({*SPAWNING_TOOLS, "TaskStop", "SendMessage"})
"""Calls of other tools, and their results, say nothing about subagents when they stand in a main file."""

_TELLS_OF_AGENTS = compile_search('"(?:' + "|".join(SPAWNING_TOOLS) + r')"|"isSidechain"\s*:\s*true')
_EDITING_NAMES = tuple(f'{name}"'.encode() for name in sorted(EDITING_TOOLS))
_WORK_BEGINS = frozenset(name[0] for name in (*_EDITING_NAMES, b"Bash"))
"""First letters of the tools that change files: most calls are told apart by them."""
_PATH_KEYS = (b'"file_path":"', b'"notebook_path":"')
_KEEPS_OR_DROPS = re.compile(rb"git\b[^\n]*?(?:add|commit|checkout|restore|revert|reset|stash)\b")
"""A git command that may; what stands before a word may be an escaped end of a line."""
_TELLING_NAMES = tuple(f'{name}"'.encode() for name in sorted(TELLING_TOOLS))
_LINES_TOLD_APART = (b'user"', b'assistant"', b'attachment"')
_BLOCK_BYTES = 1 << 18
_HEAD_BYTES = 2048
_FIRST_KEYS_BYTES = 256
_OPENING, _CLOSING = b"{}"


class MainLines:
    """What was found in one main file."""

    def __init__(self, file: RawIOBase | BytesIO, changed: Collection[str] = ()) -> None:
        """Read the file, from where it stands to its end; ``changed`` are the files that agents have changed."""
        self._changed = frozenset(changed)
        self._changed_as_json = frozenset(msgspec.json.encode(path)[1:-1] for path in changed)
        self._spawned: set[bytes] = set()
        self._agent_told_of = False
        self._agent_at_work = False
        """Since the user's last prompt an agent was called, or its work was given back."""
        self._change_seen = False
        """Since the last line that tells of something else a file was changed."""
        self._found: dict[int, Line] = {}
        self._calls: set[bytes] = set()
        self._answered: set[bytes] = set()
        self._gives_stop_reasons = False
        self.unreadable = 0
        """Decoded lines that are no JSON objects, but for an unfinished last one."""
        self.cut = False
        """Whether the last line is unfinished."""
        begin = file.tell()
        for offset, block, size in _blocks(file):
            self._look_at(offset, block, size)
        if missing := self._calls - self._answered:
            file.seek(begin)
            self._search(file, missing)

    def in_order(self) -> list[Line]:
        """The lines as they follow each other, those repeated with the same uuid once."""
        return list(once(line for _, line in sorted(self._found.items())))

    def _look_at(self, offset: int, block: bytearray, size: int) -> None:
        start = len(BOM) if offset == 0 and block.startswith(BOM) else 0
        find = block.find
        while start < size:
            end = find(b"\n", start, size) + 1 or size
            at = find(b'"role":"', start, start + _HEAD_BYTES)
            if not start <= at < end or block[start] != _OPENING or block[end - 2] != _CLOSING:
                telling = self._note_may_tell(block, start, end)
            elif block.startswith(b'user"', at + 8):
                telling = self._result_may_tell(block, at, end)
            elif block.startswith(b'assistant"', at + 8):
                telling = self._answer_may_tell(block, start, end)
            else:
                telling = True
            if telling:
                self._decode(offset + start, bytes(block[start:end]))
            start = end

    def _note_may_tell(self, block: bytearray, start: int, end: int) -> bool:
        """Whether a line that has no message may tell anything: of those only a queued command does."""
        if block[start] != _OPENING or block[end - 2] != _CLOSING:
            return True
        if block.startswith(b'{"type":"', start):
            return block.startswith(_LINES_TOLD_APART, start + 9)
        head = min(end, start + _HEAD_BYTES)
        if block.find(b'"attachment":', start, head) < 0 or block.find(b'"message"', start, head) >= 0:
            return True
        return block.find(b'"queued_command"', start, end) >= 0

    def _result_may_tell(self, block: bytearray, at: int, end: int) -> bool:
        """Whether a user line is a prompt, or what a telling call gave; ``at`` is where its role is named."""
        at = block.find(b'"tool_use_id":"', at, min(end, at + _FIRST_KEYS_BYTES))
        if at < 0:
            return True
        return bytes(block[at + 15 : block.find(b'"', at + 15, end)]) in self._calls

    def _answer_may_tell(self, block: bytearray, start: int, end: int) -> bool:
        """Whether an assistant line calls a telling tool, or is the first with a stop reason."""
        if not self._gives_stop_reasons:
            reason = block.rfind(b'"stop_reason":', start, end)
            if reason >= 0 and not block.startswith(b"null", reason + 14):
                return True
        at = start
        while (at := block.find(b'"type":"tool_use"', at, end)) >= 0:
            at += 17
            name = block.find(b'"name":"', at, min(end, at + _FIRST_KEYS_BYTES))
            other_order = name < 0 or block.find(b"{", at, name) >= 0 or block.find(b"}", at, name) >= 0
            if other_order or block.startswith(_TELLING_NAMES, name + 8):
                return True
            if block[name + 8] in _WORK_BEGINS and self._agent_told_of and self._work_may_tell(block, name + 8, end):
                return True
        return False

    def _work_may_tell(self, block: bytearray, name: int, end: int) -> bool:
        """Whether a call, whose name begins at ``name``, may tell what became of an agent's work."""
        if block.startswith(b'Bash"', name):
            return block.find(b"git", name, end) >= 0 and _KEEPS_OR_DROPS.search(block, name, end) is not None
        if not block.startswith(_EDITING_NAMES, name):
            return False
        if not self._change_seen:
            return True
        if not self._agent_at_work or not self._changed:
            return False
        for key in _PATH_KEYS:
            at = block.find(key, name, min(end, name + _FIRST_KEYS_BYTES)) + len(key)
            if at >= len(key):
                path = bytes(block[at : block.find(b'"', at, end)])
                return path in self._changed_as_json or b"\\" in path
        return True

    def _decode(self, offset: int, raw: bytes) -> None:
        line = read_line(raw)
        if line is None:
            if not raw.endswith(b"\n"):
                self.cut = True
            elif raw.strip():
                self.unreadable += 1
            return
        if self._tells(line):
            self._found[offset] = line

    def _tells(self, line: Line) -> bool:
        """Whether a decoded line tells of a subagent, its work, or a prompt, or that this client gives stop reasons."""
        blocks = blocks_of(line)
        if line.type != "assistant":
            return self._tells_a_user_line(line, blocks)
        spawned = {block.id.encode() for block in blocks if block.name in TELLING_TOOLS and block.id}
        changes = [block for block in blocks if block.name in EDITING_TOOLS and block.id] if self._agent_told_of else []
        calls = {*spawned, *self._calls_about_work(blocks, changes)}
        first_change = bool(changes) and not self._change_seen
        gives_one = line.message is not None and line.message.stop_reason is not None and not line.isApiErrorMessage
        first = gives_one and not self._gives_stop_reasons
        self._gives_stop_reasons = self._gives_stop_reasons or gives_one
        self._calls |= calls
        self._spawned |= spawned
        if spawned:
            self._agent_told_of = self._agent_at_work = True
        self._change_seen = bool(changes) or (self._change_seen and not calls)
        return bool(calls) or first or first_change

    def _tells_a_user_line(self, line: Line, blocks: Sequence[Block]) -> bool:
        answered = {block.tool_use_id.encode() for block in blocks if block.tool_use_id is not None} & self._calls
        self._answered |= answered
        if blocks and None not in [b.tool_use_id for b in blocks] and not answered:
            return False
        self._change_seen = False
        if answered & self._spawned or _is_notice(line):
            self._agent_told_of = self._agent_at_work = True
        elif _is_prompt(line):
            self._agent_at_work = False
        return True

    def _calls_about_work(self, blocks: Sequence[Block], changes: Sequence[Block]) -> Iterator[bytes]:
        """The calls of which must be known how they ended: git commands, and changes of what an agent had changed."""
        if not self._agent_told_of:
            return
        for block in blocks:
            if block.name == "Bash" and block.id and _KEEPS_OR_DROPS.search(bytes(block.input)):
                yield block.id.encode()
        if self._agent_at_work and self._changed:
            for block in changes:
                if block.id and path_in(block.input) in self._changed:
                    yield block.id.encode()

    def _search(self, file: RawIOBase | BytesIO, calls: set[bytes]) -> None:
        """Decode the lines that name calls whose results are not known: they may be the second on their line."""
        for offset, block, size in _blocks(file):
            for call in calls:
                end = 0
                while (at := block.find(call, end, size)) >= 0:
                    start = block.rfind(b"\n", end, at) + 1 or end
                    end = block.find(b"\n", at, size) + 1 or size
                    if offset + start not in self._found:
                        line = read_line(bytes(block[start:end]))
                        if line is not None:
                            self._found[offset + start] = line


def tells_of_agents(file: RawIOBase | BytesIO) -> bool:
    """Whether a main file can have anything to say about subagents that have no files of their own."""
    return any(_TELLS_OF_AGENTS.found(block, 0, size) for _, block, size in _blocks(file))


def _is_prompt(line: Line) -> bool:
    """Whether a user line is certainly something that the user said."""
    said = line.type == "user" and not line.isMeta and not line.isCompactSummary
    human = line.origin is None or line.origin.kind == "human"
    return said and human and _text(line)[:1] not in ("", "<", "[")


def _is_notice(line: Line) -> bool:
    """Whether a line may give the work of an agent in the background to the main agent."""
    return line.attachment is not None or _text(line).startswith("<task-notification>")


def _text(line: Line) -> str:
    """The first text of a line."""
    content = line.message.content if line.message is not None else None
    return (content if isinstance(content, str) else next((b.text for b in blocks_of(line) if b.text), "")).lstrip()


def blocks_of(line: Line) -> Sequence[Block]:
    """The content blocks of a line; none where its content is mere text."""
    content = line.message.content if line.message is not None else None
    return content if isinstance(content, list) else ()


def _blocks(file: RawIOBase | BytesIO) -> Iterator[tuple[int, bytearray, int]]:
    """The file in blocks of whole lines: where each begins, a buffer, and how much of it is the block.

    The buffer is used again for the next block. Only the last block may end without a line's end.
    """
    buffer = bytearray(_BLOCK_BYTES)
    offset = filled = 0
    while True:
        if filled == len(buffer):  # one line is longer
            buffer += bytes(len(buffer))
        with memoryview(buffer) as view:
            read = file.readinto(view[filled:]) or 0
        filled += read
        end = buffer.rfind(b"\n", 0, filled) + 1 if read else filled
        if end:
            yield offset, buffer, end
            offset += end
            buffer[: filled - end] = buffer[end:filled]
            filled -= end
        if not read:
            return
