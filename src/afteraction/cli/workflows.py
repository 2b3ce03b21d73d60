"""``afteraction workflows``: which sequences of agents are common, and whether they get better."""

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
    from afteraction.store.index import Index

_EXAMPLES = """\b
Examples:
  afteraction workflows
  afteraction workflows --trend --period 84d
  afteraction workflows --least 1 --json
"""


@click.command(epilog=_EXAMPLES, short_help="Most common sequences of agents; --trend: are they improving.")
@scope_options
@click.option("--trend", is_flag=True, help="Week by week instead: do workflows of several agents get better?")
@click.option("--least", type=click.IntRange(1), default=2, show_default=True, metavar="N",
              help="Leave out workflows with fewer runs.")  # fmt: skip
@click.option("--most", type=click.IntRange(1, 1000), default=10, show_default=True, metavar="N",
              help="Sequences to give, in every form.")  # fmt: skip
@form_options
def workflows(
    scope: Scope,
    now_ms: int,
    trend: bool,  # noqa: FBT001 - a flag of click
    least: int,
    most: int,
    form: Form | None,
) -> None:
    """Which sequences of agents a prompt sets off, how often, how well they end, how long they take.

    A sequence is made of the agents that the main thread started; those at work at the same time are one step,
    written A + B. A workflow succeeds when every run in it does.
    """
    from afteraction.cli.root import current
    from afteraction.cli.source import open_source

    del now_ms
    root = current()
    index = open_source(root)
    mention_unreadable(index.unreadable)
    if trend:
        _give_trend(index, scope, least, form)
    else:
        _give_sequences(index, scope, (least, most), form)


def _give_sequences(index: Index, scope: Scope, limits: tuple[int, int], form: Form | None) -> None:
    from afteraction.analytics.sequences import Sequence, sequences

    rows = sequences(index, scope, least=limits[0], most=limits[1])

    def draw(screen: Screen) -> None:
        from afteraction.output.workflows_page import draw_sequences

        draw_sequences(rows, screen)

    if rows or form is not None:
        give(rows, Sequence, form, draw)
    if not rows:
        raise _no_workflows(index, scope)


def _give_trend(index: Index, scope: Scope, least: int, form: Form | None) -> None:
    from afteraction.analytics.workflow_trend import WorkflowWeek, workflow_trend

    found = workflow_trend(index, scope, least=least)

    def draw(screen: Screen) -> None:
        from afteraction.output.workflows_page import draw_workflow_trend

        draw_workflow_trend(found, screen)

    if found.weeks or form is not None:
        give(found.weeks, WorkflowWeek, form, draw, document=found)
    if not found.weeks:
        raise _no_workflows(index, scope)


def _no_workflows(index: Index, scope: Scope) -> NotFoundError:
    from afteraction.analytics.summary import summary

    if summary(index, scope).invocations:
        return NotFoundError("no workflow with so many runs; --least 1 takes in those with a single one")
    return nothing_found(index)
