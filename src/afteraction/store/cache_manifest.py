"""What the cache holds: which Parquet parts, what of them no longer counts, and what each day looked like.

One small JSON file, replaced atomically, is the cache's only state: a reader that has it has a consistent list of
parts, and parts are never changed once named in it. Anything wrong with it means an empty cache, never an error,
because everything here can be made again from the records.
"""

from __future__ import annotations

import os
import zlib
from typing import TYPE_CHECKING

import msgspec

from afteraction.store.atomic import write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_NAME = "manifest.json"
_CHUNK = 1 << 18
CHECKED_BYTES = 32 << 20
"""How much of the cache an ordinary look reads to compare checksums, 10 ms: all of it up to 250,000 records."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One immutable Parquet file."""

    name: str
    rows: int
    days: tuple[str, ...]
    """Every day that it has a row of."""
    size: int
    """Bytes."""
    modified_ns: int
    checksum: int
    """CRC-32 of the file: what DuckDB does not notice by itself is a changed byte inside a value."""


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """One folder of records as it was when the cache last agreed with it."""

    modified_ns: int | None
    """The folder's time, 0 when there is no such folder; None when it cannot vouch for the contents."""
    files: int
    stamps: int
    """The sum of all stamps, modulo 2**64: two states of a folder differ in it."""
    unreadable: dict[str, int] = {}
    """Files that hold no record: stored name → stamp."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known about the cache."""

    version: str
    """What wrote it; a cache of another version is no cache."""
    parts: tuple[Part, ...] = ()
    days: dict[str, Day] = {}
    hidden: tuple[int, ...] = ()
    """Stamps of rows in parts whose file has been replaced, moved or deleted."""
    retired: dict[str, int] = {}
    """Parts that are not used any more, each with the time in ns since when; readers may still have them open."""


_DECODER = msgspec.json.Decoder(Manifest)


def load_manifest(folder: Path, version: str) -> Manifest:
    """The manifest in the cache's folder; an empty one where there is none of this version."""
    try:
        found = _DECODER.decode((folder / _NAME).read_bytes())
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Manifest(version=version)
    return found if found.version == version else Manifest(version=version)


def save_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest; OSError when that is not possible."""
    write_atomic(folder / _NAME, msgspec.json.encode(manifest) + b"\n", durable=False)


def broken_parts(folder: Path, parts: Iterable[Part], *, budget: int | None = None) -> set[str]:
    """The names of parts that are gone or not what was written.

    Sizes and times are compared always, checksums where these differ in time, and for the newest parts as long as the
    budget of bytes lasts; None is for all.
    """
    left = budget
    broken = set()
    for part in reversed(tuple(parts)):
        affordable = left is None or part.size <= left
        if not _is_sound(folder / part.name, part, thorough=affordable):
            broken.add(part.name)
        if left is not None:
            left = max(0, left - part.size)
    return broken


def checksum(path: Path) -> int:
    """CRC-32 of a file, which runs at the speed of memory."""
    crc = 0
    chunk = memoryview(bytearray(_CHUNK))
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(chunk):
            crc = zlib.crc32(chunk[:count], crc)
    return crc


def _is_sound(path: Path, part: Part, *, thorough: bool) -> bool:
    try:
        found = os.stat(path)  # noqa: PTH116 - the same, sooner
        if found.st_size != part.size:
            return False
        return (found.st_mtime_ns == part.modified_ns and not thorough) or checksum(path) == part.checksum
    except OSError:
        return False
