"""``afteraction export``: what was recorded, for other programs.

``json``, ``csv`` and ``parquet`` are the rows of the view that ``sql`` asks. ``--records`` is the records themselves, a
line each with all that its file says.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click
from click.core import ParameterSource

from afteraction.cli.answer import mention_unreadable
from afteraction.cli.filters import scope_options

if TYPE_CHECKING:
    from afteraction.analytics.export import Export
    from afteraction.analytics.scope import Scope
    from afteraction.paths import Root

_OTLP = "afteraction.export.otlp"
_EXAMPLES = """\b
Examples:
  afteraction export --format parquet --output runs.parquet
  afteraction export --format csv --period 28d > runs.csv
  afteraction export --records --project . > records.ndjson
  afteraction export --otlp http://localhost:4318
"""


def _remember(ctx: click.Context, _option: click.Parameter, url: str | None) -> None:
    """Keep the receiver for when all options are read; it stands instead of the others."""
    ctx.meta[_OTLP] = url


@click.command(epilog=_EXAMPLES, short_help="Write what was recorded to a file.")
@click.option(
    "--format", "form", type=click.Choice(["json", "csv", "parquet"]), default="json", show_default=True,
    help="json: one array, a row a line.",
)  # fmt: skip
@click.option("--records", is_flag=True, help="The records themselves, one a line (NDJSON), day by day.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Default: stdout.")
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@click.option("--otlp", metavar="URL", expose_value=False, callback=_remember,
              help="Send it to an OpenTelemetry receiver instead, as 'afteraction otlp URL' does.")  # fmt: skip
@scope_options
def export(*, scope: Scope, now_ms: int, form: str, records: bool, output: Path | None, force: bool) -> None:
    """Write everything recorded as rows of "invocations", oldest first; 'afteraction sql --schema' tells the columns.

    A file appears when it is complete, readable by you alone.
    """
    del now_ms
    if _sent():
        return
    from afteraction.analytics.export import export as gather
    from afteraction.cli.root import current
    from afteraction.cli.source import chosen_url
    from afteraction.errors import NotFoundError, StoreError
    from afteraction.output.new_file import new_file
    from afteraction.store.engine import engine_error
    from afteraction.store.index import open_index

    if chosen_url() is not None:
        raise click.UsageError("export writes what this machine recorded; the files of a lake are Parquet already")
    if records and form != "json":
        raise click.UsageError("--records is JSON; leave --format out")
    if form == "parquet" and output is None:
        raise click.UsageError("Parquet needs a file: --output FILE")
    root = current()
    index = open_index(root)
    gathered = gather(index, scope)
    mention_unreadable(index.unreadable)
    if output is None:
        _write(root, gathered, "records" if records else form, sys.stdout)
        sys.stdout.flush()
    else:
        try:
            with new_file(output, replace=force) as path:
                _write_file(root, gathered, "records" if records else form, path)
        except (OSError, engine_error()) as error:
            raise StoreError(f"cannot write {output}: {error}") from error
        click.echo(f"{gathered.count:,} invocations in {output}", err=True)
    if not gathered.count:
        raise NotFoundError("nothing matches; what was written is empty")


def _sent() -> bool:
    """Whether ``--otlp`` was given and everything was sent; AfteractionError when it cannot be."""
    ctx = click.get_current_context()
    url = ctx.meta[_OTLP]
    if url is None:
        return False
    given = [
        option for option in ctx.command.params
        if option.name not in (None, "otlp") and ctx.get_parameter_source(option.name) is ParameterSource.COMMANDLINE
    ]  # fmt: skip
    if given:
        raise click.UsageError(f"--otlp sends everything that the receiver does not have; leave out {given[0].opts[0]}")
    from afteraction.cli.otlp import otlp

    ctx.invoke(otlp, url=url)
    return True


def _write_file(root: Root, gathered: Export, form: str, path: Path) -> None:
    if form == "parquet":
        gathered.write_parquet(path)
    else:
        with path.open("w", encoding="utf-8", newline="") as stream:
            _write(root, gathered, form, stream)


def _write(root: Root, gathered: Export, form: str, stream: TextIO) -> None:
    from afteraction.output.tabular import write_csv_rows, write_json_rows, write_lines

    if form == "records":
        from afteraction.store.reading import all_contents

        wanted = gathered.ids()
        write_lines((content for _, record, content in all_contents(root) if record.invocation_id in wanted), stream)
    else:
        (write_csv_rows if form == "csv" else write_json_rows)(*gathered.rows(), stream)
