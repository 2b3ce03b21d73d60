"""Folders of transcripts to import, and what an import left behind.

Transcripts are those of the golden sessions, placed as the client or a backup would have them. The program is the real
one, in a process and an environment of its own.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

from tests.replay import SESSIONS, Machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

HOUR_S = 3600
SECONDS = 120
UNPRIVILEGED = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.getuid() == 0 else []
"""Root passes every permission check; without these two capabilities it is an ordinary owner."""
_IDS = re.compile(r"66e8fc2f-fa33-420d-925a-3a9914a96f13|ad3a32860c99f5717")
"""The session and the agent of ``00_basic``."""
_STRUCK = """
import os, signal, sys
from afteraction.cli.main import main

who, number, left, once, *sys.argv[1:] = sys.argv[1:]
own, left = os.getpid(), int(left)

def strike(event, arguments):
    global left
    if who == "command":
        struck = os.getpid() == own and event == "os.rename" and "/invocations/" in os.fsdecode(arguments[1])
    else:
        struck = os.getpid() != own and event == "open" and str(arguments[0]).endswith(".jsonl")
    left -= struck
    if struck and left == 0:
        try:
            os.mkdir(once)
        except FileExistsError:
            return  # another reader was struck
        os.kill(os.getpid(), int(number))

sys.addaudithook(strike)
main()
"""


def client_s(machine: Machine) -> Path:
    """Where the client of a machine keeps its transcripts."""
    return machine.home / ".claude" / "projects"


def copy_sessions(cases: Iterable[str], projects: Path) -> Path:
    """Copy the transcripts of recordings into a folder, silent for an hour; the folder."""
    for case in cases:
        shutil.copytree(SESSIONS / case / "transcripts", projects, dirs_exist_ok=True)
    silent_for(projects, HOUR_S)
    return projects


def silent_for(folder: Path, seconds: float) -> None:
    """Let every transcript beneath a folder have been written last some seconds ago."""
    stamp = time.time() - seconds
    for path in folder.rglob("*.json*"):
        if path.is_file() and not path.is_symlink():
            os.utime(path, (stamp, stamp))


def main_files(projects: Path) -> list[Path]:
    """The main files beneath a projects folder."""
    return sorted(path for path in projects.glob("*/*.jsonl") if not path.name.startswith("agent-"))


def many_sessions(projects: Path, count: int, *, padding: bytes = b"") -> Path:
    """Sessions of one invocation each, all different; ``padding`` is put before each main file's last line."""
    case = SESSIONS / "00_basic" / "transcripts"
    texts = {path.relative_to(case): path.read_text() for path in case.rglob("*") if path.is_file()}
    for number in range(count):

        def renumbered(found: re.Match[str], number: int = number) -> str:
            return f"{number:08x}{found.group()[8:]}"

        for place, text in texts.items():
            path = projects / _IDS.sub(renumbered, str(place))
            path.parent.mkdir(parents=True, exist_ok=True)
            content = _IDS.sub(renumbered, text).encode()
            if len(place.parts) == 2:
                *before, last = content.splitlines(keepends=True)
                content = b"".join((*before, padding, last))
            path.write_bytes(content)
    silent_for(projects, HOUR_S)
    return projects


def run(machine: Machine, *arguments: str | Path, prefix: Iterable[str] = ()) -> subprocess.CompletedProcess[str]:
    """Run the program on a machine; ``prefix`` is a command to run it with."""
    return subprocess.run(
        [*prefix, sys.executable, "-m", "afteraction", *map(str, arguments)],
        env=machine.environ,
        cwd=machine.home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


def struck(machine: Machine, *arguments: str | Path, who: str, number: int, at: int) -> list[str]:
    """The command that runs the program on a machine and strikes it with a signal in the midst of its work.

    ``who`` is "command", struck as it writes its ``at``-th record, or "reader": the first of the processes that read
    for it to open so many transcripts. It strikes itself: a signal from outside comes when the scheduler likes.
    """
    strike = [who, str(int(number)), str(at), str(machine.home / "struck")]
    return [sys.executable, "-c", _STRUCK, *strike, *map(str, arguments)]


def imported(machine: Machine, *arguments: str | Path, prefix: Iterable[str] = ()) -> dict[str, Any]:
    """Run an import, which must succeed; its counts."""
    done = run(machine, "import", "--json", *arguments, prefix=prefix)
    assert (done.returncode, done.stderr) == (0, ""), done
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def counted(counts: dict[str, Any]) -> dict[str, Any]:
    """The counts of an import that are not zero, without sizes and days."""
    return {key: value for key, value in counts.items() if value and key not in ("bytes", "files", "known_days")}


def truth(machine: Machine) -> dict[str, bytes]:
    """Every record and workflow file, by its path beneath the root."""
    found = [*machine.root.glob("invocations/*/*"), *machine.root.glob("workflows/*")]
    return {str(path.relative_to(machine.root)): path.read_bytes() for path in found if path.suffix == ".json"}


def leftovers(machine: Machine) -> list[Path]:
    """Temporary files beneath the root."""
    return [path for path in machine.root.rglob("*.tmp") if path.is_file()]


def wait_for(process: subprocess.Popen[Any], condition: Callable[[], bool]) -> None:
    """Wait until a condition holds, looking every few milliseconds; the process must not end before."""
    until = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < until, "the condition never came"
        try:
            process.wait(timeout=0.002)
        except subprocess.TimeoutExpired:
            continue
        assert condition(), "the process ended first"
