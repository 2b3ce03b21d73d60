"""What one command costs as a whole: wall time, processor time and memory of the process and its children.

Memory is told in two ways because neither alone is fair: the kernel's peak of the largest process counts shared pages
in full and leaves the other processes out; the sum of the tree's proportional shares is right, but sampled, so that a
short peak may be missed. Linux only.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SAMPLE_S = 0.02
KIB = 1024
MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Cost:
    """One run of a command."""

    wall_s: float
    cpu_s: float
    """User and system time of the process and of the children it waited for."""
    largest_mb: float
    """The kernel's peak resident memory of the largest process of the tree; at least that of this process."""
    tree_mb: float
    """The highest sampled sum over the tree of each process's share of its memory."""
    threads: int
    """The most threads seen at once in the tree."""


@dataclass(slots=True)
class Sampler:
    """Watches a process tree from a thread until it is told to stop."""

    root: int
    peak_kib: int = 0
    threads: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        """Sample until ``stop``."""
        while not self._over.is_set():
            tree = _tree(self.root)
            self.peak_kib = max(self.peak_kib, sum(_share_kib(process) for process in tree))
            self.threads = max(self.threads, sum(len(_tasks(process)) for process in tree))
            self._over.wait(SAMPLE_S)

    def stop(self) -> None:
        """Let ``watch`` return."""
        self._over.set()


class CommandFailedError(Exception):
    """A measured command did not end with 0; the message has the end of what it printed."""


def run(arguments: Sequence[str], environment: Mapping[str, str], output: Path) -> Cost:
    """Run a command to its end, its standard output and error in ``output``.

    CommandFailedError when it does not end with 0.
    """
    out = (os.POSIX_SPAWN_OPEN, 1, str(output), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    streams = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), out, (os.POSIX_SPAWN_DUP2, 1, 2)]
    begun = time.perf_counter()
    process = os.posix_spawn(arguments[0], list(arguments), dict(environment), file_actions=streams)
    sampler = Sampler(process)
    thread = threading.Thread(target=sampler.watch)
    thread.start()
    _, status, used = os.wait4(process, 0)
    wall = time.perf_counter() - begun
    sampler.stop()
    thread.join()
    if status != 0:
        said = output.read_text(encoding="utf-8", errors="replace")[-2000:]
        code = os.waitstatus_to_exitcode(status)
        raise CommandFailedError(f"`{' '.join(arguments)}` ended with {code}:\n{said}")
    return Cost(
        wall_s=wall,
        cpu_s=used.ru_utime + used.ru_stime,
        largest_mb=used.ru_maxrss * KIB / MB,
        tree_mb=sampler.peak_kib * KIB / MB,
        threads=sampler.threads,
    )


def _tree(root: int) -> list[int]:
    """A process and all that descend from it; those that end meanwhile are left out."""
    found, waiting = [], [root]
    while waiting:
        process = waiting.pop()
        found.append(process)
        for task in _tasks(process):
            try:
                waiting += map(int, (task / "children").read_text(encoding="ascii").split())
            except OSError:
                continue
    return found


def _tasks(process: int) -> list[Path]:
    try:
        return list(Path(f"/proc/{process}/task").iterdir())
    except OSError:
        return []


def _share_kib(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
