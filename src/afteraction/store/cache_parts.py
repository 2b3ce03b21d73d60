"""Rows of the cache: read from record files, written as Parquet parts, merged into fewer.

Records are decoded with msgspec, so that a damaged file is named and skipped instead of failing a question, and reach
DuckDB as newline-delimited JSON in a private file that is gone at once. 100,000 records take 4 s from warm files to
written parts; DuckDB's own glob over the files takes 15 s, ``executemany`` 40 s.
"""

from __future__ import annotations

import os
import zlib
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from afteraction.store.archive_parts import DamagedPartError
from afteraction.store.atomic import FILE_MODE
from afteraction.store.cache_archive import ArchiveReader, is_archived
from afteraction.store.cache_manifest import Part, checksum
from afteraction.store.reading import INVOCATION_DECODER
from afteraction.store.record_files import read_bytes
from afteraction.store.sql import STORE, sql
from afteraction.task_types import RULES_DIGEST, task_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from duckdb import DuckDBPyConnection

    from afteraction.model import Invocation
    from afteraction.store.engine import Database

PART_ROWS = 40_000
"""How many records are read at once at most: it bounds the memory and the size of a part."""
_LONGEST_LINE = 16 << 20
"""Bytes of one record as ``schema.sql`` accepts them."""
_TOLD_EVERY = 500
_encode = msgspec.json.Encoder().encode


class RecordFile(NamedTuple):
    """A record file that the cache does not hold; an archived one stands below its part."""

    day: str
    """As ``stored_name`` gives it."""
    stamp: int
    path: str


@dataclass(slots=True)
class BatchReader:
    """Reads record files into the table ``batch``, so many at a time that memory stays bounded."""

    database: Database
    progress: Callable[[int, int], None] | None = None
    """Told how many of how many files have been read."""
    done: int = 0
    total: int = 0
    """How many files there are to read in all, as far as known."""
    damaged: list[RecordFile] = field(default_factory=list)
    """Files read that hold no record."""
    denied: list[RecordFile] = field(default_factory=list)
    """Files that could not be read, and may be another time."""

    def batches(self, files: Iterable[RecordFile], scratch: Path) -> Iterator[int]:
        """Fill ``batch`` anew with the next files until all are read; yields how many rows it has.

        ``scratch`` is a folder for a private copy meanwhile. OSError when that cannot be written.
        """
        left = iter(files)
        while chunk := list(islice(left, PART_ROWS)):
            yield fill_batch(self.database.connection, self._lines(chunk), scratch)

    def _lines(self, files: Iterable[RecordFile]) -> Iterator[bytes]:
        decode = INVOCATION_DECODER.decode
        archive = ArchiveReader()
        for file in files:
            self.done += 1
            if self.progress and (self.done % _TOLD_EVERY == 0 or self.done == self.total):
                self.progress(self.done, max(self.done, self.total))
            try:
                content = archive.read(Path(file.path)) if is_archived(file.day) else read_bytes(file.path)
                line = line_of(decode(content), file.day, file.stamp)
            except FileNotFoundError:
                continue  # superseded between the listing and the reading
            except OSError:
                self.denied.append(file)
                continue
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError, DamagedPartError):
                self.damaged.append(file)
                continue
            if len(line) < _LONGEST_LINE:
                yield line
            else:
                self.damaged.append(file)


def rows_version() -> str:
    """What rows follow from besides records: this very schema and masking, and these very types of task."""
    made_by = zlib.crc32(f"{sql(STORE, 'schema')}{sql(STORE, 'masking')}".encode())
    return f"{made_by:08x}-{RULES_DIGEST:08x}"


def line_of(record: Invocation, day: str, stamp: int) -> bytes:
    """A record as one line for ``fill_batch``, one that DuckDB is sure to accept, with its type of task."""
    kind = record.metadata.task_type or task_type(record.task_description, record.metadata.tools_used)
    return b'{"day":%s,"stamp":%d,"task_type":%s,%s\n' % (_encode(day), stamp, _encode(kind), _encode(record)[1:])


def fill_batch(connection: DuckDBPyConnection, lines: Iterable[bytes], scratch: Path) -> int:
    """Make the table ``batch`` of lines; returns how many rows it has.

    ``scratch`` is a folder for a private copy meanwhile. OSError when that cannot be written.
    """
    copy = scratch / f".{os.urandom(8).hex()}.ndjson.tmp"
    try:
        with os.fdopen(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb", 1 << 20) as file:
            file.writelines(lines)
        loaded = connection.execute(sql(STORE, "schema"), {"path": str(copy)}).fetchall()
    finally:
        copy.unlink(missing_ok=True)
    return int(loaded[0][0])


def write_batch(connection: DuckDBPyConnection, folder: Path) -> Part:
    """The rows of the table ``batch`` as a new part in the cache's folder."""
    return _write_part(connection, "write_batch", folder)


def hide(connection: DuckDBPyConnection, stamps: Sequence[int]) -> None:
    """Make the table ``hidden``: the stamps of rows in parts that do not count."""
    connection.execute(sql(STORE, "hidden"))
    if stamps:
        connection.execute(sql(STORE, "hide"), {"stamps": msgspec.json.encode(stamps).decode()})


def merge_parts(connection: DuckDBPyConnection, folder: Path, parts: Iterable[Part]) -> Part:
    """The rows of some parts that are not in the table ``hidden`` as one new part; it may have none."""
    return _write_part(connection, "merge_parts", folder, parts=[str(folder / part.name) for part in parts])


def held_stamps(database: Database, folder: Path, parts: Iterable[Part], days: Iterable[str]) -> dict[str, set[int]]:
    """The stamps of all rows in the parts that belong to these days, by day."""
    found: dict[str, set[int]] = {day: set() for day in days}
    paths = [str(folder / part.name) for part in parts if not found.keys().isdisjoint(part.days)]
    if paths:
        rows = database.connection.execute(sql(STORE, "stamps"), {"parts": paths, "days": list(found)})
        for day, stamp in rows.fetchall():
            found[day].add(stamp)
    return found


def hidden_by_part(connection: DuckDBPyConnection, folder: Path, parts: Iterable[Part]) -> dict[str, int]:
    """How many rows of each part are in the table ``hidden``, by the part's name, the most first."""
    paths = [str(folder / part.name) for part in parts]
    rows = connection.execute(sql(STORE, "hidden_by_part"), {"parts": paths}).fetchall() if paths else []
    return {path.rpartition("/")[2]: hidden for path, hidden in rows}


def _write_part(connection: DuckDBPyConnection, statement: str, folder: Path, **values: list[str]) -> Part:
    """The part that a statement wrote to ``$path``. OSError or the engine's error leaves nothing behind."""
    name = f"part-{os.urandom(8).hex()}.parquet"  # never used before: a reader may still hold an old part
    temporary = folder / f".{name}.tmp"
    try:
        connection.execute(sql(STORE, statement), {"path": str(temporary), **values})
        temporary.chmod(FILE_MODE)
        count, days = connection.execute(sql(STORE, "part_contents"), {"path": str(temporary)}).fetchall()[0]
        found = temporary.stat()
        crc = checksum(temporary)
        temporary.replace(folder / name)
    finally:
        temporary.unlink(missing_ok=True)
    return Part(
        name=name, rows=count, days=tuple(days), size=found.st_size, modified_ns=found.st_mtime_ns, checksum=crc
    )
