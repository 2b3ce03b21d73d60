"""Run the product's own commands as a user of a workplace would: as processes, in its HOME.

``python -P -m`` is used, not the console script: the checkout's interpreter is known, a script on PATH could be
another installation, and ``-P`` keeps the project's files out of the import path.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.client.run import Workplace

COMMAND_TIMEOUT_S = 60.0


def data_home(place: Workplace) -> Path:
    """The user's data folder, named outright, so that it is the same on every platform."""
    return place.home / ".local" / "share"


def telemetry_folder(place: Workplace) -> Path:
    """Where the records of the workplace are."""
    return data_home(place) / "afteraction" / "telemetry"


def afteraction(
    place: Workplace, *arguments: str, environment: Mapping[str, str] | None = None, check: bool = True
) -> subprocess.CompletedProcess[bytes]:
    """Run one command of the product in the workplace's project and wait for it.

    Args:
        place: its HOME and project.
        arguments: after the word ``afteraction``.
        environment: further variables.
        check: whether an exit code other than 0 is an error.

    Raises:
        RuntimeError: the command failed; the message holds all it printed.
    """
    done = subprocess.run(
        (sys.executable, "-P", "-m", "afteraction", *arguments),
        cwd=place.project,
        env=place.environment({"XDG_DATA_HOME": str(data_home(place)), **(environment or {})}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=COMMAND_TIMEOUT_S,
        check=False,
    )
    if check and done.returncode != 0:
        printed = (done.stdout + done.stderr).decode(errors="replace").strip()
        raise RuntimeError(f"`afteraction {' '.join(arguments)}` ended with {done.returncode}: {printed}")
    return done
