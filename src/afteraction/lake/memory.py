"""What a root remembers of its pushes: its own random number, and the state of each day that it has pushed where.

The number is made once and says nothing of machine or user. What was pushed only saves work: without it every day is
read and redacted again, and makes the part that is there already.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
from typing import TYPE_CHECKING

import msgspec

from afteraction.errors import StoreError
from afteraction.store.atomic import FILE_MODE, make_private_folder, write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from afteraction.paths import Root

_WRITER = re.compile(r"[0-9a-f]{16}")


class PushedDay(msgspec.Struct, frozen=True):
    """A day as it was when it was pushed."""

    folder: str
    """A digest of its files' places, sizes and times."""
    part: str
    """The part that was made of it."""


class PushMemory(msgspec.Struct):
    """Days by the URL they were pushed to."""

    pushed: dict[str, dict[str, PushedDay]] = {}


_DECODER = msgspec.json.Decoder(PushMemory)


def load_memory(root: Root) -> PushMemory:
    """What is remembered; nothing where that is lost or damaged."""
    try:
        return _DECODER.decode(root.lake_state.read_bytes())
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return PushMemory()


def save_memory(root: Root, memory: PushMemory) -> None:
    """Replace what is remembered; OSError when that is not possible."""
    write_atomic(root.lake_state, msgspec.json.encode(memory) + b"\n", durable=False)


def writer_of(root: Root) -> str:
    """The number of this root, 16 hexadecimal digits, made when first asked for. Call it with the lock held."""
    try:
        stored = root.lake_writer.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        stored = ""
    if _WRITER.fullmatch(stored):
        return stored
    made = os.urandom(8).hex()
    write_atomic(root.lake_writer, f"{made}\n".encode())
    return made


@contextlib.contextmanager
def only_push(root: Root) -> Iterator[None]:
    """Be the only push of this root; waits for another one. StoreError when the root cannot be written."""
    try:
        make_private_folder(root.state)
        descriptor = os.open(root.state / "lake.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
    except OSError as error:
        raise StoreError(f"cannot write {root.state}: {error.strerror}. Run: afteraction doctor") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
