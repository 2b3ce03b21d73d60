"""Drives ``strace``: lists the system calls of a program, makes the n-th of a kind fail, or kills the program there.

A call is known by its name and how many of that name came before it, because that is how ``strace`` counts. Where a
library's threads share out their own calls anew in each run, the name is counted for each path by itself. Each run is
checked against the log of its own injection, so that a run in which nothing was provoked cannot pass for a good one.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_CALL = re.compile(r"(?:\d+ +)?(\w+)\((.*)")
_CURRENT_FOLDER = re.compile(r"AT_FDCWD<[^>]*>")
_INJECTED = "(INJECTED)"
_KILLED = "+++ killed by SIGKILL +++"
CHANGING = frozenset(
    ("write", "pwrite64", "rename", "renameat", "renameat2", "mkdir", "mkdirat", "unlink", "unlinkat", "rmdir",
     "chmod", "fchmod", "fchmodat", "ftruncate", "fsync", "fdatasync", "link", "linkat", "symlink", "flock")
)  # fmt: skip
"""Calls that change a disk or a lock; ``openat`` is one where it creates."""
FILES = (*CHANGING, "openat", "open", "read", "pread64", "newfstatat", "fstat", "stat", "lstat", "lseek", "close",
         "getdents64", "readlink", "fcntl", "ioctl", "dup2", "dup3", "chdir", "mmap")  # fmt: skip
"""Calls that have to do with files."""
ERRORS = {
    "EIO": frozenset(FILES) - {"mmap"},
    "ENOMEM": frozenset(("mmap",)),
    "ENOSPC": frozenset(("openat", "open", *CHANGING)) - {"flock", "unlink", "unlinkat", "rmdir"},
    "EROFS": frozenset(("openat", "open", *CHANGING)) - {"flock", "write", "pwrite64", "fsync", "fdatasync"},
    "EMFILE": frozenset(("openat", "open", "dup2", "dup3", "fcntl")),
    "EAGAIN": frozenset(("clone", "clone3", "fork", "vfork")),
    "EINTR": frozenset(("openat", "open", "read", "pread64", "write", "flock", "fsync", "close")),
}
"""Which calls can fail how."""
FULL_OR_READ_ONLY = frozenset(("ENOSPC", "EROFS"))
"""Errors of a call that changes something, as an ``openat`` does only where it creates."""


@dataclass(frozen=True, slots=True)
class Call:
    """One system call of a run."""

    name: str
    nth: int
    """Which of its name, from 1."""
    arguments: str
    """And what came back, as ``strace`` prints both."""
    path: str | None = None
    """The path whose calls were counted; None when all of this name were."""

    @property
    def changes(self) -> bool:
        """Whether it changes the disk, or what a lock protects."""
        return self.name in CHANGING or (self.name in {"openat", "open"} and "O_CREAT" in self.arguments)

    def failing(self, error: str) -> list[str]:
        """Options of ``strace`` that make this call fail, and only this."""
        return self._injecting(f"error={error}")

    def killing(self) -> list[str]:
        """Options of ``strace`` that kill the program as it makes this call, which then does nothing."""
        return self._injecting("signal=KILL")

    def _injecting(self, what: str) -> list[str]:
        where = [] if self.path is None else [f"--trace-path={self.path}"]
        return [*where, f"--trace={self.name}", f"--inject={self.name}:{what}:when={self.nth}"]


def strace() -> str:
    """The program."""
    return needed("strace")


def needed(program: str, package: str | None = None) -> str:
    """The path of a program; the test fails with the command that installs it where it is missing."""
    found = shutil.which(program)
    if found is None:
        pytest.fail(f"{program} is missing; run: apt-get install -y {package or program}")
    return found


def calls_in(log: Path) -> list[Call]:
    """The calls in the log of one process, in their order."""
    counts: Counter[str] = Counter()
    found = []
    for line in log.read_text(errors="replace").splitlines():
        match = _CALL.match(line)
        if match:
            counts[match[1]] += 1
            found.append(Call(match[1], counts[match[1]], match[2]))
    return found


def calls_at_paths(log: Path, folder: Path) -> list[Call]:
    """The calls of one process on what lies below a folder, from a log with the paths of descriptors (``-y``)."""
    below = re.compile(rf"""["<]({re.escape(str(folder))}/[^">]*)[">]""")
    counts: Counter[tuple[str, str]] = Counter()
    found = []
    for call in calls_in(log):
        arguments = _CURRENT_FOLDER.sub("", call.arguments)
        match = below.search(arguments)
        if match:
            counts[call.name, match[1]] += 1
            found.append(Call(call.name, counts[call.name, match[1]], arguments, match[1]))
    return found


def after_first_change(calls: Sequence[Call], root: Path) -> list[Call]:
    """The file calls from the first on that changes something below ``root``; the others leave the disk as it is."""
    first = next(at for at, call in enumerate(calls) if call.changes and f'"{root}' in call.arguments)
    return [call for call in calls[first:] if call.name in FILES]


def faults(calls: Iterable[Call]) -> list[tuple[Call, str]]:
    """Every way in which one of the calls can fail."""
    return [
        (call, error)
        for call in calls
        for error, names in ERRORS.items()
        if call.name in names and (call.changes or error not in FULL_OR_READ_ONLY)
    ]


def was_injected(log: Path) -> bool:
    """Whether a call was made to fail."""
    return _INJECTED in log.read_text(errors="replace")


def was_killed(log: Path) -> bool:
    """Whether the program was killed."""
    return _KILLED in log.read_text(errors="replace")


def attach(pid: int, log: Path, options: Sequence[str]) -> subprocess.Popen[str]:
    """Trace a running process that waits for a signal; returns once it is traced."""
    tracer = subprocess.Popen(
        [strace(), f"--output={log}", f"--attach={pid}", *options], stderr=subprocess.PIPE, text=True
    )
    assert tracer.stderr
    said = tracer.stderr.readline()
    if "attached" not in said:
        pytest.fail(f"strace cannot trace a process of its own user here: {said}")
    return tracer
