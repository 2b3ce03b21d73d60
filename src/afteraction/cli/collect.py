"""``afteraction collect``: what hooks do in the background, now and in the foreground.

It waits for a running collector instead of skipping, because whoever types it wants the records to be there afterwards.
"""

from __future__ import annotations

import os
import time
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

    from afteraction.collector.analytics_files import keep_current
    from afteraction.collector.auto_rules import keep_tuned
    from afteraction.collector.lock import CollectorLock
    from afteraction.collector.run import HistoryRequest, run_collector
    from afteraction.errors import StoreError
    from afteraction.installation import current_root

    root = current_root(os.environ, Path.cwd())
    try:
        lock = CollectorLock(root)
        lock.acquire(wait=True)
        run = run_collector(root, os.environ, lock, history=HistoryRequest(mend=True) if sweep else None)
    except OSError as error:
        raise StoreError(f"cannot write {root.path}: {error.strerror}. Run: afteraction doctor") from error
    report, history = run.collected, run.history
    written = report.written + (history.written if history is not None else 0)
    if written:
        keep_current(root, time.time_ns() // 1_000_000)
        keep_tuned(root, time.time_ns() // 1_000_000)
    running = report.open + (history.open if history is not None else 0)
    failures = [*report.failures, *(history.failures if history is not None else ())]
    rows = {
        "sessions": report.sessions + (history.read if history is not None else 0),
        "records_written": written,
        "running": running,
        "unreadable_lines": report.unreadable_lines + (history.broken_lines if history is not None else 0),
        "quarantined": report.quarantined,
        "failed_sessions": len(failures),
    }
    if as_json:
        click.echo(json.dumps(rows))
    else:
        from afteraction.output.figures import counted

        click.echo(f"{counted(written, 'record')} written, {counted(running, 'invocation')} still running.")
    if failures:
        raise StoreError(f"sessions that could not be processed: {len(failures)}. Run: afteraction doctor")
