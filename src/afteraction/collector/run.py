"""Run passes until everything that may still arrive has arrived, then give the lock back.

A hook that finds the lock taken leaves its line to whoever holds it. So the holder looks at the spool once more after
it has released the lock: a line appended between its last look and the release is found then, and by no one else.
"""

from __future__ import annotations

import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from afteraction.collector.collect import PassReport, Surroundings, collect_pass
from afteraction.moments import utc_timestamp
from afteraction.paths import Root, claude_config_dir
from afteraction.privacy.redactor import Redactor
from afteraction.sources.claude.session_files import file_stamp
from afteraction.store.atomic import write_atomic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from afteraction.collector.lock import CollectorLock

_POLL_S = 0.05
_SETTLE_S = 2.0


def run_collector(root: Root, environ: Mapping[str, str], lock: CollectorLock, *, sweep: bool = False) -> PassReport:
    """Collect until nothing is unsettled or waiting; the lock is held at the start and free at the end.

    A pass that fails is noted in ``state/last_error.json`` for the doctor, and its error is raised.
    """
    written = 0
    with lock:
        while True:
            seen = _spool_state(root)
            report = _settled_pass(root, environ, sweep=sweep)
            report.written = written = report.written + written
            if _spool_state(root) != seen:
                continue
            lock.release()
            if _spool_state(root) == seen or not lock.acquire(wait=False):
                return report


def _settled_pass(root: Root, environ: Mapping[str, str], *, sweep: bool) -> PassReport:
    """A pass, and more of them while transcripts that lag behind their hooks are still being written."""
    gate = Redactor(environ, environ.get("HOME"))
    written = 0
    deadline = time.monotonic() + _SETTLE_S
    while True:
        seen = _spool_state(root)
        around = Surroundings(claude_config_dir(environ), gate, now_ms=time.time_ns() // 1_000_000)
        try:
            report = collect_pass(root, around, sweep=sweep)
        except Exception as error:
            note_error(root, error)
            raise
        report.written = written = report.written + written
        if report.failures:
            note_error(root, report.failures[0])
        else:
            _error_file(root).unlink(missing_ok=True)
        if not report.unsettled:
            return report
        while _spool_state(root) == seen and not any(one.changed() for one in report.unsettled):
            if time.monotonic() > deadline:
                return report
            time.sleep(_POLL_S)


def note_error(root: Root, error: BaseException) -> None:
    """Keep what went wrong for ``doctor``: type and place, never the message, which may carry text of a session."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "unknown"
    message = type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        message = f"{message}: {error.strerror}"
    note = {"at": utc_timestamp(time.time_ns() // 1_000_000), "where": where, "message": message}
    write_atomic(_error_file(root), msgspec.json.encode(note))


def _error_file(root: Root) -> Path:
    return root.state / "last_error.json"


def _spool_state(root: Root) -> dict[str, int]:
    return {path.name: file_stamp(path)[0] for path in root.spool.glob("*.jsonl")}
