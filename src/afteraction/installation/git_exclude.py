"""Keep what ``install --project`` writes out of git.

It holds absolute paths of this machine, so committing it would break everybody else. The lines go into the
repository's own ``info/exclude``, never into a tracked ``.gitignore``: an installation must not show up as a change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from afteraction.errors import AfteractionError
from afteraction.installation.target import git
from afteraction.sources.claude.settings_file import locked, rewrite

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MARK = b"# afteraction install --project:\n"


def check_untracked(project: Path, paths: Iterable[Path]) -> None:
    """Refuse paths that git already tracks, for ignoring does not help there.

    Raises:
        AfteractionError: one of them is tracked.
    """
    for path in paths:
        tracked = git(project, "ls-files", "--", str(path))
        if tracked:
            raise AfteractionError(
                f"git tracks {tracked.splitlines()[0]} in {project}, and what is written there must not be committed; "
                "use install --user, or take it out of git first (git rm --cached)"
            )


def not_ignored(project: Path, paths: Iterable[Path]) -> list[Path]:
    """The paths that git would show as new files; none outside a repository."""
    if git(project, "rev-parse", "--git-dir") is None:
        return []
    return [path for path in paths if git(project, "check-ignore", "--", str(path)) is None]


def exclude(project: Path, paths: Iterable[Path]) -> Path | None:
    """Have git ignore these paths; the file that was changed, None when nothing had to be."""
    lines = [MARK + f"/{path.relative_to(project)}\n".encode() for path in not_ignored(project, paths)]
    place = _exclude_file(project)
    if not lines or place is None:
        return None

    def added(raw: bytes | None) -> bytes:
        known = raw or b""
        if known and not known.endswith(b"\n"):
            known += b"\n"
        return known + b"".join(line for line in lines if line not in known)

    with locked(place):
        rewrite(place, added)
    return place


def include_again(project: Path) -> None:
    """Take back what ``exclude`` added."""
    place = _exclude_file(project)
    if place is None or not place.exists():
        return

    def removed(raw: bytes | None) -> bytes:
        kept = []
        lines = iter((raw or b"").splitlines(keepends=True))
        for line in lines:
            if line == MARK:
                next(lines, None)
            else:
                kept.append(line)
        return b"".join(kept)

    with locked(place):
        rewrite(place, removed)


def _exclude_file(project: Path) -> Path | None:
    answer = git(project, "rev-parse", "--git-path", "info/exclude")
    return None if answer is None else project / answer
