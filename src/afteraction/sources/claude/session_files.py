"""Where a session's transcripts lie, and which of them may be read.

A path from a payload is a claim, not a permission: it is followed only when it names a regular file beneath the
client's ``projects`` folder after all links are resolved. Everything else is treated as absent, because evidence that
is missing makes a record say less, while evidence from the wrong file would make it lie.
"""

from __future__ import annotations

import functools
import os
import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.sources.claude.entries import AgentMeta, Transcript
from afteraction.sources.claude.transcript import parse_main, parse_meta, parse_transcript, session_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterable
    from pathlib import Path

MAX_TRANSCRIPT_BYTES = 512 * 1024 * 1024
_PREFIX = "agent-"
_FIRST_LINE_BYTES = 4 * 1024 * 1024
_SESSION_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class SessionFiles:
    """The transcript files of one session that exist now."""

    main: Path | None
    agents: dict[str, Path]
    """Agent file by ``agent_id``."""

    def fingerprint(self) -> tuple[tuple[str, int, int], ...]:
        """Size and modification time of each file: equal means nothing new to read."""
        paths = [*([self.main] if self.main else []), *self.agents.values()]
        return tuple(sorted((str(path), *file_stamp(path)) for path in paths))

    def changed_ms(self) -> int | None:
        """When any of the files was last modified, epoch ms; None without files."""
        stamps = [mtime_ns // 1_000_000 for _, _, mtime_ns in self.fingerprint()]
        return max(stamps, default=None)


def locate(main_path: Path, projects: Path) -> SessionFiles:
    """Find the main file and the agent files that belong to it (contract §33), as far as they may be read."""
    main = trusted_file(main_path, projects)
    folder = main_path.with_suffix("") / "subagents"
    agents: dict[str, Path] = {}
    if folder.is_dir():
        for found in sorted(folder.rglob(f"{_PREFIX}*.jsonl")):
            path = trusted_file(found, projects)
            if path is not None:
                agents[found.stem.removeprefix(_PREFIX)] = path
    for found in sorted(main_path.parent.glob(f"{_PREFIX}*.jsonl")):
        path = trusted_file(found, projects)
        if path is not None and _session_named_in(path) == main_path.stem:
            agents[found.stem.removeprefix(_PREFIX)] = path
    return SessionFiles(main=main, agents=agents)


def find_main(projects: Path, session_id: str | None) -> Path | None:
    """The main file of a session, in whichever project it lies; None when there is none."""
    if session_id is None or not _SESSION_ID.fullmatch(session_id):
        return None
    found = (folder / f"{session_id}.jsonl" for folder in _folders(projects))
    return next((path for path in found if path.is_file()), None)


def trusted_file(path: Path, projects: Path) -> Path | None:
    """The file's real path when it is a regular file beneath ``projects`` and of a sane size, else None."""
    try:
        real = path.resolve(strict=True)
        found = real.stat()
    except (OSError, RuntimeError, ValueError):
        return None
    if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_TRANSCRIPT_BYTES:
        return None
    return real if real.is_relative_to(projects.resolve()) else None


def read_session(files: SessionFiles, *, but: Container[str] = ()) -> tuple[Transcript | None, dict[str, Transcript]]:
    """Read the main file (None when there is none) and the agents', but for some agents'."""
    main, agents = parse_main(_read(files.main)) if files.main is not None else (None, {})
    for agent_id, path in files.agents.items():
        if agent_id not in but:
            agents[agent_id] = parse_transcript(_read(path), agent_id=agent_id, meta=_read_meta(path))
    return main, agents


def file_stamp(path: Path) -> tuple[int, int]:
    """Size and modification time (ns) of a file; zeros when it is gone."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_size, found.st_mtime_ns


def main_files_changed_since(projects: Path, since_ms: int) -> Iterable[Path]:
    """Main files of sessions of which any file changed at or after ``since_ms``, newest layout only."""
    for project in _folders(projects):
        for entry in _entries(project):
            if not entry.name.endswith(".jsonl") or entry.name.startswith(_PREFIX):
                continue
            main = project / entry.name
            newest = max((file_stamp(path)[1] for path in _session_paths(main)), default=0)
            if newest // 1_000_000 >= since_ms:
                yield main


def _session_paths(main: Path) -> list[Path]:
    folder = main.with_suffix("") / "subagents"
    return [main, *(folder.rglob(f"{_PREFIX}*.jsonl") if folder.is_dir() else ())]


def _folders(path: Path) -> list[Path]:
    return [path / entry.name for entry in _entries(path) if entry.is_dir(follow_symlinks=False)]


def _entries(path: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(path) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


@functools.cache
def _session_named_in(path: Path) -> str | None:
    """The session of an agent file of the 2.0 clients, which put them beside the main files; it never changes."""
    try:
        with path.open("rb") as file:
            return session_of(file.readline(_FIRST_LINE_BYTES))
    except OSError:
        return None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _read_meta(path: Path) -> AgentMeta:
    meta = path.with_suffix(".meta.json")
    return parse_meta(_read(meta)) if meta.is_file() and not meta.is_symlink() else AgentMeta()
