"""The installed hook command with its interpreter traced, so that a fault strikes the hook and not the shell."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from afteraction.sources.claude.hook_command import hook_command
from tests.hook_process import ENTRY, INTERPRETER, NO_COLLECTOR
from tests.reliability.traced import strace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

WORKERS = 4
WRAPPED = Path(__file__).with_name("wrapped_python.sh")
"""A file of the checkout: one that a thread had just written could not be run while another thread forks."""
EVENT = {
    "session_id": "one",
    "hook_event_name": "SubagentStop",
    "agent_id": "a1b2c3d4e5f607182",
    "agent_type": "Explore",
}
"""Goes the longest way: a line, the mark that agents were seen, the lock, the collector."""
UNKNOWN = "spool/unknown.jsonl"
"""Where a line goes that cannot even say who speaks."""
PLACES = frozenset(("spool", "spool/one.jsonl", "spool/one.jsonl.agents", "spool/collector.lock", UNKNOWN))
"""All that it may leave below the root."""
Row = TypeVar("Row")


class Result(NamedTuple):
    """What the client sees of a run."""

    status: int
    output: bytes
    """Of both streams."""


def run_traced(root: Path, log: Path, options: Sequence[str], event: dict[str, Any] = EVENT) -> Result:
    """Run the command that ``install`` would write, with ``strace`` and these options around its interpreter."""
    return run_wrapped(root, [strace(), "-qq", f"--output={log}", *options], event)


def run_wrapped(root: Path, wrapping: Sequence[str], event: dict[str, Any] = EVENT) -> Result:
    """Run the command that ``install`` would write, its interpreter started by another program.

    The interpreter keeps no bytecode: what one run cached, the next would not do again, and CPython puts a file in
    place that a limit or a fault has cut short, after which no program of this interpreter starts.
    """
    command = hook_command(str(WRAPPED), str(ENTRY), str(root), NO_COLLECTOR)
    return run(command, event, WRAPPING=shlex.join([*wrapping, INTERPRETER, "-B"]))


def run_plain(root: Path, event: dict[str, Any] = EVENT) -> Result:
    """Run the command that ``install`` would write."""
    return run_wrapped(root, [], event)


def run(command: str, event: dict[str, Any], **environ: str) -> Result:
    """Run a hook command as the client does."""
    done = subprocess.run(
        ["sh", "-c", command],
        input=json.dumps(event).encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={"PATH": os.defpath, **environ},
        timeout=60,
        check=False,
    )
    return Result(done.returncode, done.stdout)


def shared_out(rows: Iterable[Row], judge: Callable[[str, Row], str | None]) -> list[str]:
    """What ``judge`` says against each row, a few at a time; it gets a number for the names of its own files."""
    with ThreadPoolExecutor(WORKERS) as pool:
        said = pool.map(lambda numbered: judge(str(numbered[0]), numbered[1]), enumerate(rows))
        return [text for text in said if text is not None]


def state(root: Path) -> frozenset[str]:
    """Every place below a root."""
    return frozenset(str(path.relative_to(root)) for path in root.rglob("*"))


def whole_lines(root: Path) -> int:
    """How many lines the session's spool file has; ValueError when one is torn."""
    file = root / "spool" / "one.jsonl"
    if not file.exists():
        return 0
    return sum(json.loads(line)["payload"] == EVENT for line in file.read_bytes().splitlines())
