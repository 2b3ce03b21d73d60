"""Where an agent is defined: the Markdown file whose front matter names it, in the project or in the user's folder.

The file is hashed as it is now, and counts as "the definition at the time" only for invocations that ended after it was
last modified; an older version of the file is not to be had, and a guess would blame the wrong edit.
"""

from __future__ import annotations

import hashlib
import re
import stat
from typing import TYPE_CHECKING

from afteraction.model import AgentDefinition

if TYPE_CHECKING:
    from pathlib import Path

_NAME = re.compile(rb"^name:[ \t]*+[\"']?([^\"'\r\n]{1,512}+)[\"']?[ \t\r]*+$", re.MULTILINE)
"""Possessive: a line that was built for it would take the cube of its length to be turned down."""
_MAX_BYTES = 1024 * 1024


def find_definition(agent_name: str, *, project: Path | None, config_dir: Path) -> tuple[AgentDefinition, int] | None:
    """The definition of an agent as it is now, and when it was last modified (epoch ms); None when there is none.

    The project's own file wins over the user's, as in the client. The path is relative to the project or starts with
    the name of the client's folder.
    """
    for base, prefix in ((project, ".claude"), (config_dir, config_dir.name)):
        if base is None:
            continue
        folder = base / ".claude" / "agents" if base is project else base / "agents"
        for path in _markdown(folder):
            content, modified_ms = _content(path)
            found = _NAME.search(content.partition(b"\n---")[0]) if content else None
            if found is None or found.group(1).rstrip().decode("utf-8", "replace") != agent_name:
                continue
            relative = f"{prefix}/agents/{path.relative_to(folder).as_posix()}"
            return AgentDefinition(path=relative, sha256=hashlib.sha256(content).hexdigest()), modified_ms
    return None


def _markdown(folder: Path) -> list[Path]:
    """The Markdown files beneath a folder; none where a payload named a folder that cannot be."""
    try:
        return sorted(folder.rglob("*.md")) if folder.is_dir() else []
    except (OSError, ValueError):
        return []


def _content(path: Path) -> tuple[bytes, int]:
    """A file's content and its modification time, epoch ms; no content when it cannot be read."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) or not 0 < found.st_size <= _MAX_BYTES:
            return b"", 0  # a file of /proc says that it is empty, and may never end
        with path.open("rb") as file:
            return file.read(_MAX_BYTES), found.st_mtime_ns // 1_000_000
    except OSError:
        return b"", 0
