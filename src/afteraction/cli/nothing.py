"""What a report says when it has nothing to report: nothing recorded yet, or nothing that the filters let through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from afteraction.errors import NotFoundError

if TYPE_CHECKING:
    from afteraction.store.index import Index


def nothing_found(index: Index) -> NotFoundError:
    """The error to raise, with what to do next."""
    from afteraction.analytics.scope import Scope
    from afteraction.analytics.summary import summary

    everything = summary(index, Scope()).invocations
    if everything == 0:
        return NotFoundError(index.when_empty)
    return NotFoundError(f"none of the {everything} recorded invocations matches; fewer filters show more")
