"""What the collector remembers between passes: which sessions need no second look.

Losing this file costs time and nothing else: the next pass looks at everything in the spool again. Ids that come from
transcripts are kept as digests, because nothing has cleared them for storage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import msgspec

from afteraction.store.atomic import write_atomic

if TYPE_CHECKING:
    from pathlib import Path

    from afteraction.paths import Root


class Settled(msgspec.Struct, frozen=True):
    """What showed that nothing more is to be said of an agent."""

    size: int
    mtime_ns: int
    mentions: int
    """Hook events that speak of it."""
    call: str | None
    """Digest of the id of the call that spawned it."""


class SessionMemory(msgspec.Struct, frozen=True):
    """How a session looked when it was last processed."""

    spool_bytes: int
    open: bool
    over: bool
    seen_at_ms: int
    settled: dict[str, Settled] = {}
    """By the digest of their ids, the agents about which everything is said."""

    @property
    def done(self) -> bool:
        """Nothing more is expected of this session."""
        return self.over and not self.open

    def may_have_changed(self, spool_file: Path) -> bool:
        """Whether a pass could find anything new: a session that is not over is always looked at."""
        return not self.done or spool_file.stat().st_size != self.spool_bytes


class Memory(msgspec.Struct):
    """The memory of one root's collector."""

    sessions: dict[str, SessionMemory] = {}

    @classmethod
    def load(cls, root: Root) -> Self:
        """Read the memory; an unreadable one is an empty one."""
        try:
            return msgspec.json.decode((root.state / "collector.json").read_bytes(), type=cls)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return cls()

    def save(self, root: Root) -> None:
        """Replace the stored memory."""
        write_atomic(root.state / "collector.json", msgspec.json.encode(self))

    def forget_all_but(self, session_ids: set[str]) -> None:
        """Drop sessions whose spool file is gone."""
        self.sessions = {key: value for key, value in self.sessions.items() if key in session_ids}
