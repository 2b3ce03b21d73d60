"""``afteraction workflow``: one workflow as a tree with its timeline."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from afteraction.cli.answer import Form, form_options, give

if TYPE_CHECKING:
    from afteraction.output.terminal import Screen

_EXAMPLES = """\b
Examples:
  afteraction workflow
  afteraction workflow wf-20251030-5d41402a
  afteraction workflow 5d41 --json
"""


@click.command(epilog=_EXAMPLES, short_help="One workflow as tree and timeline.")
@click.argument("reference", metavar="[ID|last]", default="last")
@form_options
def workflow(reference: str, form: Form | None) -> None:
    """One workflow as a tree with its timeline: what ran at once, what it waited for, what failed.

    ID is the workflow's id, its beginning, or the beginning of its last part; without one it is the workflow of the
    newest invocation, or a later one in which all was denied. The critical path is the chain of agents that decided
    how long the whole took.
    """
    from afteraction.analytics.timeline import Step, timeline
    from afteraction.cli.root import current
    from afteraction.store.reading import find_workflow

    found = find_workflow(current(), reference)
    times = timeline(found)

    def draw(screen: Screen) -> None:
        from afteraction.output.timeline import draw_workflow

        draw_workflow(found, times, screen)

    give(times.steps, Step, form, draw, document={"workflow": found, "timeline": times})
    drawn = form is None and sys.stdout.isatty()
    if not times.steps and not drawn and form is not Form.JSON:  # no row could say it
        from afteraction.output.text import plain

        click.echo(f"afteraction: nothing ran in {plain(found.workflow_id)}, {found.totals.denied} denied", err=True)
