"""The site as users get it: a process of ``afteraction serve`` over some records."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def served(root: Path, home: Path | None = None) -> Iterator[str]:
    """Serve a telemetry root; yields the site's address without the last slash. Ctrl-C must end it at once, quietly."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, "-m", "afteraction", "serve", "--port", "0"],
        env={**kept, "HOME": str(home or root), "OAK_TELEMETRY_DIR": str(root), "LANG": "C.UTF-8"},
        cwd=home or root.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    line = process.stdout.readline()
    try:
        assert line.startswith("http://127.0.0.1:"), process.communicate()
        yield line.split()[0].rstrip("/")
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert errors == ""
