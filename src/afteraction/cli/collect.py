"""``afteraction collect``: what hooks do in the background, now and in the foreground.

It waits for a running collector instead of skipping, because whoever types it wants the records to be there afterwards.
"""

from __future__ import annotations

import os
from pathlib import Path

import click


@click.command()
@click.option("--sweep", is_flag=True, help="Also close what never ended, and look for sessions no hook told of.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def collect(*, sweep: bool, as_json: bool) -> None:
    """Turn what hooks and transcripts tell into records, now.

    Hooks start this by themselves in the background. Run it after a crash, or before a report, to be sure that
    everything is counted: it returns when the records are written.
    """
    import json

    from afteraction.collector.lock import CollectorLock
    from afteraction.collector.run import run_collector
    from afteraction.errors import StoreError
    from afteraction.installation import current_root

    root = current_root(os.environ, Path.cwd())
    try:
        lock = CollectorLock(root)
        lock.acquire(wait=True)
        report = run_collector(root, os.environ, lock, sweep=sweep)
    except OSError as error:
        raise StoreError(f"cannot write {root.path}: {error.strerror}. Run: afteraction doctor") from error
    rows = {
        "sessions": report.sessions,
        "records_written": report.written,
        "running": report.open,
        "unreadable_lines": report.unreadable_lines,
        "quarantined": report.quarantined,
        "failed_sessions": len(report.failures),
    }
    if as_json:
        click.echo(json.dumps(rows))
    else:
        click.echo(f"{report.written} records written, {report.open} invocations still running.")
    if report.failures:
        raise StoreError(f"{len(report.failures)} sessions could not be processed. Run: afteraction doctor")
