"""A throw-away machine for tests of whole commands: its own HOME, a clean environment, the real program.

Nothing of the caller's environment reaches the program but PATH, so that no test can touch the real home folder.
"""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

from afteraction.sources.claude.hook_events import HOOK_EVENTS

SECONDS = 120
EVENTS = [event.name for event in HOOK_EVENTS]
FOREIGN = (
    b'{\r\n    "model": "opus",\r\n    "env": {"TOKEN": "x"},\r\n    "hooks": {\r\n        "Stop": ['
    b'{"hooks": [{"type": "command", "command": "say done"}]}]\r\n    }\r\n}'
)
"""Settings of somebody else: CRLF, four blanks, a hook of their own, no newline at the end."""
UNPRIVILEGED = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.getuid() == 0 else []
"""Root passes every permission check; without these two capabilities it is an ordinary owner."""


@dataclass
class Machine:
    """One HOME and one current folder."""

    home: Path
    cwd: Path
    environ: dict[str, str] = field(default_factory=dict)
    """What is set beyond HOME, PATH and LANG."""

    @property
    def settings(self) -> Path:
        """The user's settings file."""
        return self.home / ".claude" / "settings.json"

    @property
    def backup(self) -> Path:
        """The settings as they were."""
        return self.settings.with_name("settings.json.afteraction-backup")

    @property
    def data(self) -> Path:
        """The root of an installation for the user."""
        return self.home / ".local" / "share" / "afteraction" / "telemetry"

    def write(self, content: bytes) -> None:
        """Write the user's settings."""
        self.settings.parent.mkdir(exist_ok=True)
        self.settings.write_bytes(content)

    def parsed(self) -> Any:
        """The user's settings, read as the client reads them."""
        return json.loads(self.settings.read_bytes())

    def files(self) -> dict[str, tuple[int, bytes]]:
        """Mode and content of every file below HOME, to compare."""
        paths = [path for path in self.home.rglob("*") if path.is_file() and ".git" not in path.parts]
        return {str(path.relative_to(self.home)): (path.stat().st_mode, path.read_bytes()) for path in paths}

    def environment(self) -> dict[str, str]:
        """Everything a process on this machine sees."""
        return {"HOME": str(self.home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", **self.environ}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the program."""
        return subprocess.Popen(
            [sys.executable, "-m", "afteraction", *arguments],
            cwd=self.cwd,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, prefix: list[str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run the program; ``prefix`` is a command to run it with."""
        return subprocess.run(
            [*(prefix or []), sys.executable, "-m", "afteraction", *arguments],
            cwd=self.cwd,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )

    def done(self, *arguments: str) -> str:
        """Run the program, which must succeed; what it printed."""
        result = self.run(*arguments)
        assert result.returncode == 0, result.stderr
        return result.stdout


def machine_in(tmp_path: Path) -> Machine:
    """A machine with an empty HOME, standing in a folder of its own."""
    home, cwd = tmp_path / "home", tmp_path / "home" / "project"
    cwd.mkdir(parents=True)
    return Machine(home, cwd)


def with_repository(machine: Machine) -> Machine:
    """The same, its folder being a git repository."""
    subprocess.run(["git", "init", "-q"], cwd=machine.cwd, env=machine.environment(), check=True, timeout=SECONDS)
    return machine


def git_status(machine: Machine) -> str:
    """What git would show as changed or new."""
    command = ["git", "status", "--porcelain", "--untracked-files=all"]
    return subprocess.run(
        command, cwd=machine.cwd, env=machine.environment(), check=True, capture_output=True, text=True, timeout=SECONDS
    ).stdout


def entries_of_ours(settings: Any) -> dict[str, int]:
    """How many entries under each event of parsed settings contain our name."""
    return {
        event: count
        for event, entries in settings["hooks"].items()
        if (count := sum("afteraction" in json.dumps(entry) for entry in entries))
    }


def mode(path: Path) -> int:
    """The permission bits."""
    return stat.S_IMODE(path.stat().st_mode)
