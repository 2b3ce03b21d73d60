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
    from collections.abc import Sequence

    from afteraction.analytics.scope import Scope
    from afteraction.output.terminal import Screen
    from afteraction.store.index import Index

_EXAMPLES = """\b
Examples:
  afteraction agents
  afteraction agents --period 28d --sort cost
  afteraction agents --by task-type
  afteraction agents --retire
  afteraction agents --fail-under 60 --min-runs 20 --period 28d
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
@click.option("--retire", is_flag=True, help="Those that fail more often than not for certain, and who does better.")
@click.option("--fail-under", type=click.IntRange(0, 100), metavar="PERCENT",
              help="Exit 1 when an agent's whole interval lies below: a gate for scripts.")  # fmt: skip
@form_options
def agents(  # noqa: PLR0913 - the options of one command
    *,
    scope: Scope,
    now_ms: int,
    sort: Sort,
    min_runs: int,
    by: str | None,
    retire: bool,
    fail_under: int | None,
    form: Form | None,
) -> None:
    """Which agents succeed, how sure that is, how fast they are and what they cost.

    Every rate stands with its 95% interval; under 10 runs there is a count instead. The change compares the
    last 7 days with all before and is marked only when it is more than chance.
    """
    from afteraction.analytics.summary import summary
    from afteraction.cli.root import current
    from afteraction.cli.source import open_source

    if (by is not None or retire) and (sort != "success" or fail_under is not None):
        raise click.UsageError("--by and --retire have an order of their own; leave out --sort and --fail-under")
    if by is not None and retire:
        raise click.UsageError("--by and --retire are two questions; ask one of them")
    root = current()
    index = open_source(root)
    if by is not None:
        _by_task_type(index, scope, min_runs, form)
        return
    if retire:
        _retire(index, scope, now_ms, form)
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
    if fail_under is not None:
        _fail(rows, fail_under)


def _fail(rows: Sequence[Agent], percent: int) -> None:
    """Exit 1 when an agent is below for certain; the names go to stderr."""
    from afteraction.output.text import plain

    below = [row for row in rows if row.success_high * 100 < percent]
    for row in below:
        interval = f"{row.success_low:.0%} to {row.success_high:.0%}"
        click.echo(f"afteraction: {plain(row.agent_name)} succeeds in {interval} of runs, below {percent}%", err=True)
    if below:
        click.get_current_context().exit(1)


def _retire(index: Index, scope: Scope, now_ms: int, form: Form | None) -> None:
    from afteraction.analytics.names import agent_names
    from afteraction.analytics.retirement import Retirement, retirements

    rows, few = retirements(index, scope, now_ms=now_ms)

    def draw(screen: Screen) -> None:
        from afteraction.output.retirement_page import draw_retirements

        draw_retirements(rows, few, screen)

    mention_unreadable(index.unreadable)
    known = bool(agent_names(index))
    if known or form is not None:
        give(rows, Retirement, form, draw)
    if not known:
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
