"""``afteraction pairs``: which agents work together, and well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from afteraction.cli.answer import Form, form_options, give, mention_unreadable
from afteraction.cli.filters import scope_options
from afteraction.cli.nothing import nothing_found
from afteraction.errors import NotFoundError

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.output.terminal import Screen

_EXAMPLES = """\b
Examples:
  afteraction pairs
  afteraction pairs --agent code-reviewer
  afteraction pairs --period 28d --csv
"""


@click.command(epilog=_EXAMPLES, short_help="Which agents work together, and well.")
@scope_options
@form_options
def pairs(scope: Scope, now_ms: int, form: Form | None) -> None:
    """Which two agents run in the same workflows, more often than by chance, and how their runs go there.

    How often is compared with what independence predicts, project by project. How well compares their runs in shared
    workflows with their runs in all others; a change is marked only when it is more than chance.
    """
    from afteraction.analytics.pairs import Pair
    from afteraction.analytics.pairs import pairs as ask_pairs
    from afteraction.analytics.summary import summary
    from afteraction.cli.root import current
    from afteraction.cli.source import open_source

    del now_ms
    root = current()
    index = open_source(root)
    mention_unreadable(index.unreadable)
    rows = ask_pairs(index, scope)

    def draw(screen: Screen) -> None:
        from afteraction.output.pairs_page import draw_pairs

        draw_pairs(rows, screen)

    if rows or form is not None:
        give(rows, Pair, form, draw)
    if not rows:
        if summary(index, scope).invocations:
            raise NotFoundError("no two different agents ran in one workflow; fewer filters may show some")
        raise nothing_found(index)
