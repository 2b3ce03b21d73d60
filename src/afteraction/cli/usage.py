"""``afteraction usage``: which agents are used, when, and which of the defined ones are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from afteraction.cli.answer import Form, form_options, give, mention_unreadable
from afteraction.cli.filters import scope_options
from afteraction.cli.nothing import nothing_found

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.analytics.usage import DefinedAgent
    from afteraction.output.terminal import Screen

_EXAMPLES = """\b
Examples:
  afteraction usage
  afteraction usage --period 7days
  afteraction usage --project . --json
"""


@click.command(epilog=_EXAMPLES, short_help="Most and least used agents, defined but unused, busiest hours.")
@scope_options
@form_options
def usage(scope: Scope, now_ms: int, form: Form | None) -> None:
    """Which agents are used most and least, in which hours, and which are defined but hardly ever run.

    Definitions are those of the project (this folder's, or the one that --project names), the user and the plugins.
    """
    from afteraction.analytics.usage import AgentUsage
    from afteraction.analytics.usage import usage as ask_usage
    from afteraction.cli.root import current
    from afteraction.cli.source import open_source

    root = current()
    index = open_source(root)
    mention_unreadable(index.unreadable)
    found = ask_usage(index, scope, _defined(scope))

    def draw(screen: Screen) -> None:
        from afteraction.output.usage_page import draw_usage

        draw_usage(found, now_ms, screen)

    if found.agents or form is not None:
        give(found.agents, AgentUsage, form, draw, document=found)
    if not found.agents:
        raise nothing_found(index)


def _defined(scope: Scope) -> list[DefinedAgent]:
    """The agents that files define for the project in question; all of them, or the one that is asked for."""
    import os
    from pathlib import Path

    from afteraction.analytics.usage import DefinedAgent
    from afteraction.paths import claude_config_dir
    from afteraction.privacy.redactor import Redactor
    from afteraction.sources.claude.agent_definitions import defined_agents

    project = Path(scope.project) if scope.project is not None else Path.cwd()
    found = defined_agents(project if project.is_absolute() else None, claude_config_dir(os.environ))
    gate = Redactor(os.environ, os.environ.get("HOME"))
    named = [(gate.redact_name(one.agent_name), gate.redact_path(one.path), one.modified_ms) for one in found]
    return [DefinedAgent(*one) for one in named if scope.agent in (None, one[0])]
