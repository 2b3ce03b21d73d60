"""A file that the user asked for: whole or not there at all, and never in place of another one unasked."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from afteraction.errors import AfteractionError

if TYPE_CHECKING:
    from collections.abc import Iterator


class FileExistsAlreadyError(AfteractionError):
    """A file would be replaced that the user did not say to replace."""

    exit_code = 2


@contextlib.contextmanager
def new_file(path: Path, *, replace: bool) -> Iterator[Path]:
    """A private file beside ``path`` to write to; it takes that name when the block ends well.

    FileExistsAlreadyError unless ``replace``, OSError when the folder cannot be written.
    """
    if not replace:
        _refuse_existing(path)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")  # made with mode 0600
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        if not replace:
            _refuse_existing(path)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _refuse_existing(path: Path) -> None:
    if path.exists() or path.is_symlink():
        raise FileExistsAlreadyError(f"{path} exists; --force replaces it")
