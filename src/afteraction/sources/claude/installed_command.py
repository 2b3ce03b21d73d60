"""Read a hook command back: which files it runs, and where it writes.

The inverse of ``hook_command``. Everything ``install`` chose is baked into the command, so it is read from there
instead of being stored a second time, where the two could disagree.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

ENTRY = "/afteraction/hook/entry.py"
"""The end of the path of the file that the command runs."""
MARK = ": afteraction;"
"""What ``hook_command`` leaves in every command, whatever its paths are called."""
FLAGS = ["-I", "-S"]


@dataclass(frozen=True, slots=True)
class InstalledCommand:
    """What one hook command of ours names, all absolute."""

    interpreter: Path
    entry: Path
    root: Path
    """The telemetry root it writes to when ``$OAK_TELEMETRY_DIR`` is not set."""
    collector_python: Path

    def missing(self) -> list[Path]:
        """The files it needs that do not exist."""
        return [path for path in (self.interpreter, self.entry, self.collector_python) if not path.is_file()]


def is_hook_command(command: str) -> bool:
    """Whether a command runs our hook."""
    return ENTRY in command or MARK in command


def parse_command(command: str) -> InstalledCommand | None:
    """What a command of ours names; None when it has been edited beyond recognition."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        words = list(lexer)
    except ValueError:
        return None
    for at in range(1, len(words) - 4):
        if words[at : at + 2] == FLAGS and words[at + 2].endswith(ENTRY):
            named = [Path(words[at + step]) for step in (-1, 2, 3, 4)]
            return InstalledCommand(*named) if all(path.is_absolute() for path in named) else None
    return None
