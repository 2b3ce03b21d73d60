"""The filters of a page, in its URL: the same five as on the command line, with the same meaning.

They stand in the URL so that a page can be kept, shared and reloaded; every link within the site carries them on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from afteraction.analytics.scope import Scope
from afteraction.moments import end_of_time, epoch_ms, period_ms

if TYPE_CHECKING:
    from collections.abc import Mapping

PERIODS = {"all": "all time", "24h": "24 hours", "7d": "7 days", "28d": "28 days", "90d": "90 days"}
_TEXT_LIMIT = 400


class BadFilterError(ValueError):
    """A filter in the URL that means nothing; its text says what to do."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the URL says, and what it means."""

    given: tuple[tuple[str, str], ...]
    """The filters that were given, by name, as they were given."""
    scope: Scope
    now_ms: int
    """The moment up to which is asked, epoch ms."""

    def value(self, name: str) -> str:
        """What a filter was given as; empty when it was not."""
        return dict(self.given).get(name, "")

    def url(self, path: str, **more: str | int | None) -> str:
        """A link within the site that carries the filters on; ``more`` adds to them, None takes one out."""
        query = {**dict(self.given), **more}
        text = urlencode({name: value for name, value in query.items() if value not in {None, ""}})
        return f"{path}?{text}" if text else path

    def of_agent(self, agent: str) -> Scope:
        """The scope, of one agent."""
        return replace(self.scope, agent=agent)


def filters_of(query: Mapping[str, str], now_ms: int) -> Filters:
    """Read the filters of a URL; BadFilterError when one of them means nothing."""
    names = ("period", "since", "until", "project", "agent", "model")
    given = {name: query[name].strip()[:_TEXT_LIMIT] for name in names if query.get(name, "").strip()}
    try:
        length_ms = period_ms(given.get("period", "all"))
        since_ms = epoch_ms(given["since"]) if "since" in given else None
        until_ms = end_of_time(given["until"]) if "until" in given else None
    except (ValueError, OverflowError) as error:
        raise BadFilterError(f"{error}; dates look like 2025-10-30, periods like 28d") from error
    if since_ms is not None and until_ms is not None and until_ms <= since_ms:
        raise BadFilterError("until lies before since; nothing can have happened in between")
    if length_ms is not None and since_ms is None:
        since_ms = (now_ms if until_ms is None else until_ms) - length_ms
    scope = Scope(
        since_ms=since_ms, until_ms=until_ms, project=given.get("project"), agent=given.get("agent"),
        model=given.get("model"),
    )  # fmt: skip
    return Filters(tuple(given.items()), scope, now_ms)
