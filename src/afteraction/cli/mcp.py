"""``afteraction mcp``: the questions as tools for a coding agent."""

from __future__ import annotations

import click

from afteraction.errors import AfteractionError

_EXAMPLES = """\b
Examples:
  claude mcp add afteraction -- afteraction mcp
"""


@click.command(epilog=_EXAMPLES, short_help="Answer a coding agent's questions over the Model Context Protocol.")
def mcp() -> None:
    """Serve the questions as read-only tools on stdin and stdout, for a client that speaks the Model Context Protocol.

    Tools: best_agent, agent_report, failures, workflow, invocation, usage. It needs the extra: pip install
    'afteraction[mcp]'.
    """
    from importlib.metadata import version

    from afteraction.cli.root import current

    root = current()
    try:
        from afteraction.mcp_server.server import create_server
    except ImportError as error:
        raise AfteractionError(f"{error.name} is missing; run: pip install 'afteraction[mcp]'") from error
    create_server(root, version("afteraction")).run("stdio")
