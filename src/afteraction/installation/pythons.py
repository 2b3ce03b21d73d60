"""The two interpreters of a hook command, and the file between them.

The hook runs on the base interpreter's real binary: a virtual environment's link works as well, but a pyenv shim costs
100 ms, and ``-I -S`` needs no environment. The collector needs one, so for it the environment's own name is kept: its
link, resolved, would lose the environment.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import afteraction
from afteraction.errors import AfteractionError
from afteraction.sources.claude.hook_command import hook_command

START_SECONDS = 30


def command_for(root: Path) -> str:
    """The hook command of this installation, writing to ``root``.

    Raises:
        AfteractionError: this Python cannot run hooks.
    """
    command = hook_command(hook_interpreter(), hook_entry(), str(root), sys.executable)
    try:
        command.encode()
    except UnicodeEncodeError as error:
        raise AfteractionError(f"a path in {command!r} is not UTF-8, which settings cannot hold; move it") from error
    return command


def hook_interpreter() -> str:
    """The real binary of the interpreter below this environment, tried before it is returned."""
    path = os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)
    if not starts(path):
        raise AfteractionError(f"the interpreter {path} does not start with -I -S; install Afteraction on another")
    return path


def hook_entry() -> str:
    """The file the hook command runs, as it lies in the installed package."""
    path = Path(afteraction.__file__).absolute().parent / "hook" / "entry.py"
    if not path.is_file():
        raise AfteractionError(f"{path} is missing; install Afteraction again, unpacked (no zip)")
    return str(path)


def starts(interpreter: str | Path) -> bool:
    """Whether an interpreter starts bare, as the hook starts it."""
    return _runs([str(interpreter), "-I", "-S", "-c", "pass"])


def loads_collector(python: str | Path) -> bool:
    """Whether a Python can load the collector, as the hook starts it."""
    return _runs([str(python), "-I", "-c", "import afteraction.collector.detached"])


def _runs(command: list[str]) -> bool:
    try:
        done = subprocess.run(
            command, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=START_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
