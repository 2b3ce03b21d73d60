"""How a report leaves the program: drawn on a terminal, as rows everywhere else.

One place decides, so that every report answers ``--json``, ``--csv``, a pipe and a terminal alike. A form that was
asked for is always written, valid even when empty; in front of people an empty table is left out.
"""

from __future__ import annotations

import os
import sys
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from _typeshed import DataclassInstance

    from afteraction.output.terminal import Screen

_Command = TypeVar("_Command", bound="Callable[..., Any]")


class Form(Enum):
    """What the answer is for."""

    PEOPLE = "people"
    """A drawing on a terminal, tab-separated rows in a pipe."""
    JSON = "json"
    CSV = "csv"


def form_options(command: _Command) -> _Command:
    """Give a command ``--json`` and ``--csv``; it receives ``form``."""
    as_json = click.option("--json", "form", flag_value=Form.JSON, type=Form, help="The same rows as JSON.")
    as_csv = click.option("--csv", "form", flag_value=Form.CSV, type=Form, help="The same rows as CSV.")
    return as_json(as_csv(command))


def give(
    rows: Sequence[DataclassInstance],
    row_type: type[DataclassInstance],
    form: Form | None,
    draw: Callable[[Screen], None],
    *,
    document: object = None,
) -> None:
    """Write the answer: ``draw`` on a terminal, else the rows; as JSON the ``document``, if it is more than rows."""
    if form is Form.JSON:
        from afteraction.output.tabular import write_json

        write_json(rows if document is None else document, sys.stdout)
    elif form is Form.CSV:
        from afteraction.output.tabular import write_csv

        write_csv(rows, row_type, sys.stdout)
    elif not sys.stdout.isatty():
        from afteraction.output.tabular import write_tabs

        write_tabs(rows, row_type, sys.stdout)
    else:
        from afteraction.output.terminal import open_screen

        draw(open_screen(sys.stdout, os.environ))
    sys.stdout.flush()  # a reader that has left is noticed here, not when the interpreter ends


def give_rows(
    names: Sequence[str], rows: Iterable[Sequence[Any]], form: Form | None, draw: Callable[[Screen], None]
) -> None:
    """Write an answer whose columns are known only now; the rows are read once, as they are written."""
    if form is None and sys.stdout.isatty():
        from afteraction.output.terminal import open_screen

        draw(open_screen(sys.stdout, os.environ))
    else:
        from afteraction.output import tabular

        write = {Form.JSON: tabular.write_json_rows, Form.CSV: tabular.write_csv_rows}
        write.get(form or Form.PEOPLE, tabular.write_tab_rows)(names, rows, sys.stdout)
    sys.stdout.flush()


def mention_unreadable(paths: Sequence[Path]) -> None:
    """Say on stderr which record files no answer contains, if there are any."""
    if paths:
        from afteraction.output.text import plain

        number = f"{len(paths)} record{'s' if len(paths) > 1 else ''}"
        first = plain(str(paths[0]))
        click.echo(f"afteraction: {number} could not be read and are missing here, first {first}", err=True)
