"""Run passes until everything that may still arrive has arrived, then give the lock back.

A hook that finds the lock taken leaves its line to whoever holds it. So the holder looks at the spool once more after
it has released the lock: a line appended between its last look and the release is found then, and by no one else.
"""

from __future__ import annotations

import contextlib
import functools
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from afteraction.collector.collect import PassReport, Surroundings, collect_pass, spool_files
from afteraction.collector.failures import describe, error_file, note_failure
from afteraction.collector.history import ImportOrder, ImportReport, import_history
from afteraction.errors import StoreError
from afteraction.paths import Root, claude_config_dir
from afteraction.pricing import PriceLists
from afteraction.privacy.redactor import Redactor
from afteraction.sources.claude.events import read_spool_file
from afteraction.sources.claude.session_files import file_stamp
from afteraction.store.atomic import remove_leftovers
from afteraction.store.damage import set_aside_damaged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from afteraction.collector.lock import CollectorLock

_POLL_S = 0.05
_SETTLE_S = 2.0


@dataclass(frozen=True, slots=True)
class HistoryRequest:
    """Which history to read before collecting, and how."""

    place: Path | None = None
    """A folder of transcripts or one file; None for those of the client's own folder."""
    jobs: int = 1
    again: bool = False
    mend: bool = False
    """Set damaged files aside first, and read everything again if there are any."""
    progress: Callable[[int, int], None] | None = None


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run of the collector did."""

    collected: PassReport
    history: ImportReport | None


def run_collector(
    root: Root, environ: Mapping[str, str], lock: CollectorLock, *, history: HistoryRequest | None = None
) -> RunReport:
    """Collect until nothing is unsettled or waiting; the lock is held at the start and free at the end.

    With ``history`` the sessions that no hook told of are read too, and what is silent is closed. A pass that fails is
    noted in ``state/last_error.json`` for the doctor, and its error is raised.
    """
    written = damaged = 0
    imported = None
    with lock:
        for folder in (root.workflows, root.state):  # a day's folder is cleared by whoever writes into it
            remove_leftovers(folder)
        if history is not None:
            damaged = _set_aside_damaged(root) if history.mend else 0
            imported = _read_history(root, environ, replace(history, again=history.again or damaged > 0))
        while True:
            seen = spool_state(root)
            report = _settled_pass(root, environ, sweep=history is not None)
            report.written = written = report.written + written
            report.quarantined = damaged = report.quarantined + damaged
            if spool_state(root) != seen:
                continue
            if imported is not None and imported.failures and not report.failures:
                note_failure(root, imported.failures[0])
            lock.release()
            if spool_state(root) == seen or not lock.acquire(wait=False):
                return RunReport(report, imported)


def _read_history(root: Root, environ: Mapping[str, str], request: HistoryRequest) -> ImportReport:
    config_dir = claude_config_dir(environ)
    client_s = config_dir / "projects"
    place = request.place if request.place is not None else client_s
    is_client_s = place.resolve() in (config_dir.resolve(), client_s.resolve())
    order = ImportOrder(
        make_gate=functools.partial(Redactor, dict(environ), environ.get("HOME")),
        now_ms=_now_ms(),
        jobs=request.jobs,
        again=request.again,
        still_written=is_client_s,
        progress=request.progress,
    )
    with _noted(root):
        return import_history(root, place, order, heard=_heard(root) if is_client_s else frozenset())


def _set_aside_damaged(root: Root) -> int:
    with _noted(root):
        try:
            return set_aside_damaged(root)
        except StoreError:
            return 0  # no room to look for them; what the pass needs is smaller


def _heard(root: Root) -> frozenset[str]:
    """The sessions of which hooks told anything; a full disk may leave a spool file without a whole line."""
    return frozenset(session_id for session_id, path in spool_files(root).items() if read_spool_file(path)[0])


def _settled_pass(root: Root, environ: Mapping[str, str], *, sweep: bool) -> PassReport:
    """A pass, and more of them while transcripts that lag behind their hooks are still being written."""
    gate = Redactor(environ, environ.get("HOME"))
    prices = PriceLists()
    written = 0
    deadline = time.monotonic() + _SETTLE_S
    while True:
        seen = spool_state(root)
        around = Surroundings(claude_config_dir(environ), gate, _now_ms(), prices)
        with _noted(root):
            report = collect_pass(root, around, sweep=sweep)
        report.written = written = report.written + written
        if report.failures:
            note_failure(root, report.failures[0])
        else:
            error_file(root).unlink(missing_ok=True)
        if not report.unsettled:
            return report
        while spool_state(root) == seen and not any(one.changed() for one in report.unsettled):
            if time.monotonic() > deadline:
                return report
            time.sleep(_POLL_S)


@contextlib.contextmanager
def _noted(root: Root) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        note_failure(root, describe(error))
        raise


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def spool_state(root: Root) -> dict[str, int]:
    """What waits in the spool: each file's size by its name."""
    return {path.name: file_stamp(path)[0] for path in root.spool.glob("*.jsonl")}
