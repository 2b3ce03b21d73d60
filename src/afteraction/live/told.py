"""What was told so far of an agent, of the call that may have started it, and of the session it belongs to.

Each value is the newest of its kind or the first that was known, so that it does not matter in which order it was told.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from afteraction.sources.claude.events import ClientProcess

_CLOCKS_DIFFER_MS = 5_000
"""By how much a record may end before the hook tells of the start: its times are the transcript's."""


@dataclass(slots=True)
class Session:
    """What a session's events say about all its agents."""

    session_id: str | None = None
    transcript_path: str | None = None
    project_dir: str | None = None
    config_dir: str | None = None
    ended_at: int = -1
    cleared_at: int = -1
    heard_at: int = -1


@dataclass(slots=True)
class Call:
    """One call that may have started an agent."""

    parent_agent_id: str | None = None
    background: bool | None = None
    failed_at: int = -1


@dataclass(frozen=True, slots=True)
class OpenAgent:
    """What must be known of an agent to look for its traces; ids and paths as they came, not cleared."""

    agent_id: str
    session_id: str | None
    transcript_path: str | None
    """Of its session's main thread."""
    config_dir: str | None
    client: ClientProcess
    started_at: int
    heard_at: int
    """When its session last said anything, epoch ms."""
    session_ended_at: int
    """When its session last ended, epoch ms; -1 for never."""
    session_cleared_at: int
    """When its session was last left by ``/clear``, after which agents go on."""
    described: bool


@dataclass(slots=True)
class Agent:
    """One agent as far as anything told of it; times are epoch ms, -1 is never."""

    agent_id: str
    session: Session = field(default_factory=Session)
    agent_type: str | None = None
    description: str | None = None
    tool_use_id: str | None = None
    background: bool | None = None
    client: ClientProcess = field(default_factory=ClientProcess)
    started_at: int = -1
    ended_at: int = -1
    rounds: int = 0
    lost: bool = False
    recorded_at: int = -1
    recorded_rounds: int | None = None

    @property
    def is_recorded(self) -> bool:
        """Whether a record tells of its last round."""
        counted = self.recorded_rounds is not None and self.recorded_rounds >= max(self.rounds, 1)
        return self.recorded_at >= max(self.started_at - (_CLOCKS_DIFFER_MS if counted else 0), 0)

    def opened(self) -> OpenAgent:
        """What must be known to look for its traces."""
        return OpenAgent(
            agent_id=self.agent_id,
            session_id=self.session.session_id,
            transcript_path=self.session.transcript_path,
            config_dir=self.session.config_dir,
            client=self.client,
            started_at=self.started_at,
            heard_at=self.session.heard_at,
            session_ended_at=self.session.ended_at,
            session_cleared_at=self.session.cleared_at,
            described=self.description is not None,
        )
