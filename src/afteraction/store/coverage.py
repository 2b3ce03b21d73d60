"""Which days anything is known of, so that a day without records is called idle only where it really was.

The client sweeps its transcripts after a month, and hooks tell only from the day they were installed. A day that lies
in none of the spans kept here, and has no record, is a day without data.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import msgspec

from afteraction.store.atomic import write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from afteraction.paths import Root

_DAY = timedelta(days=1)


class Span(msgspec.Struct, frozen=True, array_like=True):
    """Days that are known, first and last included, UTC."""

    first: date
    last: date


class Coverage(msgspec.Struct, frozen=True):
    """The known days, as spans that neither touch nor overlap, oldest first."""

    spans: tuple[Span, ...] = ()

    def covers(self, day: date) -> bool:
        """Whether anything that happened on a day would be known."""
        return any(span.first <= day <= span.last for span in self.spans)

    def extended(self, first: date, last: date) -> Coverage:
        """The same with more days."""
        return Coverage(_joined([*self.spans, Span(min(first, last), max(first, last))]))


def read_coverage(root: Root) -> Coverage:
    """What is stored; nothing when it was never written or cannot be read."""
    try:
        return msgspec.json.decode(_file(root).read_bytes(), type=Coverage)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Coverage()


def extend_coverage(root: Root, first: date, last: date) -> Coverage:
    """Add days and keep the result; nothing is written when they were known. OSError when it cannot be."""
    known = read_coverage(root)
    more = known.extended(first, last)
    if more != known:
        write_atomic(_file(root), msgspec.json.encode(more))
    return more


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.first, span.last)):
        if joined and span.first <= joined[-1].last + _DAY:
            joined[-1] = Span(joined[-1].first, max(joined[-1].last, span.last))
        else:
            joined.append(span)
    return tuple(joined)


def _file(root: Root) -> Path:
    return root.state / "coverage.json"
