"""``afteraction sql``: any question, in SQL, of the same view that every report asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from afteraction.cli.answer import Form, form_options, give, give_rows, mention_unreadable

if TYPE_CHECKING:
    from afteraction.output.terminal import Screen
    from afteraction.store.index import Index

_EXAMPLES = """\b
Examples:
  afteraction sql --schema
  afteraction sql "SELECT agent_name, count(*) AS runs FROM invocations GROUP BY ALL ORDER BY runs DESC"
  afteraction sql "SELECT * FROM invocations WHERE status = 'failure'" --csv > failures.csv
"""


@click.command(epilog=_EXAMPLES, short_help="Ask anything in SQL.")
@click.argument("statement", required=False, metavar='"SELECT …"')
@click.option("--schema", is_flag=True, help="List the columns of invocations with their types and meaning.")
@form_options
def sql(*, statement: str | None, schema: bool, form: Form | None) -> None:
    """Run one SELECT of DuckDB's SQL over the view "invocations", a row for everything recorded.

    It can only read: no other file, no network, no setting is within its reach. Times are UTC.
    """
    from afteraction.cli.root import current
    from afteraction.store.index import open_index

    if (statement is None) != schema:
        raise click.UsageError('give one statement, such as "SELECT count(*) FROM invocations", or --schema')
    index = open_index(current())
    if statement is None:
        _give_schema(index, form)
        return
    from afteraction.store.sandbox import answer

    found = answer(index.connection, statement)

    def draw(screen: Screen) -> None:
        from afteraction.output.grid import draw_grid

        draw_grid(found.columns, found.rows, screen)
        screen.next_command("sql", "--schema")

    mention_unreadable(index.unreadable)
    give_rows(found.columns, found.rows, form, draw)


def _give_schema(index: Index, form: Form | None) -> None:
    from afteraction.analytics.columns import Column, columns

    rows = columns(index)

    def draw(screen: Screen) -> None:
        from afteraction.output.grid import draw_grid

        draw_grid(["column", "type", "meaning"], [(row.name, row.type, row.meaning) for row in rows], screen)
        screen.next_command("sql", "SELECT status, count(*) FROM invocations GROUP BY status")

    give(rows, Column, form, draw)
