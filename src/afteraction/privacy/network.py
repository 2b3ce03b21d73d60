"""Finding public IP addresses.

Private, loopback, link-local and documentation ranges stay: they name nobody and a developer needs them. The ranges
are spelled out here because ``ipaddress`` takes longer to import than all the checks of a text take.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from afteraction.privacy.spans import Span

if TYPE_CHECKING:
    from afteraction.privacy.engine import Found

IPV4 = r"\b\d{1,3}(?:\.\d{1,3}){3}\b"
IPV6 = r"\b[0-9A-Fa-f]{1,4}(?::{1,2}[0-9A-Fa-f]{1,4}){2,7}(?:::)?"

_VERSION = re.compile(
    rb"(?i)(?:\xc2\xa7|section|chapter|\bv|version|\bver|release|==|>=|<=|~=|\^|@|-|/[a-z]\w{0,8}/)[\s:=\"'v]{0,3}$"
)
_GROUPS = 8
_KEPT_V4 = (
    (0, 0, 8), (10, 0, 8), (127, 0, 8), (100, 64, 10), (169, 254, 16), (172, 16, 12), (192, 168, 16), (198, 18, 15),
)  # fmt: skip
_KEPT_NETS = {(192, 0, 0), (192, 0, 2), (198, 51, 100), (203, 0, 113)}


def public_v4(data: bytes, match: Found) -> Span | None:
    """Keep what is private or reserved, and four-part versions, which end in ``.0`` or stand behind a version word."""
    parts = match.group().split(b".")
    if any(len(part) > 1 and part[:1] == b"0" for part in parts):
        return None
    octets = [int(part) for part in parts]
    if max(octets) > 255 or not _is_public(octets) or _is_numbering(octets):  # noqa: PLR2004 - largest octet
        return None
    start, end = match.span()
    before, after = data[max(0, start - 10) : start], data[end : end + 2]
    if before[-1:] in (b".", b"_") or (after[:1] in (b".", b"_", b"-") and after[1:].isalnum()):
        return None
    if _VERSION.search(before) and b"deploy@" not in before and not re.search(rb"\w@$", before):
        return None
    return Span(*match.span(), "ip")


def _is_numbering(octets: list[int]) -> bool:
    """Tell whether four numbers are rather a version, a section or an object id: all small, or ending in ``.0.0``."""
    object_id = octets[:3] in ([2, 5, 4], [2, 5, 29], [1, 3, 101])
    return object_id or octets[2:] == [0, 0] or (max(octets) < 10 and len(set(octets)) > 1)  # noqa: PLR2004 - one digit each


def _is_public(octets: list[int]) -> bool:
    """Tell whether an address lies outside the private, reserved and documentation ranges."""
    if octets[0] >= 224 or tuple(octets[:3]) in _KEPT_NETS:  # noqa: PLR2004 - multicast and above
        return False
    value = octets[0] << 8 | octets[1]
    return not any(value >> (16 - bits) == (first << 8 | second) >> (16 - bits) for first, second, bits in _KEPT_V4)


def public_v6(data: bytes, match: Found) -> Span | None:
    """Keep local and documentation ranges, times and MAC addresses, and ``a::b`` of programming languages."""
    text = match.group()
    short = text.count(b"::")
    groups = [group for group in text.split(b":") if group]
    if short > 1 or len(groups) > _GROUPS or (not short and len(groups) != _GROUPS):
        return None
    first = int(groups[0], 16)
    if short and (len(groups[0]) < 4 or first >> 13 != 1 or not any(48 <= char < 58 for char in text)):  # noqa: PLR2004
        return None
    local = first >> 9 == 0xFC >> 1 or first >> 6 == 0xFE80 >> 6 or first >> 8 == 0xFF or first == 0  # noqa: PLR2004
    documentation = first == 0x2001 and int(groups[1], 16) == 0xDB8  # noqa: PLR2004 - 2001:db8::/32
    start, end = match.span()
    before, after = data[max(0, start - 1) : start], data[end : end + 1]
    if local or documentation or before == b":" or after.isalnum() or after in (b"_", b":"):
        return None
    return Span(*match.span(), "ip")
