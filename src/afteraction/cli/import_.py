"""``afteraction import``: the past, as far as the client's transcripts still tell it.

The same reader and the same rules as for live sessions, so an invocation that a hook has already told of is completed
and never counted twice.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from afteraction.collector.history import ImportReport
    from afteraction.paths import Root

_EXAMPLES = """\b
Examples:
  afteraction import
  afteraction import ~/backup/.claude ~/old-laptop/projects
"""


@click.command("import", epilog=_EXAMPLES, short_help="Record the history in transcripts.")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(exists=True, path_type=Path))
@click.option("--jobs", type=click.IntRange(1, 64), metavar="N", help="Processes that read; default: as many as help.")
@click.option("--again", is_flag=True, help="Also read what has not changed since the last import.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found, read and left out as JSON.")
def import_(*, paths: tuple[Path, ...], jobs: int | None, again: bool, as_json: bool) -> None:
    """Record what Claude Code's transcripts tell of the past.

    Without PATH those in ~/.claude/projects (or $CLAUDE_CONFIG_DIR) are read; else the folders and files that are
    named. Only what is new since the last import is read, so it may be stopped and repeated. What is left open there
    is closed when its files have been silent for half an hour.
    """
    import dataclasses
    import json

    from afteraction.cli.root import current
    from afteraction.errors import NotFoundError, StoreError
    from afteraction.output.imported import summary_lines
    from afteraction.paths import claude_config_dir
    from afteraction.store.coverage import read_coverage

    root = current()
    reports = [run_import(root, path, jobs=jobs, again=again) for path in paths or (None,)]
    coverage = read_coverage(root)
    failures = [error for report in reports for error in report.failures]
    if as_json:
        rows = [dataclasses.asdict(report) | {"failures": len(report.failures)} for report in reports]
        totals = {key: sum(row[key] for row in rows) for key in rows[0] if key != "first_ms"}
        spans = [[span.first.isoformat(), span.last.isoformat()] for span in coverage.spans]
        click.echo(json.dumps(totals | {"known_days": spans}))
    else:
        for line in summary_lines(reports, coverage):
            click.echo(line)
    if failures:
        raise StoreError(f"sessions that could not be processed: {len(failures)}. Run: afteraction doctor")
    if not any(report.sessions for report in reports):
        searched = ", ".join(map(str, paths or (claude_config_dir(os.environ) / "projects",)))
        raise NotFoundError(f"no transcripts in {searched}; name a folder that holds some: afteraction import PATH")


def run_import(root: Root, place: Path | None, *, jobs: int | None, again: bool) -> ImportReport:
    """Import one place with a progress bar; ``place`` None means the client's own folder, ``jobs`` None what helps.

    StoreError when the data folder cannot be written.
    """
    from afteraction.cli.progress import Progress
    from afteraction.collector.analytics_files import keep_current
    from afteraction.collector.history import default_jobs
    from afteraction.collector.lock import CollectorLock
    from afteraction.collector.run import HistoryRequest, run_collector
    from afteraction.errors import AfteractionError, StoreError

    lock = CollectorLock(root)
    try:
        lock.acquire(wait=True)
        with Progress("Reading transcripts") as progress:
            request = HistoryRequest(place, jobs or default_jobs(), again=again, progress=progress)
            run = run_collector(root, os.environ, lock, history=request)
    except KeyboardInterrupt:
        raise AfteractionError("stopped; what was read is kept. For the rest: afteraction import") from None
    except OSError as error:
        raise StoreError(f"cannot write {root.path}: {error.strerror}. Run: afteraction doctor") from error
    if run.collected.written or (run.history is not None and run.history.written):
        keep_current(root, time.time_ns() // 1_000_000)
    assert run.history is not None  # noqa: S101 - it was asked for
    return run.history
