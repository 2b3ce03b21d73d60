"""The sessions in a folder of transcripts, whatever version of the client wrote them (contract §33).

One walk over the folder finds them all, looking at names, sizes and times only. Links are not followed and what is no
regular file is not opened, so everything found lies beneath the folder that was asked for. A session whose main file
the client has already swept is still one, by the agent files it left.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from afteraction.sources.claude.session_files import (
    AGENT_PREFIX,
    MAX_TRANSCRIPT_BYTES,
    SessionFiles,
    file_stamp,
    is_kind,
    session_named_in,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_SUFFIX = ".jsonl"
_SUBAGENTS = "subagents"
_SESSION_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class PastSession:
    """One session as a walk found it."""

    session_id: str
    """As its main file is named."""
    place: str
    """The path of its main file, whether it exists or not: what tells it from all others."""
    files: SessionFiles
    size: int
    """Bytes of all its files."""
    changed_ms: int
    """When any of them was last modified, epoch ms."""
    stamp: str
    """Changes when any of its files does."""


@dataclass(slots=True)
class Walk:
    """What a folder holds."""

    sessions: list[PastSession] = field(default_factory=list)
    """In the order of their last change: what was copied from a session comes after it."""
    files: int = 0
    too_large: int = 0
    not_regular: int = 0
    """Links, pipes and other things that are not opened."""
    unreadable: int = 0
    """Files and folders that may not be read."""


@dataclass(slots=True)
class _Parts:
    main: Path | None = None
    agents: dict[str, Path] = field(default_factory=dict)
    others: dict[str, tuple[Path, ...]] = field(default_factory=dict)
    stamps: list[tuple[str, int, int]] = field(default_factory=list)


def projects_in(folder: Path) -> Path:
    """Where the transcripts lie: the folder itself, or ``projects`` in it when it is the client's own folder."""
    inside = folder / "projects"
    return inside if folder.name != "projects" and is_kind(inside, stat.S_ISDIR) else folder


def walk_history(place: Path) -> Walk:
    """Find all sessions beneath a folder, or the one that a transcript file belongs to.

    ``place`` is resolved once: a link that the user names is followed, one that lies in the folder is not.
    """
    walk = Walk()
    parts: dict[str, _Parts] = {}
    root = place.resolve()
    for path, found in _transcripts(root, walk):
        if found.st_size > MAX_TRANSCRIPT_BYTES:
            walk.too_large += 1
            continue
        main = _main_of(path)
        if main is None:
            continue
        walk.files += 1
        session = parts.setdefault(str(main), _Parts())
        session.stamps.append((str(path), found.st_size, found.st_mtime_ns))
        if path == main:
            session.main = path
        else:
            session.agents[path.stem.removeprefix(AGENT_PREFIX)] = path
    _note_others(parts)
    found_sessions = [_session(main, session) for main, session in parts.items()]
    walk.sessions = sorted(found_sessions, key=lambda session: (session.changed_ms, session.place))
    return walk


def _note_others(sessions: dict[str, _Parts]) -> None:
    """Tell the sessions of a project of each other's files of the same agent, which went from one to the other."""
    held: dict[tuple[Path, str], list[tuple[_Parts, Path]]] = {}
    for place, session in sessions.items():
        for agent_id, path in session.agents.items():
            held.setdefault((Path(place).parent, agent_id), []).append((session, path))
    for (_, agent_id), files in held.items():
        for session, path in files if len(files) > 1 else ():
            session.others[agent_id] = tuple(other for _, other in files if other != path)
            session.stamps += [(str(other), *file_stamp(other)) for other in session.others[agent_id]]


def _session(place: str, parts: _Parts) -> PastSession:
    stamps = sorted(parts.stamps)
    return PastSession(
        session_id=Path(place).stem,
        place=place,
        files=SessionFiles(parts.main, dict(sorted(parts.agents.items())), parts.others),
        size=sum(size for _, size, _ in stamps),
        changed_ms=max(mtime_ns for _, _, mtime_ns in stamps) // 1_000_000,
        stamp=hashlib.sha256(repr(stamps).encode("utf-8", "surrogatepass")).hexdigest()[:16],
    )


def _main_of(path: Path) -> Path | None:
    """The main file of the session that a file belongs to; None for one that belongs to none."""
    is_agent_s = path.name.startswith(AGENT_PREFIX)
    if _SUBAGENTS in path.parts:
        at = len(path.parts) - 1 - path.parts[::-1].index(_SUBAGENTS)
        folder = Path(*path.parts[:at])
        if is_agent_s:
            return folder.with_name(folder.name + _SUFFIX)
        if _SESSION_ID.fullmatch(folder.name):
            return None  # a workflow's journal and the like
    if not is_agent_s:
        return path
    session_id = session_named_in(path)  # the 2.0 clients put agent files beside the main files
    return path.with_name(session_id + _SUFFIX) if session_id is not None else None


def _transcripts(root: Path, walk: Walk) -> Iterator[tuple[Path, os.stat_result]]:
    """All transcript-like regular files beneath ``root`` with what the file system says of them."""
    if is_kind(root, stat.S_ISREG):
        yield from _beside(root, walk)
        return
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                listed = list(entries)
        except FileNotFoundError:
            continue
        except NotADirectoryError:  # a pipe or a device that was named
            walk.not_regular += 1
            continue
        except OSError:
            walk.unreadable += 1
            continue
        for entry in listed:
            if entry.is_dir(follow_symlinks=False):
                folders.append(folder / entry.name)
            elif (found := _regular(entry, walk)) is not None:
                yield folder / entry.name, found


def _regular(entry: os.DirEntry[str], walk: Walk) -> os.stat_result | None:
    """What the file system says of a transcript-like regular file; links to others and to folders are counted."""
    if not entry.name.endswith(_SUFFIX):
        walk.not_regular += entry.is_symlink() and entry.is_dir()
        return None
    try:
        found = entry.stat(follow_symlinks=False)
    except FileNotFoundError:  # swept since it was listed
        return None
    if stat.S_ISREG(found.st_mode):
        return found
    walk.not_regular += 1
    return None


def _beside(file: Path, walk: Walk) -> Iterator[tuple[Path, os.stat_result]]:
    """A single file that was named, and, when it is a main file, its agents' files."""
    yield file, file.stat()
    agents = file.with_suffix("") / _SUBAGENTS
    if agents.is_dir() and not agents.is_symlink():
        yield from _transcripts(agents, walk)
    for flat in sorted(file.parent.glob(f"{AGENT_PREFIX}*{_SUFFIX}")):
        found = flat.lstat()
        if flat != file and stat.S_ISREG(found.st_mode) and session_named_in(flat) == file.stem:
            yield flat, found
