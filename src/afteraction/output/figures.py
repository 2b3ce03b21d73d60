"""Numbers as people read them: counts, money, rates, moments.

Unknown is ``-`` everywhere; a rate of few runs is shown as the count it is, because "25%" of four runs claims too much.
"""

from __future__ import annotations

from afteraction.moments import utc_timestamp
from afteraction.output.durations import UNKNOWN

_THOUSAND, _MILLION, _BILLION = 1_000, 1_000_000, 1_000_000_000
_CENT = 0.01
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
"""A weekday less one is its place, as in ISO 8601."""
_UNITS = ("kB", "MB", "GB", "TB")


def count(number: int | None) -> str:
    """``1,400``."""
    return UNKNOWN if number is None else f"{number:,}"


def counted(number: int, noun: str) -> str:
    """``1 agent run``, ``2 agent runs``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def compact(number: int | None) -> str:
    """``999``, ``12.3k``, ``4.56M``, ``1.20G``; ``-`` when unknown."""
    if number is None:
        return UNKNOWN
    if number < _THOUSAND:
        return str(number)
    if number < 999_950:  # noqa: PLR2004 - what would round to 1000.0k
        return f"{number / _THOUSAND:.1f}k"
    if number < 999_995_000:  # noqa: PLR2004 - what would round to 1000.00M
        return f"{number / _MILLION:.2f}M"
    return f"{number / _BILLION:.2f}G"


def size(number: int) -> str:
    """``999 B``, ``1.2 kB``, ``63.0 MB``."""
    amount, unit = float(number), "B"
    for larger in _UNITS:
        if round(amount, 1) < _THOUSAND:
            break
        amount, unit = amount / _THOUSAND, larger
    return f"{number} B" if unit == "B" else f"{amount:.1f} {unit}"


def money(dollars: float | None) -> str:
    """``112.57``, ``0.0042``, ``<0.0001``, ``-`` when unknown: US dollars without the sign."""
    if dollars is None:
        return UNKNOWN
    if dollars == 0 or dollars >= _CENT:
        return f"{dollars:,.2f}"
    return f"{dollars:.4f}" if dollars >= _CENT / 100 else f"<{_CENT / 100:.4f}"


def fine_money(dollars: float | None) -> str:
    """``$0.0421``, ``$12.35``: what one invocation cost, to a hundredth of a cent below a dollar."""
    if dollars is None or dollars >= 1 or dollars < _CENT:
        return UNKNOWN if dollars is None else f"${money(dollars)}"
    return f"${dollars:.4f}"


def percent(rate: float) -> str:
    """``97%``; never 100% or 0% unless it is exactly that."""
    rounded = round(rate * 100)
    if 0 < rate < 1:
        rounded = min(max(rounded, 1), 99)
    return f"{rounded}%"


def points(difference: float) -> str:
    """A difference of two rates in percentage points, with its sign: ``+14``."""
    return f"{round(difference * 100):+d}"


def moment(at_ms: int | None) -> str:
    """``2025-10-30 12:35:00 UTC``; ``-`` when unknown."""
    return UNKNOWN if at_ms is None else utc_timestamp(at_ms)[:19].replace("T", " ") + " UTC"
