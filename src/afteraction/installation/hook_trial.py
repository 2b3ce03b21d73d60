"""Run the installed hook as the client would, into a temporary folder, and measure what a run costs.

The command is taken from the settings and given to ``sh``, so that everything between the client and the spool is
tried. Its time is compared with the bare interpreter's, in turns, because only the difference is ours.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from afteraction.installation.check import Check, ok, problem, warning
from afteraction.paths import ROOT_VARIABLE, Root

if TYPE_CHECKING:
    from collections.abc import Sequence

    from afteraction.sources.claude.installed_command import InstalledCommand

RUNS = 10
SLOW_MS = 50
"""What a hook may take at most (spec §5)."""
HANG_SECONDS = 20


@dataclass(frozen=True, slots=True)
class _Trial:
    """One process that was run."""

    returncode: int
    output: bytes
    milliseconds: float


def check_run(text: str, command: InstalledCommand) -> list[Check]:
    """Send a made-up event through an installed command, then time it."""
    with tempfile.TemporaryDirectory(prefix="afteraction-doctor-") as folder:
        root = Root(Path(folder).resolve() / "telemetry")
        session = str(uuid.uuid4())
        try:
            arrived = _check_arrival(["sh", "-c", text], root, session)
            return [arrived] if arrived.status == "problem" else [arrived, _check_time(text, command, root, session)]
        except (OSError, subprocess.TimeoutExpired) as error:
            return [problem("hook run", f"the installed command did not finish: {error}", _REPORT)]


_REPORT = "run: afteraction install again; if that does not help, report it"


def _check_arrival(command: Sequence[str], root: Root, session: str) -> Check:
    trial = _run(command, root, session)
    if trial.returncode != 0 or trial.output:
        said = trial.output[:80].decode(errors="replace")
        return problem("hook run", f"a made-up event got exit code {trial.returncode} and the output {said!r}", _REPORT)
    spooled = [path for path in root.spool.glob("*.jsonl") if session.encode() in path.read_bytes()]
    if not spooled:
        return problem("hook run", "a made-up event did not arrive in the spool", _REPORT)
    return ok("hook run", "a made-up event arrived in a temporary spool, silently")


def _check_time(text: str, command: InstalledCommand, root: Root, session: str) -> Check:
    bare, hook = [], []
    for _ in range(RUNS):
        bare.append(_run([str(command.interpreter), "-I", "-S", "-c", "pass"], root, session).milliseconds)
        hook.append(_run(["sh", "-c", text], root, session).milliseconds)
    took, floor = statistics.median(hook), statistics.median(bare)
    detail = f"{took:.1f} ms, the bare interpreter {floor:.1f} ms (median of {RUNS})"
    if took > SLOW_MS:
        return warning("hook time", detail, f"above {SLOW_MS} ms: is the machine busy, or the home folder remote?")
    return ok("hook time", detail)


def _run(command: Sequence[str], root: Root, session: str) -> _Trial:
    event = {
        "hook_event_name": "SubagentStart",
        "session_id": session,
        "agent_id": "a00000000doctor0",
        "agent_type": "afteraction-doctor",
        "transcript_path": str(root.path / "none.jsonl"),
        "cwd": str(root.path),
    }
    started = time.perf_counter()
    done = subprocess.run(
        command,
        input=json.dumps(event).encode(),
        env={**os.environ, ROOT_VARIABLE: str(root.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=HANG_SECONDS,
    )
    return _Trial(done.returncode, done.stdout, (time.perf_counter() - started) * 1000)
