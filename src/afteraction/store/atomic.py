"""Write a file so that readers see the old content or the new, never half of either, and nobody else can read it.

The new content goes to a dot file beside the target, is flushed to the disk and renamed over it. Modes are set on the
descriptor rather than through the umask, which belongs to whoever started us.
"""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FILE_MODE = 0o600
FOLDER_MODE = 0o700
_LEFTOVER_AFTER_S = 60


def make_private_folder(path: Path) -> None:
    """Create a folder and its missing parents, each readable by the owner only."""
    missing = []
    while not path.is_dir():
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        with contextlib.suppress(FileExistsError):
            folder.mkdir(FOLDER_MODE)
            folder.chmod(FOLDER_MODE)


def write_atomic(path: Path, content: bytes) -> None:
    """Replace ``path`` by ``content``; OSError leaves the old file as it was and no temporary file behind."""
    make_private_folder(path.parent)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, FILE_MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), FILE_MODE)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def remove_leftovers(folder: Path) -> int:
    """Delete temporary files that a killed writer left more than a minute ago; returns how many."""
    removed = 0
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") and entry.name.endswith(".tmp") and entry.is_file(follow_symlinks=False):
                with contextlib.suppress(FileNotFoundError):
                    if time.time() - entry.stat(follow_symlinks=False).st_mtime > _LEFTOVER_AFTER_S:
                        (folder / entry.name).unlink()
                        removed += 1
    return removed
