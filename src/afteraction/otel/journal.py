"""Which files a receiver has accepted, as they were then: what makes an export resumable.

Lines are appended after each accepted batch, so a killed export repeats one batch at most. The records themselves are
the buffer while a receiver is down: a second copy of them would be one more thing that can be full, old or torn.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from typing import TYPE_CHECKING

from afteraction.errors import StoreError
from afteraction.store.atomic import FILE_MODE, make_private_folder, write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from afteraction.paths import Root

_SPARE_LINES = 1000


class Journal:
    """The files that one receiver has, by their path below the root; each with its stamp."""

    def __init__(self, path: Path) -> None:
        """Read what is known of a receiver; a line that was cut off is as if it were not there."""
        self._path = path
        self._sent: dict[str, str] = {}
        lines = []
        with contextlib.suppress(FileNotFoundError):
            lines = path.read_text(errors="replace").splitlines(keepends=True)
        for line in lines:
            stamp, tab, file = line.rstrip("\n").partition("\t")
            if tab and line.endswith("\n"):
                self._sent[file] = stamp
        if len(lines) > 2 * len(self._sent) + _SPARE_LINES or (lines and not lines[-1].endswith("\n")):
            write_atomic(path, _lines(self._sent))

    def has(self, file: str, stamp: str) -> bool:
        """Whether the receiver has this file as it is now."""
        return self._sent.get(file) == stamp

    def add(self, stamps: Mapping[str, str]) -> None:
        """Note files as accepted. OSError when it cannot be written."""
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
        try:
            left = memoryview(_lines(stamps))
            while left:
                left = left[os.write(descriptor, left) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        self._sent.update(stamps)


@contextlib.contextmanager
def open_journal(root: Root, url: str) -> Iterator[Journal]:
    """The journal of one receiver, held as long as the export runs. StoreError when another export holds it."""
    folder = root.state / "otlp"
    make_private_folder(folder)
    key = hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:16]  # a URL may carry a token
    descriptor = os.open(folder / f"{key}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError("another export to this address is running; stop it, or let it do the work") from None
        yield Journal(folder / f"{key}.sent")
    finally:
        os.close(descriptor)


def _lines(stamps: Mapping[str, str]) -> bytes:
    return "".join(f"{stamp}\t{file}\n" for file, stamp in stamps.items()).encode("utf-8", "replace")
