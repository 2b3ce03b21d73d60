"""A session that tells of its agents as the client does: hook processes, and the files it writes beside them.

The hooks' client is this process, which lives as long as the test, or one that is gone as soon as it has told.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from afteraction.live.watch import Watch
from afteraction.paths import Root
from afteraction.privacy.redactor import Redactor
from tests.hook_process import SILENT, run_hook
from tests.replay import Machine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from afteraction.live.snapshot import EndedAgent, RunningAgent

_sessions = itertools.count(1)


@dataclass
class Telling:
    """One session of a client that has the hooks installed."""

    home: Path
    session_id: str = field(default_factory=lambda: f"5e551011-0000-4000-8000-{next(_sessions):012d}")
    alive: bool = True
    """Whether the client goes on after it has told."""
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def machine(self) -> Machine:
        """Where it all lies."""
        return Machine(self.home)

    @property
    def root(self) -> Root:
        """The telemetry root."""
        return Root(self.machine.root)

    @property
    def project(self) -> Path:
        """The folder it works in."""
        return self.home / "shop"

    @property
    def transcript(self) -> Path:
        """The main transcript."""
        return self.home / ".claude" / "projects" / "-shop" / f"{self.session_id}.jsonl"

    def watch(self, **arguments: Any) -> Watch:
        """A new watch of its root."""
        environ = self.machine.environ
        return Watch(self.root, environ, Redactor(environ, str(self.home)), **arguments)

    def tell(self, event: str, **members: Any) -> None:
        """Run the hook for one event."""
        payload = {
            "session_id": self.session_id,
            "transcript_path": str(self.transcript),
            "cwd": str(self.project),
            "hook_event_name": event,
            **members,
        }
        environ = {"CLAUDE_PROJECT_DIR": str(self.project)}
        if self.alive:
            assert run_hook(payload, self.root.path, environment=environ) == SILENT
        else:
            self.machine.send([payload], environ=environ)

    def start(self, agent_id: str, agent_type: str = "test-runner", description: str | None = None) -> None:
        """An agent begins; its description goes where the client writes it, before the hook."""
        if description is not None:
            self.write_meta(agent_id, agentType=agent_type, description=description)
        self.tell("SubagentStart", agent_id=agent_id, agent_type=agent_type)

    def stop(self, agent_id: str, agent_type: str = "test-runner") -> None:
        """An agent says that it has ended."""
        self.tell("SubagentStop", agent_id=agent_id, agent_type=agent_type)

    def call(self, tool_use_id: str, **members: Any) -> None:
        """Somebody asks for an agent."""
        self.tell("PreToolUse", tool_name="Agent", tool_use_id=tool_use_id, **members)

    def returned(self, tool_use_id: str, agent_id: str, status: str, *, by: str | None = None) -> None:
        """The call that started an agent comes back to the main thread, or to the agent that made it."""
        caller = {} if by is None else {"agent_id": by}
        response = {"status": status, "agentId": agent_id}
        self.tell("PostToolUse", tool_name="Agent", tool_use_id=tool_use_id, tool_response=response, **caller)

    def write_meta(self, agent_id: str, **members: str) -> None:
        """What the client writes down of an agent as it starts it."""
        folder = self.transcript.with_suffix("") / "subagents"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"agent-{agent_id}.meta.json").write_text(json.dumps(members))


def running(watch: Watch) -> list[RunningAgent]:
    """Who runs now."""
    return list(watch.look().running)


def names(watch: Watch) -> list[str]:
    """The ids of those that run now."""
    return [agent.agent_id for agent in watch.look().running]


def ended(watch: Watch) -> list[EndedAgent]:
    """Who has ended, the newest first."""
    return list(watch.look().ended)
