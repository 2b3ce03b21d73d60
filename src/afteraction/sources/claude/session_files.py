"""Where a session's transcripts lie, and which of them may be read.

A path from a payload is a claim, not a permission: it is followed only when it names a regular file beneath the
client's ``projects`` folder after all links are resolved. Everything else is treated as absent, because evidence that
is missing makes a record say less, while evidence from the wrong file would make it lie.
"""

from __future__ import annotations

import functools
import io
import mmap
import os
import re
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from afteraction.sources.claude.edits import EDITING_TOOLS
from afteraction.sources.claude.entries import AgentMeta, Transcript
from afteraction.sources.claude.lines import SPAWNING_TOOLS, Lines
from afteraction.sources.claude.main_lines import tells_of_agents
from afteraction.sources.claude.transcript import (
    Glance,
    glance,
    parse_main,
    parse_meta,
    parse_transcript,
    session_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Sequence
    from pathlib import Path

    from afteraction.sources.claude.lines import Data

MAX_TRANSCRIPT_BYTES = 512 * 1024 * 1024
AGENT_PREFIX = "agent-"
_FIRST_LINES_BYTES = 4 * 1024 * 1024
_MAX_META_BYTES = 1024 * 1024
_MAPPED_FROM = 1024 * 1024
_SESSION_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class SessionFiles:
    """The transcript files of one session that exist now."""

    main: Path | None
    agents: dict[str, Path]
    """Agent file by ``agent_id``."""
    others: dict[str, tuple[Path, ...]] = field(default_factory=dict)
    """Files of the same agents in other sessions, by ``agent_id``: after ``/clear`` an agent in the background goes on
    in the folder of the session that took over."""

    def fingerprint(self) -> tuple[tuple[str, int, int], ...]:
        """Size and modification time of each file: equal means nothing new to read."""
        others = (path for paths in self.others.values() for path in paths)
        paths = [*([self.main] if self.main else []), *self.agents.values(), *others]
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
    if is_kind(folder, stat.S_ISDIR):
        for found in sorted(folder.rglob(f"{AGENT_PREFIX}*.jsonl")):
            path = trusted_file(found, projects)
            if path is not None:
                agents[found.stem.removeprefix(AGENT_PREFIX)] = path
    others = _others(folder, agents, projects)
    for found in sorted(main_path.parent.glob(f"{AGENT_PREFIX}*.jsonl")):
        path = trusted_file(found, projects)
        if path is not None and session_named_in(path) == main_path.stem:
            agents[found.stem.removeprefix(AGENT_PREFIX)] = path
    return SessionFiles(main=main, agents=agents, others=others)


def _others(folder: Path, agents: dict[str, Path], projects: Path) -> dict[str, tuple[Path, ...]]:
    """Files of the same agents in the folders of other sessions."""
    if not agents:
        return {}
    siblings = [place / folder.name for place in _folders(folder.parent.parent) if place != folder.parent]
    found: dict[str, tuple[Path, ...]] = {}
    for place in siblings:
        for name in _names_in(place, file_stamp(place)[1]) & {path.name for path in agents.values()}:
            path = trusted_file(place / name, projects)
            if path is not None:
                agent_id = path.stem.removeprefix(AGENT_PREFIX)
                found[agent_id] = (*found.get(agent_id, ()), path)
    return found


@functools.cache
def _names_in(folder: Path, changed_ns: int) -> frozenset[str]:
    """The names in a folder as of its last change; none where it does not exist."""
    return frozenset(entry.name for entry in _entries(folder)) if changed_ns else frozenset()


def in_order(paths: Sequence[Path]) -> tuple[Path, ...]:
    """The files of one agent from its beginning on; the first one alone where they do not fit together."""
    beginnings = [path for path in paths if not begins_midway(path)]
    if len(beginnings) != 1:
        return (paths[0],)
    rests = [path for path in paths if path != beginnings[0]]
    return (beginnings[0], *sorted(rests, key=lambda path: file_stamp(path)[1]))


@functools.cache
def begins_midway(path: Path) -> bool:
    """Whether a file's first line follows a line of another file; it never changes."""
    try:
        with path.open("rb") as file:
            first = next(Lines(file.readline(_FIRST_LINES_BYTES)).one_by_one(), None)
    except OSError:
        return False
    return first is not None and first.parentUuid is not None


def find_main(projects: Path, session_id: str | None) -> Path | None:
    """The main file of a session, in whichever project it lies; None when there is none."""
    if session_id is None or not _SESSION_ID.fullmatch(session_id):
        return None
    found = (folder / f"{session_id}.jsonl" for folder in _folders(projects))
    return next((path for path in found if is_kind(path, stat.S_ISREG)), None)


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
    agents: dict[str, Transcript] = {}
    for agent_id, path in files.agents.items():
        if agent_id in but:
            continue
        parts = in_order([path, *files.others[agent_id]]) if agent_id in files.others else (path,)
        if parts[0] == path:  # else another session has its beginning, and tells of it
            content = _read_content(path)
            for rest in parts[1:]:
                content = bytes(content) + bytes(_read_content(rest))
            agents[agent_id] = parse_transcript(content, agent_id=agent_id, meta=_read_meta(path))
    main, inline = _read_main(files.main, _changed_by(agents.values()))
    return main, {**inline, **agents}


def _changed_by(agents: Iterable[Transcript]) -> frozenset[str]:
    """The files that some agents have changed, or tried to."""
    calls = (call for transcript in agents for _, call in transcript.calls if call.name in EDITING_TOOLS)
    return frozenset(path for call in calls if (path := call.path))


def agent_meta(main_path: Path, agent_id: str, projects: Path) -> AgentMeta:
    """What the client wrote down when it started an agent, as far as it may be read; nothing known where it did not."""
    if _SESSION_ID.fullmatch(agent_id) is None:
        return AgentMeta()
    path = trusted_file(agent_file(main_path, agent_id).with_suffix(".meta.json"), projects)
    return _read_meta(path.with_name(f"{AGENT_PREFIX}{agent_id}.jsonl")) if path is not None else AgentMeta()


def agent_file(main_path: Path, agent_id: str) -> Path:
    """Where present clients put the transcript of an agent that a session started itself."""
    return main_path.with_suffix("") / "subagents" / f"{AGENT_PREFIX}{agent_id}.jsonl"


def named_elsewhere(main_path: Path | None, main: Transcript | None, agents: Container[str]) -> frozenset[str]:
    """Agents that a session names and whose files lie in another session of its project.

    A forked session begins with a copy of the one it came from, calls of agents included.
    """
    if main_path is None or main is None:
        return frozenset()
    calls = (call.tool_use_id for _, call in main.calls if call.name in SPAWNING_TOOLS)
    named = {result.agent_id for call_id in calls if (result := main.results.get(call_id))}
    missing = {name for name in named if name and name not in agents and _SESSION_ID.fullmatch(name)}
    if not missing:
        return frozenset()
    folders = [main_path.parent, *(folder / "subagents" for folder in _folders(main_path.parent))]
    return frozenset(
        i for i in missing if any(is_kind(at / f"{AGENT_PREFIX}{i}.jsonl", stat.S_ISREG) for at in folders)
    )


def is_kind(path: Path, kind: Callable[[int], bool], *, linked: bool = True) -> bool:
    """Whether a path leads to what ``stat.S_ISREG`` or ``S_ISDIR`` asks for; False where one may not even look."""
    try:
        return kind(path.stat(follow_symlinks=linked).st_mode)
    except OSError:
        return False


def file_stamp(path: Path) -> tuple[int, int]:
    """Size and modification time (ns) of a file; zeros when it is gone."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_size, found.st_mtime_ns


def _folders(path: Path) -> list[Path]:
    return [path / entry.name for entry in _entries(path) if entry.is_dir(follow_symlinks=False)]


def _entries(path: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(path) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


@functools.cache
def session_named_in(path: Path) -> str | None:
    """The session of an agent file of the 2.0 clients, which put them beside the main files; it never changes."""
    try:
        with path.open("rb") as file:
            return session_of(file.read(_FIRST_LINES_BYTES))
    except OSError:
        return None


def glance_at(path: Path) -> Glance:
    """Look at the first lines of a file; one that is gone tells nothing."""
    try:
        with path.open("rb") as file:
            return glance(file)
    except (FileNotFoundError, PermissionError):
        return Glance()


def may_tell_of_agents(main: Path) -> bool:
    """Whether a main file can have anything to say about subagents without files of their own; not when it is gone."""
    try:
        with main.open("rb", buffering=0) as file:
            return tells_of_agents(file)
    except (FileNotFoundError, PermissionError):
        return False


def _read_main(path: Path | None, changed: frozenset[str]) -> tuple[Transcript | None, dict[str, Transcript]]:
    if path is None:
        return None, {}
    try:
        with path.open("rb", buffering=0) as file:
            return parse_main(file, changed)
    except (FileNotFoundError, PermissionError):
        return parse_main(io.BytesIO())


def _read_content(path: Path) -> Data:
    """A transcript's bytes; a large one is mapped, so that its size does not become memory. Empty when it is gone."""
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size > _MAPPED_FROM:
                return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            return file.read()
    except (FileNotFoundError, PermissionError, ValueError):
        return (
            b""  # any other error may pass, and must not be taken for an empty transcript: the session is tried again
        )


def _read_meta(path: Path) -> AgentMeta:
    try:
        descriptor = os.open(path.with_suffix(".meta.json"), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return AgentMeta()
    try:
        found = os.fstat(descriptor)
        sane = stat.S_ISREG(found.st_mode) and found.st_size <= _MAX_META_BYTES
        return parse_meta(os.read(descriptor, _MAX_META_BYTES)) if sane else AgentMeta()
    finally:
        os.close(descriptor)
