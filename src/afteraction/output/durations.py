"""The one way a duration is written.

Two units at most, and the smaller one always with two digits, so that a column of them can be compared at a glance.
"""

from __future__ import annotations

UNKNOWN = "-"
_SECOND, _MINUTE, _HOUR, _DAY = 1_000, 60_000, 3_600_000, 86_400_000
_TENTHS_BELOW = 10 * _SECOND - 50


def duration(ms: float | None) -> str:
    """``412ms``, ``4.2s``, ``0m41``, ``10m40``, ``1h05``, ``3d04``; ``-`` when unknown or negative."""
    if ms is None or ms < 0:
        return UNKNOWN
    if round(ms) < _SECOND:
        return f"{round(ms)}ms"
    if ms < _TENTHS_BELOW:
        return f"{ms / _SECOND:.1f}s"
    seconds = round(ms / _SECOND)
    if seconds * _SECOND < _HOUR:
        return f"{seconds // 60}m{seconds % 60:02d}"
    minutes = seconds // 60
    if minutes * _MINUTE < _DAY:
        return f"{minutes // 60}h{minutes % 60:02d}"
    hours = minutes // 60
    return f"{hours // 24}d{hours % 24:02d}"
