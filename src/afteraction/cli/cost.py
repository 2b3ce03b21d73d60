"""``afteraction cost``: what runs cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import click

from afteraction.analytics.cost import Cost, CostBy
from afteraction.analytics.cost import cost as ask_cost
from afteraction.cli.answer import Form, form_options, give, mention_unreadable
from afteraction.cli.filters import scope_options
from afteraction.cli.nothing import nothing_found

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.output.terminal import Screen

_EXAMPLES = """\b
Examples:
  afteraction cost
  afteraction cost --by week --period 84d
  afteraction cost --by model --project . --json
"""


@click.command(epilog=_EXAMPLES, short_help="What runs cost, and what a success costs.")
@scope_options
@click.option(
    "--by", type=click.Choice(get_args(CostBy)), default="agent", show_default=True,
    help="What to sum up by; times are UTC, weeks begin on Monday.",
)  # fmt: skip
@form_options
def cost(scope: Scope, now_ms: int, by: CostBy, form: Form | None) -> None:
    """What runs cost and which tokens they used, by agent, model, project or time.

    What a success costs is what all priced runs cost, those that failed included, over those that succeeded. Runs
    whose price is not known are counted, and are in no sum.
    """
    from afteraction.cli.root import current
    from afteraction.cli.source import open_source

    del now_ms
    root = current()
    index = open_source(root)
    mention_unreadable(index.unreadable)
    rows = ask_cost(index, scope, by=by)

    def draw(screen: Screen) -> None:
        from afteraction.output.cost_page import draw_cost

        draw_cost(rows, by, screen)

    if rows or form is not None:
        give(rows, Cost, form, draw)
    if not rows:
        raise nothing_found(index)
