"""A lake in a folder: on this machine, on NFS, or whatever else is mounted. It needs none of the extra's libraries.

Files are made as the umask says and not private, because a lake is there to be shared, and its texts are redacted. The
folder's parent must exist: where a share is not mounted, a push must fail and not fill the disk below it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING

from afteraction.errors import NotFoundError, StoreError
from afteraction.lake.parts import FOLDER, LakePart, part_at

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class FolderPlace:
    """Parts as files below a folder."""

    def __init__(self, folder: Path) -> None:
        """Nothing is read or made yet."""
        self.folder = folder

    @property
    def shown(self) -> str:
        """The folder's path."""
        return str(self.folder)

    def parts(self) -> list[LakePart]:
        """All parts below the folder; NotFoundError when neither it nor its parent exists."""
        if not self.folder.is_dir() and not self.folder.parent.is_dir():
            raise NotFoundError(f"there is no folder {self.folder.parent}; is it mounted?")
        try:
            days = sorted((self.folder / FOLDER).glob("date=*"))
            found = [part_at(path, size) for day in days for path, size in _files(day)]
        except OSError as error:
            raise StoreError(f"cannot read {self.folder}: {error.strerror}; check who owns it") from error
        return sorted(part for part in found if part)

    def add(self, part: LakePart, file: Path) -> None:
        """Copy a part beside its place, flush it, and rename it: no reader sees half of it."""
        target = self.folder / part.path
        partial = target.with_name(f".{part.name}.partial")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            for left in target.parent.glob(f".{part.writer}-*.partial"):  # of a push that was killed
                left.unlink(missing_ok=True)
            with file.open("rb") as source, partial.open("wb") as copy:
                shutil.copyfileobj(source, copy, 1 << 20)
                copy.flush()
                os.fsync(copy.fileno())
            partial.replace(target)
        except OSError as error:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
            raise StoreError(f"cannot write {target.parent}: {error.strerror}; run the same push again") from error

    def remove(self, part: LakePart) -> None:
        """Delete a part."""
        try:
            (self.folder / part.path).unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"cannot remove {self.folder / part.path}: {error.strerror}") from error

    def local(self, parts: Iterable[LakePart], cache: Path) -> list[str]:
        """The parts themselves: they are read in place."""
        del cache
        return [str(self.folder / part.path) for part in parts]


def _files(day: Path) -> list[tuple[str, int]]:
    found = []
    try:
        with os.scandir(day) as entries:
            for entry in entries:
                try:
                    found.append((entry.path, entry.stat().st_size))
                except FileNotFoundError:  # replaced by a newer part while we were looking
                    continue
    except (FileNotFoundError, NotADirectoryError):
        return []
    return found
