"""What the scripted model is to say: conversations of steps, as plain data.

A conversation is chosen by a marker in its first user message and a step by how many answers the request's
own history already holds, so a script has no cursor that parallel agents, retries or resumed sessions could
disturb.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

LAST_AGENT = "$LAST_AGENT"
"""As a tool input's value: the id of the agent that the conversation launched last."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text block of an answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A tool call in an answer; its id is given by the server."""

    name: str
    input: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Usage:
    """The token numbers the model claims for one answer."""

    input: int = 1000
    output: int = 50
    cache_read: int = 200
    cache_creation: int = 30


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer of the model."""

    blocks: tuple[Text | ToolUse, ...]
    stop_reason: str | None = None
    """None means what fits the blocks: ``tool_use`` where a tool is called, else ``end_turn``."""
    usage: Usage = field(default_factory=Usage)
    delay_s: float = 0.0
    gate: str | None = None
    """Answer only after :meth:`ModelServer.open_gate` was called with this name."""


@dataclass(frozen=True, slots=True)
class ApiError:
    """The model's service refuses, every time it is asked for this step."""

    status: int
    type: str
    message: str


@dataclass(frozen=True, slots=True)
class Hang:
    """The model never answers, until the server is closed."""


Step = Turn | ApiError | Hang


@dataclass(frozen=True, slots=True)
class Conversation:
    """Everything the model says to one agent, or to the user's own session."""

    marker: str
    """Found in the first user message; the first conversation of a script whose marker is there is played."""
    steps: tuple[Step, ...] = ()
    final: Turn = field(default_factory=lambda: Turn((Text("done"),)))
    """Said when the steps are used up, and in answer to every notification."""


def say(text: str) -> Turn:
    """An answer of text alone; an empty text gives an answer without any block."""
    return Turn((Text(text),) if text else ())


def call(*tools: ToolUse, gate: str | None = None) -> Turn:
    """An answer that calls these tools at once."""
    return Turn(tools, gate=gate)


def read(path: str) -> ToolUse:
    """Read one file, relative to the project."""
    return ToolUse("Read", {"file_path": path})


def write(path: str, content: str) -> ToolUse:
    """Write one file."""
    return ToolUse("Write", {"file_path": path, "content": content})


def edit(path: str, old: str, new: str) -> ToolUse:
    """Replace text in one file."""
    return ToolUse("Edit", {"file_path": path, "old_string": old, "new_string": new})


def bash(command: str) -> ToolUse:
    """Run one shell command."""
    return ToolUse("Bash", {"command": command, "description": "Scripted command"})


def agent(agent_type: str, description: str, prompt: str, *, background: bool = False) -> ToolUse:
    """Spawn one subagent; ``run_in_background`` is always said: its default changed between versions."""
    return ToolUse(
        "Agent",
        {
            "subagent_type": agent_type,
            "description": description,
            "prompt": prompt,
            "run_in_background": background,
        },
    )
