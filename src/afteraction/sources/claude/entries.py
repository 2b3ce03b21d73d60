"""What a transcript is made of, once read: the few kinds of entry that evidence needs, and the file as a whole.

One kind per thing the client writes, instead of its raw lines, so that reconciliation reads as a story and cannot
depend on a version's layout. The kinds are ``msgspec`` structs: a year of history holds millions of them, and they are
made six times as fast as frozen dataclasses.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from afteraction.sources.claude.edits import path_in
from afteraction.sources.claude.lines import Usage, read_raw

if TYPE_CHECKING:
    from collections.abc import Sequence

PromptKind = Literal["user", "notification", "coordinator", "meta", "compact"]

_AGENT_ID_IN_TEXT = re.compile(r"\bagentId: ([A-Za-z0-9_-]{4,64})")


class ToolCall(msgspec.Struct, frozen=True, gc=False):
    """One ``tool_use`` block."""

    tool_use_id: str
    name: str
    raw_input: msgspec.Raw

    @property
    def input(self) -> dict[str, Any]:
        """What the tool was given, decoded with every look; empty when that is no object."""
        value = read_raw(self.raw_input)
        return value if isinstance(value, dict) else {}

    @property
    def path(self) -> str | None:
        """The file it names, where it is a call that reads or changes one."""
        return path_in(self.raw_input)


class Prompt(msgspec.Struct, frozen=True, gc=False):
    """A user line that is text: a prompt, a message, a notification, a summary."""

    at: int | None
    kind: PromptKind
    prompt_id: str | None
    """The client's id of the prompt; older clients have none, and the line's uuid stands for it."""
    text: str
    uuid: str | None = None


class Notice(msgspec.Struct, frozen=True, gc=False):
    """A ``<task-notification>``: what the client says about a background task."""

    at: int | None
    prompt_id: str | None
    task_id: str | None
    tool_use_id: str | None
    status: str | None
    answer: str | None = None
    """What the parent was given with it, shortened: the answer, or why there is none; None where a hook told."""


class Reply(msgspec.Struct, frozen=True, gc=False):
    """One assistant line: one content block of one API message."""

    stamp: str | None
    """As the client wrote it."""
    uuid: str | None
    message_id: str | None
    model: str | None
    stop_reason: str | None
    text: str
    calls: tuple[ToolCall, ...]
    usage: Usage | None
    is_api_error: bool
    error: str | None
    api_error_status: int | None
    cwd: str | None = None
    """The folder in which its calls begin."""

    @property
    def at(self) -> int | None:
        """When it was written, epoch ms; read where it is asked for, which is of few lines."""
        return time_ms(self.stamp)


class Result(msgspec.Struct, frozen=True, dict=True):
    """One ``tool_result`` block, with the client's structured result beside it where it wrote one."""

    stamp: str | None
    """As the client wrote it."""
    tool_use_id: str
    is_error: bool
    raw_content: msgspec.Raw
    raw_detail: msgspec.Raw
    prompt_id: str | None
    uuid: str | None = None

    @property
    def at(self) -> int | None:
        """When it was written, epoch ms; read where it is asked for, which is of few lines."""
        return time_ms(self.stamp)

    @cached_property
    def text(self) -> str:
        """What the model was given, as text."""
        return flat_text(read_raw(self.raw_content))

    @cached_property
    def detail(self) -> dict[str, Any]:
        """``toolUseResult`` when it is an object, else empty."""
        value = read_raw(self.raw_detail)
        return value if isinstance(value, dict) else {}

    @property
    def agent_id(self) -> str | None:
        """The subagent this result speaks of, from the structured result, else from its text."""
        named = self.detail.get("agentId")
        if isinstance(named, str):
            return named
        found = _AGENT_ID_IN_TEXT.search(self.text)
        return found.group(1) if found else None

    @property
    def is_launch(self) -> bool:
        """Whether this only says that the agent was started in the background."""
        return self.detail.get("status") == "async_launched" or self.text.startswith("Async agent launched")


class Interrupt(msgspec.Struct, frozen=True, gc=False):
    """The line the client writes when the user (or a signal) interrupts."""

    at: int | None
    message_id: str | None
    """Set when the user pressed Esc or Ctrl-C in the terminal."""


Entry = Prompt | Notice | Reply | Result | Interrupt


@dataclass(frozen=True, slots=True)
class AgentMeta:
    """``agent-<id>.meta.json``, written at start."""

    agent_type: str | None = None
    description: str | None = None
    tool_use_id: str | None = None
    spawn_depth: int | None = None
    model: str | None = None
    request_shape: str | None = None


@dataclass(frozen=True)
class Transcript:
    """One transcript file as evidence."""

    agent_id: str | None
    """None for a session's main file."""
    session_id: str | None
    version: str | None
    cwd: str | None
    prompt_id: str | None
    first_at: int | None
    last_at: int | None
    entries: tuple[Entry, ...]
    unreadable: int
    """Lines that could not be read."""
    cut: bool = False
    """Whether its last line is unfinished."""
    meta: AgentMeta = AgentMeta()
    inline: bool = False
    """An agent of the oldest clients, whose lines stand in the main file; ``agent_id`` is its first line's uuid."""

    def of(self, kind: type[Entry]) -> Sequence[Any]:
        """The entries of one kind, in file order."""
        return self._by_kind.get(kind, ())

    @cached_property
    def _by_kind(self) -> dict[type[Entry], list[Entry]]:
        found: dict[type[Entry], list[Entry]] = defaultdict(list)
        for entry in self.entries:
            found[type(entry)].append(entry)
        return found

    @cached_property
    def replies(self) -> tuple[Reply, ...]:
        """All assistant lines."""
        return tuple(self.of(Reply))

    @cached_property
    def calls(self) -> tuple[tuple[Reply, ToolCall], ...]:
        """All tool calls, each with the line it stands on."""
        return tuple([(reply, call) for reply in self.of(Reply) for call in reply.calls])

    @cached_property
    def results(self) -> dict[str, Result]:
        """Tool results by ``tool_use_id``; the last one wins."""
        return {result.tool_use_id: result for result in self.of(Result)}


def time_ms(stamp: str | None) -> int | None:
    """A line's time as the client writes it, in epoch ms; None for what is no time, or one of no known zone."""
    if stamp is None:
        return None
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return round(moment.timestamp() * 1000) if moment.tzinfo else None


def flat_text(content: Any) -> str:
    """The text of a message's content, which is a string or a list of blocks."""
    if isinstance(content, str):
        return content
    blocks = content if isinstance(content, list) else []
    return "\n".join(
        block["text"] for block in blocks if isinstance(block, dict) and isinstance(block.get("text"), str)
    )
