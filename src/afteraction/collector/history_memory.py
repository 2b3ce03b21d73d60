"""What import remembers: how each session's files looked when they were last read.

Losing this file costs one more reading and nothing else. Paths come from outside and are kept as digests. Whoever
changes how transcripts are read or judged raises ``READER``, and the next import reads everything again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import msgspec

from afteraction.collector.identity import digest
from afteraction.store.atomic import write_atomic

if TYPE_CHECKING:
    from pathlib import Path

    from afteraction.paths import Root
    from afteraction.sources.claude.history import PastSession

READER = 1


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """How a session looked when it was last read."""

    stamp: str
    open: bool
    """Something in it still ran, or could not be read."""
    first_ms: int | None = None
    """Its oldest line, epoch ms: an import that was stopped has told no days yet."""
    foreign: bool = False
    """It is no transcript."""


class HistoryMemory(msgspec.Struct):
    """The sessions that were read, by the digest of their place."""

    reader: int = READER
    sessions: dict[str, Seen] = {}
    unfinished: bool = False
    """An import of the client's own history began and has not ended."""

    @classmethod
    def load(cls, root: Root) -> Self:
        """Read the memory; an unreadable one, or one of another reader, is an empty one."""
        try:
            found = msgspec.json.decode(_file(root).read_bytes(), type=cls)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return cls()
        return found if found.reader == READER else cls()

    def save(self, root: Root) -> None:
        """Replace the stored memory."""
        write_atomic(_file(root), msgspec.json.encode(self))

    def unchanged(self, session: PastSession) -> Seen | None:
        """What is known of a session with nothing new; None when its files changed or something in it still ran."""
        seen = self.sessions.get(str(digest(session.place)))
        return None if seen is None or seen.open or seen.stamp != session.stamp else seen

    def note(self, session: PastSession, seen: Seen) -> None:
        """Remember a session as it was read."""
        self.sessions[str(digest(session.place))] = seen


def _file(root: Root) -> Path:
    return root.state / "history.json"
