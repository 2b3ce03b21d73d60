"""``afteraction compare``: two agents, or one before and after an edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from afteraction.cli.answer import Form, form_options, give, mention_unreadable
from afteraction.cli.filters import scope_options
from afteraction.cli.nothing import nothing_found

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.output.terminal import Screen

_EXAMPLES = """\b
Examples:
  afteraction compare Explore Plan
  afteraction compare code-reviewer@before code-reviewer@after
  afteraction compare code-reviewer@531e code-reviewer@1ca5 --json
"""


@click.command(epilog=_EXAMPLES, short_help="Two agents, or one before and after an edit.")
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@scope_options
@form_options
def compare(a: str, b: str, scope: Scope, now_ms: int, form: Form | None) -> None:
    """Two agents side by side: success, time, cost, and how far they differ for certain.

    NAME@before and NAME@after are the two sides of the last edit of NAME's definition, NAME@3f9c is the version whose
    sha256 begins so. Like with like compares within the models and types of task that both had.
    """
    from afteraction.analytics.compare import Comparison, case_mix
    from afteraction.analytics.compare import compare as ask_compare
    from afteraction.analytics.names import agent_names
    from afteraction.analytics.sides import side
    from afteraction.cli.root import current
    from afteraction.cli.source import open_source
    from afteraction.store.later import Later

    del now_ms
    if scope.agent is not None:
        raise click.UsageError("A and B name the agents; leave out --agent")
    root = current()
    index = open_source(root)
    mention_unreadable(index.unreadable)
    if not agent_names(index):
        raise nothing_found(index)
    sides = side(index, scope, a), side(index, scope, b)
    if sides[0].contains(sides[1]) or sides[1].contains(sides[0]):
        raise click.UsageError(f"{a} and {b} share runs; compare two agents, or two versions: NAME@before NAME@after")
    by_circumstance = Later(index, lambda beside: case_mix(beside, scope, *sides))
    found = ask_compare(index, scope, *sides)
    mix = by_circumstance.get()
    if found is None:
        raise nothing_found(index)

    def draw(screen: Screen) -> None:
        from afteraction.output.compare_page import draw_comparison

        draw_comparison(found, mix, sides, screen)

    give([found], Comparison, form, draw, document={"comparison": found, "case_mix": mix})
