"""The shell tools that ``install --project`` puts into the project's ``scripts/``, and ``uninstall`` takes out.

They come with the package and hold no path of this machine. A file of the same name that is not ours stays as it is;
one that is, of whatever version, is replaced.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from afteraction.store.atomic import write_atomic

NAMES = ("query_workflow.sh", "agent_performance_report.sh", "usage_stats.sh")
_MARK = b"# A shell tool of Afteraction.\n"
_EXECUTABLE = 0o755
_PACKAGE = Path(__file__).parents[1]
_PLACES = (_PACKAGE / "scripts", _PACKAGE.parents[1] / "scripts")
"""In a wheel beside the code, in a checkout at its top."""


def places(project: Path) -> list[Path]:
    """Where the tools go in a project."""
    return [project / "scripts" / name for name in NAMES]


def put(project: Path) -> list[Path]:
    """Write the tools; returns the places where a foreign file is in the way. OSError when one cannot be written."""
    source = next(place for place in _PLACES if place.is_dir())
    foreign = []
    for path in places(project):
        content = (source / path.name).read_bytes()
        if path.exists() and not _is_ours(path):
            foreign.append(path)
        elif not path.exists() or path.read_bytes() != content:
            write_atomic(path, content)
            path.chmod(_EXECUTABLE)
    return foreign


def remove(project: Path) -> None:
    """Delete the tools that are ours, and their folder if nothing else is in it."""
    for path in places(project):
        if _is_ours(path):
            path.unlink()
    with contextlib.suppress(OSError):
        (project / "scripts").rmdir()


def _is_ours(path: Path) -> bool:
    try:
        return _MARK in path.read_bytes()
    except OSError:
        return False
