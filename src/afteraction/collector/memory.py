"""What the collector remembers between passes: which sessions need no second look.

Losing this file costs time and nothing else: the next pass looks at everything in the spool again.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

import msgspec

from afteraction.sources.claude.session_files import file_stamp
from afteraction.store.atomic import write_atomic

if TYPE_CHECKING:
    from afteraction.paths import Root


class Settled(msgspec.Struct, frozen=True):
    """What showed that nothing more is to be said of an agent."""

    size: int
    mtime_ns: int
    mentions: int
    """Hook events that speak of it."""
    tool_use_id: str | None
    """The call that spawned it."""


class SessionMemory(msgspec.Struct, frozen=True):
    """How a session looked when it was last processed."""

    spool_bytes: int
    fingerprint: tuple[tuple[str, int, int], ...]
    """Path, size and modification time (ns) of each of its transcripts."""
    open: bool
    over: bool
    seen_at_ms: int
    settled: dict[str, Settled] = {}
    """By agent id, the agents about which everything is said."""

    @property
    def done(self) -> bool:
        """Nothing more is expected of this session."""
        return self.over and not self.open

    def may_have_changed(self, spool_file: Path) -> bool:
        """Whether a pass could find anything new; a session that is not over is always looked at."""
        if not self.done or spool_file.stat().st_size != self.spool_bytes:
            return True
        return any(file_stamp(Path(path)) != (size, mtime_ns) for path, size, mtime_ns in self.fingerprint)


class Memory(msgspec.Struct):
    """The memory of one root's collector."""

    sessions: dict[str, SessionMemory] = {}
    swept_at_ms: int | None = None

    @classmethod
    def load(cls, root: Root) -> Self:
        """Read the memory; an unreadable one is an empty one."""
        try:
            return msgspec.json.decode((root.state / "collector.json").read_bytes(), type=cls)
        except (OSError, msgspec.DecodeError):
            return cls()

    def save(self, root: Root) -> None:
        """Replace the stored memory."""
        write_atomic(root.state / "collector.json", msgspec.json.encode(self))

    def forget_all_but(self, session_ids: set[str]) -> None:
        """Drop sessions whose spool file is gone."""
        self.sessions = {key: value for key, value in self.sessions.items() if key in session_ids}
