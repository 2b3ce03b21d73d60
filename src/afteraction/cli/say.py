"""The one way a command says something that is no report: sentences, diffs, errors.

Paths, names and settings in them come from outside; a terminal must not obey what somebody put there.
"""

from __future__ import annotations

import click


def say(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Write lines to stdout, or to stderr, with nothing in them that moves the cursor."""
    from afteraction.output.text import visible

    click.echo(visible(text), err=err, nl=nl)
