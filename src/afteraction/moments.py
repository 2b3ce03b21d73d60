"""Points in time: epoch milliseconds inside, ISO 8601 in UTC where people and files see them.

Integers are what every layer exchanges: they compare, subtract and cross process borders without a time zone to get
wrong. A text without an offset is UTC, because records are.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

DAY_MS = 86_400_000


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
