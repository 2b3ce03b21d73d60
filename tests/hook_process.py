"""Runs the hook as the client does: a process of its own, its payload on stdin."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import afteraction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOOK = Path(afteraction.__file__).parent / "hook"
ENTRY = HOOK / "entry.py"
INTERPRETER = os.path.realpath(sys.executable)
SILENT = (0, b"", b"")
NO_COLLECTOR = "/nonexistent/python"
PAYLOADS = Path(__file__).parent / "fixtures" / "hook_payloads"


def hook_arguments(root: Path | str, collector: Path | str = NO_COLLECTOR, entry: Path = ENTRY) -> list[str]:
    """The command without the shell around it."""
    return [INTERPRETER, "-I", "-S", str(entry), str(root), str(collector)]


def run_hook(
    payload: object,
    root: Path,
    *,
    collector: Path | str = NO_COLLECTOR,
    before: str = "",
    environment: dict[str, str] | None = None,
    folder: Path | None = None,
) -> tuple[int, bytes, bytes]:
    """Exit status, stdout and stderr of one run; ``before`` is shell text such as ``umask 0;`` that precedes it."""
    given = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    arguments = hook_arguments(root, collector)
    if before:
        arguments = ["sh", "-c", f'{before} exec "$@"', "sh", *arguments]
    done = subprocess.run(
        arguments, input=given, capture_output=True, env=environment or {}, cwd=folder, timeout=120, check=False
    )
    return done.returncode, done.stdout, done.stderr


def spool_lines(root: Path) -> list[dict[str, Any]]:
    """Every line in the spool, in the order of the file names; ValueError when one is torn.

    Blank lines are none: a hook that finds another in the middle of a line starts its own afresh.
    """
    return [json.loads(line) for file in spool_files(root) for line in file.read_bytes().splitlines() if line]


def spool_files(root: Path) -> list[Path]:
    """The files of the spool that hold lines."""
    return sorted((root / "spool").glob("*.jsonl"))


def only_line(root: Path) -> dict[str, Any]:
    """The one line of a spool that must hold one."""
    (line,) = spool_lines(root)
    return line


def recorded_payloads() -> Iterator[dict[str, Any]]:
    """Every payload of the recorded sessions."""
    for file in sorted(PAYLOADS.glob("*.jsonl")):
        for line in file.read_text().splitlines():
            yield json.loads(line)


def wait_until(condition: Callable[[], bool]) -> None:
    """Return once ``condition`` holds; the test's own time limit ends a wait that is in vain."""
    while not condition():
        select.select([], [], [], 0.002)
