"""``afteraction serve``: the web page."""

from __future__ import annotations

import click

from afteraction.errors import AfteractionError

_EXAMPLES = """\b
Examples:
  afteraction serve
  afteraction serve --port 0 --open
"""


@click.command(epilog=_EXAMPLES, short_help="The same answers as a web page on this machine.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 takes any free one.")
@click.option("--open", "open_browser", is_flag=True, help="Open it in the browser.")
def serve(*, port: int, open_browser: bool) -> None:
    """Serve the web page on 127.0.0.1 until Ctrl-C: agents, failures, workflows, pairs, cost, and what runs right now.

    Only this machine can reach it, and nothing is loaded from anywhere else. It needs the extra: pip install
    'afteraction[web]'.
    """
    from afteraction.cli.root import current

    try:
        from afteraction.web.server import serve as serve_site
    except ImportError as error:
        raise AfteractionError(f"{error.name} is missing; run: pip install 'afteraction[web]'") from error

    def started(address: str) -> None:
        click.echo(f"{address}  (Ctrl-C ends it)")
        if open_browser:
            import webbrowser

            webbrowser.open(address)

    serve_site(current(), port, started)
