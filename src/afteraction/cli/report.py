"""``afteraction report``: everything that matters on one page that opens from disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from afteraction.cli.filters import scope_options
from afteraction.errors import AfteractionError

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope

_EXAMPLES = """\b
Examples:
  afteraction report --html agents.html
  afteraction report --html last-week.html --period 7days --project .
"""


@click.command(epilog=_EXAMPLES, short_help="One self-contained page: what changed, agents, failures, workflows, cost.")
@click.option(
    "--html", "file", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Where to write it."
)
@scope_options
def report(*, file: Path, scope: Scope, now_ms: int) -> None:
    """Write one HTML file that opens from disk, with its pictures in it: nothing is loaded from anywhere.

    It needs the extra: pip install 'afteraction[web]'.
    """
    from afteraction.cli.nothing import nothing_found
    from afteraction.cli.root import current
    from afteraction.cli.source import chosen_url
    from afteraction.output.new_file import new_file
    from afteraction.store.index import open_index

    if chosen_url() is not None:
        raise click.UsageError("a report is made of this machine's records; leave --from out")
    try:
        from afteraction.web.standalone import standalone_page
    except ImportError as error:
        raise AfteractionError(f"{error.name} is missing; run: pip install 'afteraction[web]'") from error
    index = open_index(current())
    page = standalone_page(index, scope, now_ms)
    if page is None:
        raise nothing_found(index)
    try:
        with new_file(file, replace=True) as partial:
            partial.write_text(page, encoding="utf-8")
    except OSError as error:
        raise AfteractionError(f"cannot write {file}: {error.strerror}") from error
    click.echo(f"{file}")
