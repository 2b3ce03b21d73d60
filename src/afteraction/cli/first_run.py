"""From nothing to the first insight: on a machine with history and no records, the history is imported unasked.

Only the bare ``afteraction`` does it. A command that names a report answers from what there is, so that a script never
starts an import by accident.
"""

from __future__ import annotations

import os

import click


def import_when_empty() -> None:
    """Import the client's transcripts when there are some and nothing was ever recorded; says so on stderr."""
    from afteraction.cli.root import current
    from afteraction.output.text import plain
    from afteraction.paths import claude_config_dir
    from afteraction.store.reading import record_files

    root = current()
    projects = claude_config_dir(os.environ) / "projects"
    if next(record_files(root), None) is not None or not projects.is_dir():
        return
    from afteraction.cli.import_ import run_import
    from afteraction.output.imported import summary_lines
    from afteraction.store.coverage import read_coverage

    click.echo(f"Nothing is recorded yet. Reading the history in {plain(str(projects))}", err=True)
    report = run_import(root, None, jobs=None, again=False)
    for line in summary_lines([report], read_coverage(root)):
        click.echo(line, err=True)
    click.echo(err=True)
