"""Whether the data folder is writable and private, and the pipeline keeps up.

One walk over the folder answers both who can read it and how large it is. Modes are only judged and only mended under
the names we write: what else lies there is somebody's own.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from afteraction.errors import StoreError
from afteraction.installation.archive_check import check_archive
from afteraction.installation.check import Check, ok, problem, warning
from afteraction.installation.data_folder import OURS, PRIVATE_FILE, PRIVATE_FOLDER
from afteraction.installation.disk_checks import check_disk
from afteraction.output.figures import size
from afteraction.paths import ROOT_VARIABLE
from afteraction.sources.claude.events import read_spool_file
from afteraction.store.damage import find_damaged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from afteraction.paths import Root

_GIVE_ACCESS = f"make it writable for you, or set {ROOT_VARIABLE} to a folder that is"


@dataclass(slots=True)
class _Contents:
    """What one walk over the data folder saw."""

    used: Counter[str] = field(default_factory=Counter)
    """Bytes on the disk by the name directly below the root; the root itself has an empty name."""
    exposed: list[Path] = field(default_factory=list)
    """Files and folders of ours that others may read or write."""
    foreign: list[Path] = field(default_factory=list)
    """Files and folders of ours that belong to another user."""


def check_data(root: Root, environ: Mapping[str, str]) -> list[Check]:
    """Every row about the data folder."""
    try:
        writable = _check_writable(root, environ)
        if not root.path.is_dir():
            return [writable]
        contents = _look_through(root)
        return [
            writable,
            _check_privacy(contents),
            _check_last_error(root),
            _check_spool(root),
            _check_records(root),
            *check_archive(root),
            *check_disk(root, contents.used, now_ms=time.time_ns() // 1_000_000),
        ]
    except OSError as error:
        return [problem("data folder", f"{error.filename} cannot be read: {error.strerror}", _GIVE_ACCESS)]


def make_private(root: Root) -> int:
    """Take everybody else's permissions from what we wrote; returns how many files and folders were changed."""
    changed = 0
    for path in _look_through(root).exposed if root.path.is_dir() else []:
        with contextlib.suppress(OSError):
            path.chmod(PRIVATE_FOLDER if path.is_dir() else PRIVATE_FILE)
            changed += 1
    return changed


def _check_writable(root: Root, environ: Mapping[str, str]) -> Check:
    source = f", from {ROOT_VARIABLE}" if environ.get(ROOT_VARIABLE) else ""
    folder = root.path
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        detail = f"{root.path}{source}: cannot write in {folder}: {error.strerror}"
        return problem("data folder", detail, _GIVE_ACCESS)
    if folder != root.path:
        return warning("data folder", f"{root.path}{source} is not there yet", "it appears with the first event")
    return ok("data folder", f"{root.path}{source}")


def _look_through(root: Root) -> _Contents:
    contents = _Contents()
    own = os.getuid()
    for path, found in _walk(root.path):
        below = path.relative_to(root.path).parts
        contents.used[below[0] if below else ""] += found.st_blocks * 512
        ours = not below or below[0] in OURS
        if ours and not stat.S_ISLNK(found.st_mode):
            if found.st_uid != own:
                contents.foreign.append(path)
            elif found.st_mode & 0o077:
                contents.exposed.append(path)
    return contents


def _walk(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """The folder and everything below it, links not followed; what vanishes meanwhile is left out."""
    yield folder, folder.stat()
    for above, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(above, name)
            with contextlib.suppress(FileNotFoundError):
                yield path, path.lstat()


def _check_privacy(contents: _Contents) -> Check:
    if contents.foreign:
        detail = f"{len(contents.foreign)} files or folders belong to another user, first {contents.foreign[0]}"
        return problem("permissions", detail, "give them back: sudo chown -R $(id -un) on that folder")
    if contents.exposed:
        detail = f"others can reach {len(contents.exposed)} files or folders, first {contents.exposed[0]}"
        return problem("permissions", detail, "run: afteraction doctor --fix")
    return ok("permissions", "yours alone (0600, 0700)")


def _check_last_error(root: Root) -> Check:
    try:
        note = json.loads((root.state / "last_error.json").read_bytes())
        detail = f"{note['at']} in {note['where']}: {note['message']}"
    except FileNotFoundError:
        return ok("last error", "none")
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return warning("last error", f"{root.state / 'last_error.json'} cannot be read", "remove that file")
    return warning("last error", detail, "run: afteraction collect --sweep")


def _check_records(root: Root) -> Check:
    try:
        damaged = find_damaged(root)
    except StoreError as error:
        return problem("records", str(error), _GIVE_ACCESS)
    if damaged:
        detail = f"damaged or not readable: {len(damaged)}, first {damaged[0]}"
        return warning("records", detail, "run: afteraction collect --sweep, which makes again what transcripts tell")
    put_aside = sorted(path for path in root.quarantine.glob("*") if path.is_file())
    if put_aside:
        detail = f"all can be read; put aside as damaged: {len(put_aside)}, first {put_aside[0]}"
        return warning("records", detail, "they were made again if transcripts told of them; delete them when you like")
    return ok("records", "all can be read")


def _check_spool(root: Root) -> Check:
    paths = [path for path in root.spool.glob("*.jsonl") if path.is_file()]
    unreadable = sum(read_spool_file(path)[1] for path in paths)
    total = sum(path.stat().st_size for path in paths)
    detail = f"sessions waiting or kept: {len(paths)}, {size(total)}, unreadable lines: {unreadable}"
    if unreadable:
        return warning("spool", detail, "what cannot be read is left aside; transcripts still tell of those agents")
    return ok("spool", detail)
