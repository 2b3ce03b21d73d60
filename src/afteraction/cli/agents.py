"""``afteraction agents``: the leaderboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import click

from afteraction.analytics.agents import Agent, Sort
from afteraction.analytics.agents import agents as ask_agents
from afteraction.cli.answer import Form, form_options, give, mention_unreadable
from afteraction.cli.filters import scope_options
from afteraction.cli.nothing import nothing_found

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.output.terminal import Screen
    from afteraction.store.index import Index

_EXAMPLES = """\b
Examples:
  afteraction agents
  afteraction agents --period 28d --sort cost
  afteraction agents --by task-type
  afteraction agents --project . --json
"""


@click.command(epilog=_EXAMPLES, short_help="Leaderboard of agents.")
@scope_options
@click.option(
    "--sort", type=click.Choice(get_args(Sort)), default="success", show_default=True,
    help="success: by what is certain, the interval's lower bound; change: the worst fall first.",
)  # fmt: skip
@click.option("--min-runs", type=click.IntRange(0), default=0, metavar="N", help="Leave out agents with fewer runs.")
@click.option("--by", type=click.Choice(["task-type"]), help="Each agent at each type of task; the best first.")
@form_options
def agents(  # the options of one command
    scope: Scope, now_ms: int, sort: Sort, min_runs: int, by: str | None, form: Form | None
) -> None:
    """Which agents succeed, how sure that is, how fast they are and what they cost.

    Every rate stands with its 95% interval; under 10 runs there is a count instead. The change compares the
    last 7 days with all before and is marked only when it is more than chance.
    """
    from afteraction.analytics.summary import summary
    from afteraction.cli.root import current
    from afteraction.cli.source import open_source

    if by is not None and sort != "success":
        raise click.UsageError("--by task-type has an order of its own; leave out --sort")
    root = current()
    index = open_source(root)
    if by is not None:
        _by_task_type(index, scope, min_runs, form)
        return
    rows = ask_agents(index, scope, now_ms=now_ms, sort=sort, min_runs=min_runs)

    def draw(screen: Screen) -> None:
        from afteraction.output.leaderboard import draw_leaderboard

        draw_leaderboard(rows, summary(index, scope), screen)

    mention_unreadable(index.unreadable)
    if rows or form is not None:
        give(rows, Agent, form, draw)
    if not rows:
        raise nothing_found(index)


def _by_task_type(index: Index, scope: Scope, min_runs: int, form: Form | None) -> None:
    from afteraction.analytics.task_types import AgentTask, agent_tasks

    rows = agent_tasks(index, scope, min_runs=min_runs)

    def draw(screen: Screen) -> None:
        from afteraction.output.task_types_page import draw_task_types

        draw_task_types(rows, screen)

    mention_unreadable(index.unreadable)
    if rows or form is not None:
        give(rows, AgentTask, form, draw)
    if not rows:
        raise nothing_found(index)
