"""``afteraction agent``: one agent."""

from __future__ import annotations

from dataclasses import replace
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
  afteraction agent Explore
  afteraction agent frontend-developer --period 28d --by week
  afteraction agent plugin:reviewer --project . --json
"""


@click.command(epilog=_EXAMPLES, short_help="One agent: trend, failures, cost, edits.")
@click.argument("name", metavar="NAME")
@scope_options
@by_option
@form_options
def agent(name: str, scope: Scope, now_ms: int, by: By | None, form: Form | None) -> None:
    """One agent: success over time with its interval, what edits of its definition did, why it fails, what it costs.

    A pipe and --csv get its runs cut by model, project, version, type of task and outcome; --json has everything.
    """
    from afteraction.analytics.agent import agent_report
    from afteraction.analytics.breakdown import Slice
    from afteraction.analytics.names import agent_names
    from afteraction.analytics.sides import known_agent
    from afteraction.cli.root import current
    from afteraction.cli.source import open_source
    from afteraction.store.coverage import read_coverage

    if scope.agent is not None:
        raise click.UsageError("the agent is named twice; leave out --agent")
    root = current()
    index = open_source(root)
    mention_unreadable(index.unreadable)
    known = agent_names(index)
    if not known:
        raise nothing_found(index)
    wanted = replace(scope, agent=known_agent(name, known))
    report = agent_report(index, wanted, read_coverage(root), now_ms=now_ms, by=by)
    if report is None:
        raise nothing_found(index)

    def draw(screen: Screen) -> None:
        from afteraction.output.agent_page import draw_agent

        draw_agent(report, screen)

    give(report.slices, Slice, form, draw, document=report)
