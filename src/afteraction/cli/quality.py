"""``afteraction quality``: whether what agents delivered was wanted."""

from __future__ import annotations

from dataclasses import replace
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
  afteraction quality
  afteraction quality code-reviewer --period 84d
  afteraction quality --project . --json
"""


@click.command(epilog=_EXAMPLES, short_help="Was the work wanted: acceptance, corrections, false completions.")
@click.argument("name", metavar="[AGENT]", required=False)
@scope_options
@click.option("--min-runs", type=click.IntRange(0), default=0, metavar="N", help="Leave out agents with fewer runs.")
@form_options
def quality(name: str | None, scope: Scope, now_ms: int, min_runs: int, form: Form | None) -> None:
    """Whether what agents delivered was wanted; with an agent's name also week by week, with its time to completion.

    What the user said (afteraction feedback) and what was inferred from what happened afterwards stand apart. A false
    completion ended well and was rejected. Repeated: the same words were given to the same agent again in the session.
    """
    from afteraction.analytics.names import agent_names
    from afteraction.analytics.quality import Quality, quality_trend, rejected
    from afteraction.analytics.quality import quality as ask_quality
    from afteraction.analytics.sides import known_agent
    from afteraction.cli.root import current
    from afteraction.cli.source import open_source
    from afteraction.store.later import Later

    del now_ms
    if name is not None and scope.agent is not None:
        raise click.UsageError("the agent is named twice; leave out --agent")
    root = current()
    index = open_source(root)
    mention_unreadable(index.unreadable)
    if name is not None:
        known = agent_names(index)
        if not known:
            raise nothing_found(index)
        scope = replace(scope, agent=known_agent(name, known))
    by_week = Later(index, lambda beside: quality_trend(beside, scope))
    thrown_away = Later(index, lambda beside: rejected(beside, scope))
    rows = ask_quality(index, scope, min_runs=min_runs)
    weeks = by_week.get()

    def draw(screen: Screen) -> None:
        from afteraction.output.quality_page import draw_quality, draw_weeks

        draw_quality(rows, screen)
        if scope.agent is not None:
            draw_weeks(weeks, screen)
        screen.line()
        command = ("quality",) if scope.agent is None else ("failures", "--agent")
        screen.next_command(*command, rows[0].agent_name)

    if rows or form is not None:
        document = {"agents": rows, "weeks": weeks, "rejected": thrown_away.get()}
        give(rows, Quality, form, draw, document=document)
    if not rows:
        raise nothing_found(index)
