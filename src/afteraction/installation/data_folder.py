"""The folder that holds the telemetry: made private, kept out of git, and removed only as far as it is ours.

Removal goes by the names we write, one by one, and never by "everything in it": a root is whatever
``$OAK_TELEMETRY_DIR`` says, and one day that is somebody's home folder.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.errors import StoreError
from afteraction.store.archive_places import part_times

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from afteraction.paths import Root

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600
GIT_IGNORE = ".gitignore"
IGNORE_ALL = "# Telemetry of this machine: afteraction keeps it out of git.\n*\n"
OURS = (
    "invocations",
    "workflows",
    "analytics",
    "spool",
    "state",
    "quarantine",
    "cache",
    "index",
    "archive",
    "suggestions",
    "validations",
    GIT_IGNORE,
)
"""Every name we write directly below a root."""
SIGNS = ("invocations", "spool", "state")
"""A folder without any of these has never been a telemetry root."""


@dataclass(frozen=True, slots=True)
class Purge:
    """What removing a root's data removes, or has removed."""

    records: int
    """Invocation records."""
    names: list[str]
    """What of ours lies directly below the root."""
    foreign: list[str]
    """What else lies there, and stays."""


def create(root: Root, *, ignored: bool) -> None:
    """Make the root, for its owner alone; with ``ignored`` git sees nothing of what is in it.

    Raises:
        StoreError: it cannot be created.
    """
    try:
        with _umask(0o077):
            root.state.mkdir(parents=True, exist_ok=True)
            if ignored and not (root.path / GIT_IGNORE).exists():
                (root.path / GIT_IGNORE).write_text(IGNORE_ALL, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"the data folder {root.path} cannot be created: {error.strerror}") from error


def remove_if_unused(root: Root) -> bool:
    """Remove a root that holds no data, only what ``create`` made; whether it is gone."""
    with contextlib.suppress(OSError):
        root.state.rmdir()
    with contextlib.suppress(OSError):
        ignore = root.path / GIT_IGNORE
        if _names(root.path) == [GIT_IGNORE] and ignore.read_bytes() == IGNORE_ALL.encode():
            ignore.unlink()
        root.path.rmdir()
        if root.path.parent.name == "afteraction":
            root.path.parent.rmdir()
    return not root.path.exists()


def plan_purge(root: Root) -> Purge:
    """What ``purge`` would remove.

    Raises:
        StoreError: the folder is a link, or shows no sign of being a telemetry root.
    """
    if root.path.is_symlink():
        raise StoreError(f"{root.path} is a link; its data stays, remove what it points to yourself")
    names = _names(root.path)
    if names and not any((root.path / sign).is_dir() for sign in SIGNS):
        raise StoreError(f"{root.path} does not look like a telemetry folder (no {', '.join(SIGNS)}); nothing removed")
    return Purge(
        records=sum(name.endswith(".json") for _, _, files in os.walk(root.invocations) for name in files)
        + _archived(root),
        names=[name for name in names if name in OURS],
        foreign=[name for name in names if name not in OURS],
    )


def _archived(root: Root) -> int:
    days = part_times(root)
    if not days:
        return 0
    from afteraction.store.archived_reading import count_archived  # brings the database engine

    return count_archived(root, days)


def purge(root: Root, planned: Purge) -> None:
    """Remove what was planned; links in it are removed, never followed.

    Raises:
        StoreError: a collector is at work, or something cannot be removed.
    """
    with _no_collector(root):
        for name in planned.names:
            path = root.path / name
            try:
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
            except OSError as error:
                raise StoreError(f"{error.filename or path} cannot be removed: {error.strerror}") from error
    remove_if_unused(root)


@contextlib.contextmanager
def _no_collector(root: Root) -> Iterator[None]:
    try:
        handle = os.open(root.collector_lock, os.O_RDWR)
    except OSError:  # no lock file, no collector
        yield
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise StoreError(f"a collector is writing to {root.path}; run this again in a moment") from error
    finally:
        os.close(handle)


@contextlib.contextmanager
def _umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def _names(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir())
    except OSError:
        return []
