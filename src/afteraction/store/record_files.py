"""Record and workflow files on the disk: where they lie, listed, and read by the shortest way.

A listing must not cost as much as the reading: names are texts here, and no file is looked at.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from afteraction.errors import cannot_read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from afteraction.paths import Root

SUFFIX = ".json"
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")


def record_files(root: Root) -> Iterator[str]:
    """The path of every record, oldest day first; nothing where nothing was ever recorded."""
    for day in folder_names(str(root.invocations)):
        yield from json_files(f"{root.invocations}/{day}")


def read_bytes(path: str) -> bytes:
    """A whole file, by the shortest way: of 100,000 files the opening costs more than the reading."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        size = os.fstat(descriptor).st_size
        content = os.read(descriptor, size)
        while len(content) < size and (more := os.read(descriptor, size - len(content))):
            content += more
        return content
    finally:
        os.close(descriptor)


def json_files(folder: str) -> list[str]:
    """The finished files of a folder, by name; what a writer has not yet renamed starts with a dot."""
    return [f"{folder}/{name}" for name in folder_names(folder) if is_finished(name)]


def is_finished(name: str) -> bool:
    """Whether a file of this name is one of ours, and has been renamed to its last name."""
    return name.endswith(SUFFIX) and not name.startswith(".")


def folder_names(folder: str) -> list[str]:
    """What lies in a folder, by name; nothing where there is none. StoreError when it cannot be read."""
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 - a Path per record would cost as much as reading it
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise cannot_read(folder, error) from error


def workflow_path(root: Root, workflow_id: str) -> Path:
    """Where a workflow's file lies; an id that no file name can carry is stored under its hash."""
    if _SAFE.fullmatch(workflow_id):
        return root.workflows / f"{workflow_id}.json"
    import hashlib

    digest = hashlib.sha256(workflow_id.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return root.workflows / f"wf-x-{digest}.json"
