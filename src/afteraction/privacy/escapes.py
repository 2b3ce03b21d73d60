r"""Opening the borders that escapes hide: in ``\nghp_…`` and ``%22AKIA…`` a token follows a letter or a digit.

Texts of developers come escaped as in JSON or in a URL. The escapes of what separates words give way to as many blanks,
so that every offset stays; only looking for shapes uses the result. Escapes that can be a part of a token stay.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from afteraction.privacy.spans import Scan, Span

_JSON = (b"\\n", b"\\r", b"\\t")
_URL = tuple(
    f"%{code}".encode()
    for code in (
        *("20", "22", "26", "27", "28", "29", "09"),
        *("0A", "0a", "0D", "0d", "2C", "2c", "3A", "3a", "3B", "3b", "3C", "3c", "3D", "3d", "3E", "3e", "3F", "3f"),
        *("5B", "5b", "5D", "5d", "7B", "7b", "7C", "7c", "7D", "7d"),
    )
)


def with_borders_open(scan: Scan) -> Scan:
    """The same scan, of the text with its borders open."""
    return partial(_scanned, scan)


def _scanned(scan: Scan, data: bytes) -> Iterator[Span]:
    return scan(_opened(data))


@lru_cache(maxsize=4)  # all scans of a pass get the same text
def _opened(data: bytes) -> bytes:
    """The text with blanks in place of escapes."""
    for sign, escapes in ((b"\\", _JSON), (b"%", _URL)):
        for escape in escapes if sign in data else ():
            data = data.replace(escape, b" " * len(escape))
    return data
