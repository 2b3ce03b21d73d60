"""From nothing to the first insight: on a machine with history and no records, the history is imported unasked.

Also where that was stopped: a leaderboard of half the history would pass for the whole.

Only the bare ``afteraction`` does it. A command that names a report answers from what there is, so that a script never
starts an import by accident.
"""

from __future__ import annotations

import os

import click


def import_when_empty() -> None:
    """Import the client's transcripts when there are some that no import has read to the end; says so on stderr."""
    from afteraction.cli.root import current
    from afteraction.collector.history_memory import HistoryMemory
    from afteraction.output.text import plain
    from afteraction.paths import claude_config_dir
    from afteraction.store.archive_places import part_times
    from afteraction.store.record_files import record_files

    root = current()
    projects = claude_config_dir(os.environ) / "projects"
    recorded = next(record_files(root), None) is not None or bool(part_times(root))
    if recorded and not HistoryMemory.load(root).unfinished:
        return
    if not os.access(projects, os.X_OK):
        click.echo(f"No history to read in {plain(str(projects))}; of another place: afteraction import PATH", err=True)
        return
    from afteraction.cli.import_ import run_import
    from afteraction.output.imported import summary_lines
    from afteraction.store.coverage import read_coverage

    state = "The last import was stopped" if recorded else "Nothing is recorded yet"
    click.echo(f"{state}. Reading the history in {plain(str(projects))}", err=True)
    report = run_import(root, None, jobs=None, again=False)
    for line in summary_lines([report], read_coverage(root)):
        click.echo(line, err=True)
    click.echo(err=True)
