"""Points in time: epoch milliseconds inside, ISO 8601 in UTC where people and files see them.

Integers are what every layer exchanges: they compare, subtract and cross process borders without a time zone to get
wrong. A text without an offset is UTC, because records are.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

DAY_MS = 86_400_000
HOUR_MS = DAY_MS // 24
_PERIOD = re.compile(r"(?P<number>[1-9][0-9]{0,4})\s*(?P<unit>h|d|w|hours?|days?|weeks?)")
_UNIT_MS = {"h": HOUR_MS, "d": DAY_MS, "w": 7 * DAY_MS}
_DATE_ONLY = re.compile(r"\d{4}-\d{2}-\d{2}|\d{8}")


def period_ms(given: str) -> int | None:
    """``7days``, ``28d``, ``2w``, ``24h`` in milliseconds; None for ``all``; ValueError when it is no period."""
    if given == "all":
        return None
    match = _PERIOD.fullmatch(given.strip())
    if match is None:
        raise ValueError(f"{given!r} is no period; try 7days, 28d, 24h or all")
    return int(match["number"]) * _UNIT_MS[match["unit"][0]]


def end_of_time(given: str) -> int:
    """An ISO 8601 date or time as the end of a time: a bare date includes its whole day. ValueError when it is none."""
    at_ms = epoch_ms(given)
    return at_ms + DAY_MS if _DATE_ONLY.fullmatch(given) else at_ms


def epoch_ms(timestamp: str) -> int:
    """The epoch milliseconds of an ISO 8601 date or time; ValueError when it is none."""
    moment = datetime.fromisoformat(timestamp)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def known_epoch_ms(timestamp: str | None) -> int | None:
    """The same for a stored text that may be absent or no time at all: then None."""
    if timestamp is None:
        return None
    try:
        return epoch_ms(timestamp)
    except (ValueError, OverflowError):
        return None


def utc_timestamp(at_ms: int) -> str:
    """An epoch-millisecond time as ``2025-10-30T12:35:00.123Z``."""
    moment = datetime.fromtimestamp(at_ms // 1000, UTC)
    return f"{moment.replace(tzinfo=None).isoformat()}.{at_ms % 1000:03d}Z"


def utc_date(at_ms: int) -> str:
    """The UTC date of an epoch-millisecond time, ``2025-10-30``."""
    return utc_timestamp(at_ms)[:10]


def utc_day(at_ms: int) -> date:
    """The UTC day of an epoch-millisecond time."""
    return datetime.fromtimestamp(at_ms // 1000, UTC).date()
