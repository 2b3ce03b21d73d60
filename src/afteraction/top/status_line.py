"""The client's own line of each running subagent, with what is known of its kind.

The client asks every few seconds, so nothing is opened but one file that the collector keeps current: a database would
cost more than the answer is worth. Where nothing is known there is no answer, and the client shows its own line.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from afteraction.analytics.agents import FEW
from afteraction.collector.analytics_files import AGENTS_FILE
from afteraction.output.durations import duration
from afteraction.output.figures import percent
from afteraction.output.text import plain
from afteraction.sources.claude.session_files import agent_meta

if TYPE_CHECKING:
    from collections.abc import Mapping

    from afteraction.collector.record import Gate
    from afteraction.paths import Root

_RUNNING = "running"
_SEPARATOR = " · "


class Task(msgspec.Struct, frozen=True):
    """One subagent as the client tells of it, by the client's own keys."""

    id: str
    status: str | None = None
    agentType: str | None = None  # noqa: N815 - the client's own key
    description: str | None = None
    startTime: float | None = None  # noqa: N815 - the client's own key


class Asked(msgspec.Struct, frozen=True):
    """What the client gives its ``subagentStatusLine`` command."""

    tasks: tuple[Task, ...] = ()
    columns: int | None = None
    transcript_path: str | None = None


class Known(msgspec.Struct, frozen=True):
    """What the collector wrote down of one agent's last weeks."""

    agent_name: str
    invocations: int
    success: int
    success_rate: float
    median_ms: int | None


class _AgentsFile(msgspec.Struct, frozen=True):
    agents: tuple[Known, ...] = ()


def read_asked(data: bytes) -> Asked | None:
    """What the client asks; None when that cannot be read."""
    try:
        return msgspec.json.decode(data, type=Asked)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def read_known(root: Root) -> dict[str, Known]:
    """What is known of each agent, by name; nothing where the file is missing or cannot be read."""
    try:
        found = msgspec.json.decode((root.analytics / AGENTS_FILE).read_bytes(), type=_AgentsFile)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return {one.agent_name: one for one in found.agents}


def with_types(asked: Asked, projects: Path) -> Asked:
    """The same, agents that the client does not name by type (2.1.197) with the type that it wrote down."""
    if asked.transcript_path is None:
        return asked
    main = Path(asked.transcript_path)
    typed = (
        msgspec.structs.replace(task, agentType=task.agentType or agent_meta(main, task.id, projects).agent_type)
        for task in asked.tasks
    )
    return msgspec.structs.replace(asked, tasks=tuple(typed))


def answers(asked: Asked, known: Mapping[str, Known], gate: Gate, now_ms: int) -> list[str]:
    """One JSON line for each running agent of which anything is known."""
    lines = []
    for task in asked.tasks:
        found = known.get(gate.redact_name(task.agentType)) if task.agentType else None
        if found is not None and task.status == _RUNNING:
            content = _content(task, found, now_ms)[: asked.columns]
            lines.append(msgspec.json.encode({"id": task.id, "content": content}).decode())
    return lines


def _content(task: Task, found: Known, now_ms: int) -> str:
    few = found.invocations < FEW
    rate = f"{found.success}/{found.invocations}" if few else percent(found.success_rate)
    parts = [plain(found.agent_name), f"{rate} ok"]
    now = f"now {duration(now_ms - task.startTime)}" if task.startTime is not None else ""
    usually = f"usually {duration(found.median_ms)}" if found.median_ms is not None else ""
    parts += [", ".join(part for part in (usually, now) if part), plain(task.description or "")]
    return _SEPARATOR.join(part for part in parts if part)
