"""The hooks' lines as they are written: each look reads what has been added to the spool since the last.

A look costs one ``stat`` of the folder and one of each session's file; nothing is opened that has not grown. The
kernel's own notices (inotify) would save these, but tell nothing of files that another machine or container writes, so
looks would be needed beside them. Only complete lines are taken: a hook may be in the middle of one.
"""

from __future__ import annotations

import contextlib
import os
import stat
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.sources.claude.events import decode_events

if TYPE_CHECKING:
    from pathlib import Path

    from afteraction.sources.claude.events import HookEvent

MOST_FILES = 1_000
"""So many sessions are listened to, those that spoke last."""
MOST_BYTES = 8 << 20
"""So much is read at once, and of one file that is new here; older lines tell of what is long over."""
OLD_LOOKS = 8
"""So many looks' worth is read of all files that are new here, those first that spoke last."""
_LONGEST_LINE = 64 << 10
"""No hook writes longer ones; what is longer is no line."""
_SAME_TICK_NS = 100_000_000
"""A folder that changed so shortly before it was listed may have changed again at the same reading of its clock."""
_SUFFIX = ".jsonl"


@dataclass(slots=True)
class _Tail:
    """How far a file has been read."""

    inode: int
    offset: int


class SpoolTail:
    """Reads one spool folder from now on, and what it already holds."""

    def __init__(self, folder: Path, *, most_bytes: int = MOST_BYTES) -> None:
        """Begin with nothing read; the folder need not exist."""
        self._folder = str(folder)
        self._most_bytes = most_bytes
        self._listed_ns = -1
        self._tails: dict[str, _Tail] = {}
        self.behind = False
        """Whether the last look left something for the next."""

    def read(self) -> list[HookEvent]:
        """The events that were added since the last look, in no certain order."""
        self._list()
        left = self._most_bytes
        events: list[HookEvent] = []
        self.behind = False
        for name, tail in list(self._tails.items()):
            size = self._size(name, tail)
            if size <= tail.offset:
                continue
            if left <= 0:
                self.behind = True
                break
            content = self._content(name, tail, min(left, size - tail.offset))
            left -= len(content)
            events += decode_events(content)[0]
            self.behind = self.behind or (bool(content) and tail.offset < size and left <= 0)
        return events

    def _list(self) -> None:
        """Look which files there are, if the folder has changed."""
        try:
            found = os.stat(self._folder)  # noqa: PTH116 - many times a second
        except OSError:
            self._tails.clear()
            return
        if found.st_mtime_ns == self._listed_ns:
            return
        stamps = self._stamps()
        newest = sorted(stamps, key=lambda name: stamps[name].st_mtime_ns, reverse=True)
        plain = [name for name in newest if stat.S_ISREG(stamps[name].st_mode)][:MOST_FILES]
        tails: dict[str, _Tail] = {}
        left = OLD_LOOKS * self._most_bytes
        for name in plain:
            old_bytes = min(stamps[name].st_size, self._most_bytes, left)
            tails[name] = self._tails.get(name) or _Tail(stamps[name].st_ino, stamps[name].st_size - old_bytes)
            left -= old_bytes if name not in self._tails else 0
        self._tails = tails
        settled = found.st_mtime_ns + _SAME_TICK_NS < time.time_ns()
        self._listed_ns = found.st_mtime_ns if settled else -1

    def _stamps(self) -> dict[str, os.stat_result]:
        """What lies there under the name of a session's file."""
        stamps: dict[str, os.stat_result] = {}
        with contextlib.suppress(OSError), os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.name.endswith(_SUFFIX):
                    with contextlib.suppress(FileNotFoundError):  # cleared away in this moment
                        stamps[entry.name] = entry.stat(follow_symlinks=False)
        return stamps

    def _size(self, name: str, tail: _Tail) -> int:
        """How long a file is now; one that was cleared away and begun anew is read from its beginning."""
        try:
            found = os.stat(f"{self._folder}/{name}", follow_symlinks=False)  # noqa: PTH116 - many times a second
        except OSError:
            return 0
        if found.st_ino != tail.inode or found.st_size < tail.offset:
            tail.inode, tail.offset = found.st_ino, 0
        return found.st_size if stat.S_ISREG(found.st_mode) else 0

    def _content(self, name: str, tail: _Tail, most: int) -> bytes:
        """The complete lines that follow what was read, at most so many bytes."""
        flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
        try:
            file = os.open(f"{self._folder}/{name}", flags)
        except OSError:
            return b""
        try:
            content = os.pread(file, max(most, _LONGEST_LINE), tail.offset)
        except OSError:
            return b""
        finally:
            os.close(file)
        end = content.rfind(b"\n") + 1
        if end == 0 and len(content) >= _LONGEST_LINE:
            end = len(content)
        tail.offset += end
        return content[:end]
