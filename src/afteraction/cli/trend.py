"""``afteraction trend``: success, runs, cost and time over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from afteraction.cli.answer import Form, form_options, give, mention_unreadable
from afteraction.cli.filters import by_option, scope_options
from afteraction.cli.nothing import nothing_found

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.analytics.trend import By
    from afteraction.output.terminal import Screen

_EXAMPLES = """\b
Examples:
  afteraction trend
  afteraction trend --agent test-runner --period 28d --by day
  afteraction trend --by month --csv
"""


@click.command(epilog=_EXAMPLES, short_help="Success, cost and time over time.")
@scope_options
@by_option
@form_options
def trend(scope: Scope, now_ms: int, by: By | None, form: Form | None) -> None:
    """Success, runs, cost and time by day, week or month, and whether they rise or fall.

    A rise or a fall is called one only when it is more than chance. A day of which nothing could be known, because
    neither hooks nor transcripts cover it, is shown as "no data" and not as idle.
    """
    from afteraction.analytics.trend import TrendBucket
    from afteraction.analytics.trend import trend as ask_trend
    from afteraction.cli.root import current
    from afteraction.cli.source import open_source
    from afteraction.store.coverage import read_coverage

    root = current()
    index = open_source(root)
    mention_unreadable(index.unreadable)
    found = ask_trend(index, scope, read_coverage(root), now_ms=now_ms, by=by)
    ran = any(bucket.invocations for bucket in found.buckets)

    def draw(screen: Screen) -> None:
        from afteraction.output.trend_page import draw_trend

        draw_trend(found, scope, screen)

    if ran or form is not None:
        give(found.buckets, TrendBucket, form, draw, document=found)
    if not ran:
        raise nothing_found(index)
