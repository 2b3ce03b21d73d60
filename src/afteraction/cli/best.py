"""``afteraction best``: which agent to give a task."""

from __future__ import annotations

import sys
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
  afteraction best "fix the failing login tests"
  afteraction best review the payment change --period 84d
  afteraction best "write API docs" --project . --json
"""


@click.command(epilog=_EXAMPLES, short_help="Which agent to give a task.")
@click.argument("task", nargs=-1, required=True, metavar="TASK...")
@scope_options
@form_options
def best(task: tuple[str, ...], scope: Scope, now_ms: int, form: Form | None) -> None:
    """Which agents did well at tasks like this one; the best first.

    Like tasks are of the same type and their descriptions share words. An agent's rate at these is drawn towards its
    rate at the type of task and at all, and ranked by the lower bound of its interval. Work that was rejected counts as
    not done well. Where no agent had 10 such runs the answer is that there is not enough data. A task of - is read from
    the standard input, where no shell looks at its quotes.
    """
    from afteraction.analytics.best import Candidate
    from afteraction.analytics.best import best as ask_best
    from afteraction.analytics.names import agent_names
    from afteraction.cli.root import current
    from afteraction.cli.source import open_source

    del now_ms
    words = " ".join(sys.stdin.read().split() if task == ("-",) else task).strip()
    if not words:
        raise click.UsageError("say in a few words what is to be done")
    root = current()
    index = open_source(root)
    mention_unreadable(index.unreadable)
    advice = ask_best(index, scope, words)

    def draw(screen: Screen) -> None:
        from afteraction.output.best_page import draw_advice

        draw_advice(advice, words, screen)

    known = bool(agent_names(index))
    if known or form is not None:
        give(advice.candidates, Candidate, form, draw, document=advice)
    if not known:
        raise nothing_found(index)
