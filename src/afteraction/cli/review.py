"""``afteraction review``: how agents, workflows and the user's content went, for a month, a week or a day."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, get_args

import click

from afteraction.analytics.review_period import Kind
from afteraction.cli.answer import Form, form_options, give, mention_unreadable
from afteraction.cli.filters import own_period, scope_options
from afteraction.cli.nothing import nothing_found
from afteraction.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from _typeshed import DataclassInstance

    from afteraction.analytics.review_week import WeeklyReview
    from afteraction.analytics.reviews import DailyReview, MonthlyReview
    from afteraction.analytics.scope import Scope
    from afteraction.output.terminal import Screen
    from afteraction.store.index import Index

_EXAMPLES = """\b
Examples:
  afteraction review weekly
  afteraction review monthly --markdown > review.md
  afteraction review daily --until 2025-10-30 --json
"""


@own_period
@click.command(epilog=_EXAMPLES, short_help="Daily, weekly and monthly reviews.")
@click.argument("kind", type=click.Choice(get_args(Kind)))
@scope_options
@click.option("--markdown", "as_markdown", is_flag=True, help="As a markdown document.")
@form_options
def review(kind: Kind, scope: Scope, now_ms: int, *, as_markdown: bool, form: Form | None) -> None:
    """Monthly: which agents improve, need work or should go. Weekly: are workflows improving, what holds them up.
    Daily: what was accepted, rejected and done again.

    The period is the last 28 days, 7 days or 24 hours before --until, or before now, and is compared with as long
    before. A change is named only when it is more than chance; monthly, more than chance among so many agents.

    Monthly verdicts: deprecate, below 50% for certain; needs work, fell, or below 80% for certain; improving, rose;
    steady, nothing of that is certain; no comparison, the same with fewer than 10 runs before; few runs, fewer now.
    """  # noqa: D205 - one sentence for each kind
    from afteraction.cli.root import current
    from afteraction.cli.source import open_source
    from afteraction.output.review_page import draw_review, markdown
    from afteraction.output.review_sections import page

    if scope.since_ms is not None:
        raise click.UsageError("a review has a period of its own; leave out --period and --since, --until moves it")
    if as_markdown and form is not None:
        raise click.UsageError("--markdown is a form of its own; leave out --json and --csv")
    index = open_source(current())
    mention_unreadable(index.unreadable)
    found, rows, row_type = _asked(index, kind, scope, now_ms)

    def draw(screen: Screen) -> None:
        draw_review(page(found), screen)

    if rows and as_markdown:
        sys.stdout.write(markdown(page(found)))
        sys.stdout.flush()
    elif rows or form is not None:
        give(rows, row_type, form, draw, document=found)
    if not rows:
        raise _nothing(index, kind, scope, (found.period.since, found.period.until))


def _asked(
    index: Index, kind: Kind, scope: Scope, now_ms: int
) -> tuple[MonthlyReview | WeeklyReview | DailyReview, Sequence[DataclassInstance], type[DataclassInstance]]:
    """The review, and its rows for programs that read rows."""
    if kind == "weekly":
        from afteraction.analytics.review_week import Bottleneck, weekly

        week = weekly(index, scope, now_ms=now_ms)
        return week, week.bottlenecks, Bottleneck
    from afteraction.analytics.reviews import AgentReview, Satisfaction, daily, monthly

    if kind == "monthly":
        month = monthly(index, scope, now_ms=now_ms)
        return month, month.agents, AgentReview
    day = daily(index, scope, now_ms=now_ms)
    return day, day.agents, Satisfaction


def _nothing(index: Index, kind: Kind, scope: Scope, period: tuple[str, str]) -> NotFoundError:
    """NotFoundError that says which period is empty, and of what."""
    from afteraction.analytics.summary import summary

    if summary(index, scope).invocations == 0:
        return nothing_found(index)
    what = "workflow of several agents" if kind == "weekly" else "run"
    since, until = (moment[:16].replace("T", " ") for moment in period)
    return NotFoundError(f"no {what} began from {since} to {until} UTC; --until moves the period")
