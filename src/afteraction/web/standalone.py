"""The report as one file: the same parts as the pages, with the style sheet in it and without links to a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from afteraction.web import pages
from afteraction.web.filters import Filters
from afteraction.web.rendering import STYLE, environment

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.store.index import RecordIndex


def standalone_page(index: RecordIndex, scope: Scope, now_ms: int) -> str | None:
    """The whole page; None when nothing matches the scope."""
    filters = Filters((), scope, now_ms)
    values = pages.report(index, filters)
    if not values["rows"]:
        return None
    style = Markup(STYLE.read_text(encoding="utf-8"))  # noqa: S704 - our own file
    return (
        environment()
        .get_template("report.html")
        .render(filters=filters, url=filters.url, standalone=True, style=style, scope=scope, **values)
    )
