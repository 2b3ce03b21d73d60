"""What a transcript is made of, once read: the few kinds of entry that evidence needs, and the file as a whole.

One kind per thing the client writes, instead of its raw lines, so that reconciliation reads as a story and cannot
depend on a version's layout.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

PromptKind = Literal["user", "notification", "coordinator", "meta", "compact"]

_AGENT_ID_IN_TEXT = re.compile(r"\bagentId: ([A-Za-z0-9_-]{4,64})")


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts of one line of one API message."""

    input: int | None
    output: int | None
    cache_read: int | None
    cache_creation: int | None


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One ``tool_use`` block."""

    tool_use_id: str
    name: str
    input: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Prompt:
    """A user line that is text: a prompt, a message, a notification, a summary."""

    at: int | None
    kind: PromptKind
    prompt_id: str | None
    """The client's id of the prompt; older clients have none, and the line's uuid stands for it."""
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A ``<task-notification>``: what the client says about a background task."""

    at: int | None
    prompt_id: str | None
    task_id: str | None
    tool_use_id: str | None
    status: str | None


@dataclass(frozen=True, slots=True)
class Reply:
    """One assistant line: one content block of one API message."""

    at: int | None
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


@dataclass(frozen=True, slots=True)
class Result:
    """One ``tool_result`` block, with the client's structured result beside it where it wrote one."""

    at: int | None
    tool_use_id: str
    is_error: bool
    text: str
    detail: dict[str, Any]
    """``toolUseResult`` when it is an object, else empty."""
    prompt_id: str | None

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


@dataclass(frozen=True, slots=True)
class Interrupt:
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
    meta: AgentMeta = AgentMeta()
    inline: bool = False
    """An agent of the oldest clients, whose lines stand in the main file; ``agent_id`` is its first line's uuid."""

    def of(self, kind: type[Entry]) -> Iterator[Any]:
        """The entries of one kind, in file order."""
        return (entry for entry in self.entries if isinstance(entry, kind))

    @cached_property
    def replies(self) -> tuple[Reply, ...]:
        """All assistant lines."""
        return tuple(self.of(Reply))

    @cached_property
    def calls(self) -> tuple[tuple[Reply, ToolCall], ...]:
        """All tool calls, each with the line it stands on."""
        return tuple((reply, call) for reply in self.replies for call in reply.calls)

    @cached_property
    def results(self) -> dict[str, Result]:
        """Tool results by ``tool_use_id``; the last one wins."""
        return {result.tool_use_id: result for result in self.of(Result)}
