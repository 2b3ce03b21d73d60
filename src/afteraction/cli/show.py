"""``afteraction show``: one invocation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from afteraction.cli.answer import Form, form_options, give

if TYPE_CHECKING:
    from afteraction.output.terminal import Screen

_EXAMPLES = """\b
Examples:
  afteraction show last
  afteraction show inv-20251030-9f3c2a71b0de
  afteraction show 9f3c --json
"""


@click.command(epilog=_EXAMPLES, short_help="Everything about one invocation.")
@click.argument("reference", metavar="[ID|last]", default="last")
@form_options
def show(reference: str, form: Form | None) -> None:
    """Everything about one invocation: outcome and evidence, tools, files, tokens, cost.

    ID is the invocation's id, its beginning, or the beginning of its last part; without one, or for "last", it is the
    newest. With --json it is the record itself.
    """
    from afteraction.cli.root import current
    from afteraction.output.facts import Fact, facts
    from afteraction.store.reading import find_caller, find_invocation

    root = current()
    path, record = find_invocation(root, reference)

    def draw(screen: Screen) -> None:
        from afteraction.output.card import draw_card

        draw_card(record, find_caller(root, record), path, screen)

    give(facts(record, path), Fact, form, draw, document=record)
