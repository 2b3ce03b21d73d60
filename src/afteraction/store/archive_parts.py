"""Archive parts: one Parquet file per UTC day that holds the day's record files themselves, byte for byte.

The files' bytes are kept, not their values, so that restoring gives what was there, with keys and blanks that we know
nothing of. Each row carries the SHA-256 of its file and the number of rows, so that a changed byte and a lost row are
both noticed. A part is written beside, read back and compared before it takes its name; nothing is ever changed in one.

A row stands for the file ``invocations/<day>/<name>``: where such a file exists, the file is what counts.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from afteraction.errors import StoreError
from afteraction.store.atomic import FILE_MODE, make_private_folder
from afteraction.store.cache_days import stored_name
from afteraction.store.engine import engine_error
from afteraction.store.sql import STORE, sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

LARGEST_FILE = 16 << 20
"""Bytes of the largest record file that a part holds; a larger one stays a file."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


class DamagedPartError(StoreError):
    """An archive part cannot be read, or is not what was written."""


class ArchivedFile(NamedTuple):
    """One record file in a part."""

    name: str
    """The file's name, as ``stored_name`` gives it."""
    invocation_id: str
    content: bytes
    sha256: str

    @property
    def sound(self) -> bool:
        """Whether the content is what was archived."""
        import hashlib

        return hashlib.sha256(self.content).hexdigest() == self.sha256


class ArchivedName(NamedTuple):
    """One record file in a part, without its content."""

    name: str
    invocation_id: str
    sha256: str


def archived_file(name: str, invocation_id: str, content: bytes) -> ArchivedFile:
    """A record file as a part will hold it."""
    import hashlib

    return ArchivedFile(stored_name(name), invocation_id, content, hashlib.sha256(content).hexdigest())


def list_part(connection: DuckDBPyConnection, path: Path) -> list[ArchivedName]:
    """The files in a part, by name; none where there is no part. DamagedPartError when it cannot be read."""
    rows = _rows(connection, "archive_names", path)
    if not all(_SHA256.fullmatch(row[2]) for row in rows):
        raise _damaged(path)
    return [ArchivedName(*row[:3]) for row in rows]


def read_part(connection: DuckDBPyConnection, path: Path) -> list[ArchivedFile]:
    """The files in a part with their contents, by name; none where there is no part.

    A single damaged file is among them, with ``sound`` false. DamagedPartError when the part cannot be read.
    """
    return [ArchivedFile(*row[:4]) for row in _rows(connection, "archive_rows", path)]


def find_in_parts(
    connection: DuckDBPyConnection, paths: Sequence[Path], reference: str
) -> Iterator[tuple[str, ArchivedFile]]:
    """The sound files whose invocation's id, or its last part, starts with ``reference``, each with its part's path.

    A part that cannot be read is passed over.
    """
    try:
        values = {"paths": [str(path) for path in paths], "reference": reference}
        rows = connection.execute(sql(STORE, "archive_find"), values).fetchall() if paths else []
    except engine_error():
        if len(paths) > 1:
            for path in paths:
                yield from find_in_parts(connection, [path], reference)
        return
    for part, *values_of_file in rows:
        found = ArchivedFile(*values_of_file)
        if found.sound:
            yield part, found


def write_part(connection: DuckDBPyConnection, path: Path, files: Sequence[ArchivedFile]) -> None:
    """Replace a part by one that holds these files, once it has been read back and compared.

    OSError or StoreError leaves the old part as it was.
    """
    make_private_folder(path.parent)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    lines = path.with_name(f".{path.stem}.ndjson.{os.getpid()}.tmp")
    ordered = sorted(files)
    try:
        with os.fdopen(os.open(lines, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE), "wb", 1 << 20) as stream:
            stream.writelines(_lines(ordered))
        connection.execute(sql(STORE, "archive_write"), {"lines": str(lines), "path": str(temporary)})
        lines.unlink()
        temporary.chmod(FILE_MODE)
        if read_part(connection, temporary) != ordered:
            raise StoreError(f"{path} could not be read back as it was written; the records stay as they are")
        _flush(temporary)
        temporary.replace(path)
        _flush(path.parent)
    except engine_error() as error:
        raise StoreError(f"cannot write {path}: {error}; is the disk full?") from error
    finally:
        lines.unlink(missing_ok=True)
        temporary.unlink(missing_ok=True)


def _lines(files: Iterable[ArchivedFile]) -> Iterator[bytes]:
    encode = msgspec.json.Encoder().encode
    for file in files:
        yield encode(file._asdict()) + b"\n"  # bytes as base64


def _rows(connection: DuckDBPyConnection, statement: str, path: Path) -> list[tuple[Any, ...]]:
    if not path.exists():
        return []
    try:
        rows = connection.execute(sql(STORE, statement), {"path": str(path)}).fetchall()
    except engine_error() as error:
        raise _damaged(path) from error
    if not rows or any(row[-1] != len(rows) for row in rows):
        raise _damaged(path)
    return rows


def _damaged(path: Path) -> DamagedPartError:
    return DamagedPartError(f"{path} is damaged; put a copy of it back, what it holds is nowhere else")


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
