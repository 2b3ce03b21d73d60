"""Paths as a record keeps them: relative to the project, whichever of its worktrees an agent worked in. Pure."""

from __future__ import annotations

import functools
import posixpath

_WORKTREES = "/.claude/worktrees/"


def project_of(place: str) -> str:
    """The project's folder, given that or a folder of a worktree inside it."""
    return place.partition(_WORKTREES)[0]


@functools.lru_cache(maxsize=4096)
def relative_to(path: str, project: str | None) -> str:
    """A path relative to the project, also one of a worktree inside it; others stay absolute.

    Remembered, because the agents of a session work on the same files.
    """
    _, marker, inside = path.partition(_WORKTREES)
    place = posixpath.normpath(inside.partition("/")[2] if marker and "/" in inside else path)
    return place.removeprefix(f"{project.rstrip('/')}/") if project else place
