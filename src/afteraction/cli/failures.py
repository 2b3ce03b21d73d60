"""``afteraction failures``: why runs fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from afteraction.analytics.failure_clusters import MOST
from afteraction.cli.answer import Form, form_options, give, mention_unreadable
from afteraction.cli.filters import scope_options
from afteraction.cli.nothing import nothing_found

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.output.terminal import Screen

_EXAMPLES = """\b
Examples:
  afteraction failures
  afteraction failures --agent frontend-developer --period 28d
  afteraction failures --where --csv
"""


@click.command(epilog=_EXAMPLES, short_help="Why runs fail, and where failures concentrate.")
@scope_options
@click.option(
    "--most",
    type=click.IntRange(1, 100),
    default=MOST,
    show_default=True,
    metavar="N",
    help="Kinds to give, in every form.",
)
@click.option("--where", is_flag=True, help="Every circumstance that was looked at, instead of the kinds.")
@form_options
def failures(scope: Scope, now_ms: int, most: int, where: bool, form: Form | None) -> None:  # noqa: FBT001 - a flag of click
    """Why runs fail: messages that are alike, who they happen to, examples, and what to change.

    A kind of failure concentrates in an hour, project, model, version … where it is more frequent than chance would
    have it, agent by agent, and so surprising that at most one such find in twenty is false.
    """
    from afteraction.analytics.concentration import Concentration
    from afteraction.analytics.failure_clusters import FailureCluster
    from afteraction.analytics.failures import failures as ask_failures
    from afteraction.cli.root import current
    from afteraction.cli.source import open_source

    del now_ms
    root = current()
    index = open_source(root)
    mention_unreadable(index.unreadable)
    found = ask_failures(index, scope, most=most)

    def draw(screen: Screen) -> None:
        from afteraction.output.failures_page import draw_failures, draw_places

        if where:
            draw_places(found, screen)
        else:
            draw_failures(found, scope, screen)

    if found.total.runs or form is not None:
        if where:
            give(found.concentrations, Concentration, form, draw)
        else:
            give(found.clusters, FailureCluster, form, draw, document=found)
    if not found.total.runs:
        raise nothing_found(index)
