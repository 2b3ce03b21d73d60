"""Which days a review is about, and which it compares them with.

The last so many times 24 hours and as many before, not calendar weeks and months: both sides are of the same length and
hold the same days of the week, so neither a short month nor a weekend looks like a change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from afteraction.moments import DAY_MS, utc_timestamp

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope

Kind = Literal["daily", "weekly", "monthly"]
DAYS: dict[Kind, int] = {"daily": 1, "weekly": 7, "monthly": 28}
"""How long the period of a review is; a month is four weeks."""


@dataclass(frozen=True, slots=True)
class Period:
    """A period and the one of the same length before it, as UTC timestamps."""

    days: int
    before: str
    """Where the earlier one begins; it ends at ``since``."""
    since: str
    until: str
    """Not included."""


@dataclass(frozen=True, slots=True)
class Span:
    """The same as numbers, with the scope of the period: what the questions take."""

    scope: Scope
    """Of the period itself."""
    before_ms: int
    since_ms: int
    until_ms: int

    def values(self) -> dict[str, str | float | None]:
        """The values that a question about both periods binds."""
        return {**self.scope.values(), "before_ms": self.before_ms}

    def told(self) -> Period:
        """As people and files see it."""
        return Period(
            days=(self.until_ms - self.since_ms) // DAY_MS,
            before=utc_timestamp(self.before_ms),
            since=utc_timestamp(self.since_ms),
            until=utc_timestamp(self.until_ms),
        )

    def earlier(self) -> Scope:
        """The scope of the period before."""
        return replace(self.scope, since_ms=self.before_ms, until_ms=self.since_ms)


def span(kind: Kind, scope: Scope, *, now_ms: int) -> Span:
    """The days up to the end of ``scope`` or to now, whichever is earlier; where ``scope`` begins does not matter.

    Not beyond now: hours to come would be empty, and the comparison unfair.
    """
    until_ms = now_ms if scope.until_ms is None else min(now_ms, scope.until_ms)
    length_ms = DAYS[kind] * DAY_MS
    since_ms = until_ms - length_ms
    return Span(
        scope=replace(scope, since_ms=since_ms, until_ms=until_ms),
        before_ms=since_ms - length_ms,
        since_ms=since_ms,
        until_ms=until_ms,
    )
