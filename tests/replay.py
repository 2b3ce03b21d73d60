"""Replays a recorded session: its payloads through the real hook, its transcripts as the client left them.

The hook is run by a process of its own that ends with the recording, because the product asks whether the client that
ran the hooks still lives. No collector is started from the hook here: the caller runs ``afteraction collect`` when it
is time, so that a test knows what it looks at.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import afteraction

SESSIONS = Path(__file__).parent / "fixtures" / "sessions"
RECORDED_HOME = "/tmp/home"  # noqa: S108 - the path in the recordings, never used on this machine
_LONG_AGO_S = 3600

_CLIENT = """
import json, subprocess, sys
hook, payloads = json.loads(sys.stdin.read())
for payload in payloads:
    done = subprocess.run(hook, input=json.dumps(payload).encode(), capture_output=True, check=False)
    if (done.returncode, done.stdout, done.stderr) != (0, b"", b""):
        sys.exit(f"the hook was not silent: {done}")
"""


@dataclass(frozen=True, slots=True)
class Machine:
    """A throw-away home with the product's data folder in it."""

    home: Path

    @property
    def root(self) -> Path:
        """The telemetry root."""
        return self.home / "telemetry"

    @property
    def environ(self) -> dict[str, str]:
        """A clean environment."""
        return {"HOME": str(self.home), "PATH": os.defpath, "OAK_TELEMETRY_DIR": str(self.root)}

    def place_transcripts(self, case: str, *, age_s: int = 0) -> None:
        """Put a recording's transcripts where the client keeps them, last modified ``age_s`` seconds ago."""
        target = self.home / ".claude" / "projects"
        shutil.copytree(SESSIONS / case / "transcripts", target, dirs_exist_ok=True)
        for path in target.rglob("*.json*"):
            stamp = path.stat().st_mtime if not age_s else _now() - age_s
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


def _now() -> float:
    import time

    return time.time()
