"""``afteraction doctor``: is everything in place, and if not, what to do.

The hook is silent whatever happens to it, so this is where its failures come to light. One line per check, and the
same lines as JSON.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from afteraction.cli.say import say

if TYPE_CHECKING:
    from afteraction.installation.check import Check


@click.command()
@click.option("--fix", is_flag=True, help="First mend hooks that point at nothing, and permissions.")
@click.option("--json", "as_json", is_flag=True, help="The same rows as JSON.")
def doctor(*, fix: bool, as_json: bool) -> None:
    """Check that hooks, data folder and pipeline work.

    Exit code 1 when something is broken. It runs the installed hook a few times, into a temporary folder.
    """
    from afteraction.installation.diagnosis import diagnose, mend

    cwd = Path.cwd()
    if fix:
        for sentence in mend(os.environ, cwd):
            say(f"fixed: {sentence}", err=True)
    rows = diagnose(os.environ, cwd)
    if as_json:
        from afteraction.output.tabular import write_json

        write_json(rows, sys.stdout)
    else:
        _draw(rows)
    if any(row.status == "problem" for row in rows):
        sys.exit(1)


def _draw(rows: list[Check]) -> None:
    from afteraction.output.terminal import open_screen

    screen = open_screen(sys.stdout, os.environ)
    signs = {"ok": screen.glyphs.succeeded, "warning": "!", "problem": screen.glyphs.failed}
    width = max(len(row.check) for row in rows)
    for row in rows:
        click.echo(f"{signs[row.status]} {row.check:<{width}}  {screen.safe(row.detail)}")
        if row.next is not None:
            click.echo(f"  {'':<{width}}  {screen.safe(row.next)}")
