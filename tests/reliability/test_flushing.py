"""Many files made durable at once: none is left out because a thread is not to be had, and no failure is swallowed."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests.reliability.traced import strace

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reliability.figures import Figures

FILES = 20
FLUSH = """
import sys
from pathlib import Path
from afteraction.store.atomic import flush_files
flush_files(map(Path, sys.argv[1:]))
"""


def flush(folder: Path, *injections: str) -> tuple[int, str, int]:
    """Exit status, the last line of stderr, and how many files were flushed, of a process with all its threads."""
    files = [folder / f"{number}.json" for number in range(FILES)]
    for file in files:
        file.touch()
    log = folder / "flush.strace"
    options = ["--follow-forks", "-qq", "--trace=fsync,clone,clone3", *injections]
    command = [strace(), f"--output={log}", *options, sys.executable, "-c", FLUSH, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    # a call that another thread's line cuts in two ends in a line "<... fsync resumed>) = 0"
    flushed = sum("fsync" in line and line.endswith("= 0") for line in log.read_text().splitlines())
    return done.returncode, done.stderr.strip().rpartition("\n")[2], flushed


def test_flush_without_threads(tmp_path: Path, figures: Figures) -> None:
    """No thread at all, or only the first three: every file is flushed."""
    for later in ("1+", "4+"):
        refused = [f"--inject={call}:error=EAGAIN:when={later}" for call in ("clone", "clone3")]
        status, said, flushed = flush(tmp_path, *refused)
        assert (status, said) == (0, "")
        assert flushed >= FILES
    figures.hold("many files flushed without a thread: one left out", 2)


def test_flush_that_fails(tmp_path: Path, figures: Figures) -> None:
    """A file that cannot be made durable is the caller's to know, whichever thread it was in."""
    status, said, flushed = flush(tmp_path, "--inject=fsync:error=EIO")
    assert (status, said, flushed) == (1, "OSError: [Errno 5] Input/output error", 0)
    figures.hold("flush of many files fails: not told", 1)
