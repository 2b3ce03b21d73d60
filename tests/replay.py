"""Replays a recorded session: its payloads through the real hook, its transcripts as the client left them.

The hook is run by a process of its own that ends with the recording, because the product asks whether the client that
ran the hooks still lives. No collector is started from the hook here: the caller runs ``afteraction collect`` when it
is time, so that a test knows what it looks at. What the hooks wrote can be changed and collected again beside it, in
this process: a recording has hundreds of variants, and a process for each would take minutes.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import afteraction
from afteraction.collector.collect import Surroundings, collect_pass, spool_files
from afteraction.collector.history import ImportOrder, import_history
from afteraction.paths import Root
from afteraction.privacy.redactor import Redactor

if TYPE_CHECKING:
    from collections.abc import Iterable

SESSIONS = Path(__file__).parent / "fixtures" / "sessions"
HOUR_S = 3600
RECORDED_HOME = "/tmp/home"  # noqa: S108 - the path in the recordings, never used on this machine

_CLIENT = """
import json, subprocess, sys
hook, payloads = json.loads(sys.stdin.read())
for payload in payloads:
    done = subprocess.run(hook, input=json.dumps(payload).encode(), capture_output=True, check=False)
    if (done.returncode, done.stdout, done.stderr) != (0, b"", b""):
        sys.exit(f"the hook was not silent: {done}")
"""


@dataclass(frozen=True, slots=True)
class SpoolLine:
    """One line that a hook wrote."""

    file: str
    """The name of its spool file."""
    event: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Machine:
    """A throw-away home with the product's data folder in it."""

    home: Path
    folder: str = "telemetry"
    """The name of the data folder."""

    @property
    def root(self) -> Path:
        """The telemetry root."""
        return self.home / self.folder

    @property
    def environ(self) -> dict[str, str]:
        """A clean environment."""
        return {"HOME": str(self.home), "PATH": os.defpath, "OAK_TELEMETRY_DIR": str(self.root)}

    def place_transcripts(self, case: str, *, age_s: int = 0) -> None:
        """Put a recording's transcripts where the client keeps them, last modified ``age_s`` seconds ago."""
        target = self.home / ".claude" / "projects"
        shutil.copytree(SESSIONS / case / "transcripts", target, dirs_exist_ok=True)
        for path in target.rglob("*.json*"):
            stamp = path.stat().st_mtime if not age_s else time.time() - age_s
            os.utime(path, (stamp, stamp))

    def send(self, payloads: list[dict[str, Any]], *, environ: dict[str, str] | None = None) -> None:
        """Run the hook once per payload, in order, from a client process that is gone afterwards."""
        entry = Path(afteraction.__file__).parent / "hook" / "entry.py"
        python = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
        hook = [python, "-I", "-S", str(entry), str(self.root), str(self.home / "no-collector")]
        subprocess.run(
            [sys.executable, "-c", _CLIENT],
            input=json.dumps([hook, payloads]).encode(),
            env=self.environ | (environ or {}),
            check=True,
        )

    def afteraction(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the product's command line."""
        return subprocess.run(
            [sys.executable, "-m", "afteraction", *arguments],
            env=self.environ,
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
        )

    def collect(self) -> None:
        """Bring the records up to date."""
        done = self.afteraction("collect", "--sweep")
        assert done.returncode == 0, done.stderr

    def anew(self) -> Machine:
        """The same home with another, empty data folder."""
        machine = replace(self, folder="telemetry-of-a-variant")
        shutil.rmtree(machine.root, ignore_errors=True)
        return machine

    def spool(self, lines: Iterable[SpoolLine]) -> None:
        """Leave these lines to the collector, as if hooks had just written them, in this order."""
        (self.root / "spool").mkdir(parents=True, exist_ok=True)
        for line in lines:
            with (self.root / "spool" / line.file).open("a") as file:
                file.write(json.dumps(line.event) + "\n")

    def forget(self) -> None:
        """Lose what hooks told and what the collector remembers; only records and workflows are left."""
        for folder in ("spool", "state"):
            shutil.rmtree(self.root / folder, ignore_errors=True)

    def collect_here(self) -> None:
        """What ``collect`` does, in this process."""
        root, now_ms = Root(self.root), time.time_ns() // 1_000_000
        make_gate = functools.partial(Redactor, self.environ, str(self.home))
        order = ImportOrder(make_gate=make_gate, now_ms=now_ms, still_written=True)
        config_dir = self.home / ".claude"
        imported = import_history(root, config_dir / "projects", order, heard=frozenset(spool_files(root)))
        collected = collect_pass(root, Surroundings(config_dir, make_gate(), now_ms), sweep=True)
        assert [*imported.failures, *collected.failures] == []

    def records(self) -> list[dict[str, Any]]:
        """All records, in order of start."""
        found = [json.loads(path.read_bytes()) for path in self.root.glob("invocations/*/*.json")]
        return sorted(found, key=lambda record: (record["timestamp"], record["invocation_id"]))

    def workflows(self) -> list[dict[str, Any]]:
        """All workflow files, in order of start."""
        found = [json.loads(path.read_bytes()) for path in self.root.glob("workflows/*.json")]
        return sorted(found, key=lambda workflow: (workflow["started_at"], workflow["workflow_id"]))


def cases() -> list[str]:
    """The names of all recorded sessions."""
    return sorted(path.parent.name for path in SESSIONS.glob("*/events.jsonl"))


def payloads(case: str, machine: Machine) -> list[dict[str, Any]]:
    """A recording's hook payloads, with the recorded home replaced by the machine's."""
    text = (SESSIONS / case / "events.jsonl").read_text().replace(RECORDED_HOME, str(machine.home))
    return [json.loads(line) for line in text.splitlines()]


def spooled(case: str, machine: Machine) -> tuple[SpoolLine, ...]:
    """What the hooks wrote of a recording that was sent, in order of receipt.

    The times are those at which the recorder received the payloads, where it noted them: they fall between the times
    of the transcripts' lines, as they do in a live session.
    """
    written = {path.name: iter(path.read_text().splitlines()) for path in machine.root.glob("spool/*.jsonl")}
    files = [f"{payload['session_id']}.jsonl" for payload in payloads(case, machine)]
    events = [json.loads(next(written[file])) for file in files]
    noted = SESSIONS / case / "received.json"
    times = json.loads(noted.read_bytes()) if noted.exists() else [event["at"] for event in events]
    assert [line for lines in written.values() for line in lines] == []
    return tuple(SpoolLine(file, {**event, "at": at}) for file, event, at in zip(files, events, times, strict=True))


@dataclass(frozen=True, slots=True)
class Replay:
    """A recording that was replayed once, in order."""

    machine: Machine
    lines: tuple[SpoolLine, ...]
    """What its hooks wrote, before it was collected."""


def replay(case: str, home: Path) -> Replay:
    """Hooks first, then the transcripts as they were left, then one collect."""
    machine = Machine(home)
    machine.place_transcripts(case, age_s=HOUR_S)
    machine.send(payloads(case, machine))
    lines = spooled(case, machine)
    machine.collect()
    return Replay(machine, lines)
