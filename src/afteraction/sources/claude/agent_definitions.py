"""Where an agent is defined: the Markdown file whose front matter names it, in the project or in the user's folder.

The file is hashed as it is now, and only counts as "the definition at the time" when it has not been modified since the
invocation ended; an older version of the file is not to be had, and a guess would blame the wrong edit.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from afteraction.model import AgentDefinition

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NAME = re.compile(rb"^name:\s*[\"']?([^\"'\r\n]+?)[\"']?\s*$", re.MULTILINE)
_MAX_BYTES = 1024 * 1024


def find_definition(
    agent_name: str, *, project: Path | None, config_dir: Path, unchanged_since_ms: int
) -> AgentDefinition | None:
    """The definition of an agent as it was at ``unchanged_since_ms`` (epoch ms), or None when that cannot be known.

    The project's own file wins over the user's, as in the client. The path is relative to the project or starts with
    the name of the client's folder.
    """
    for base, prefix in ((project, ".claude"), (config_dir, config_dir.name)):
        if base is None:
            continue
        folder = base / ".claude" / "agents" if base is project else base / "agents"
        for path in _markdown(folder):
            content = _content(path)
            found = _NAME.search(content.partition(b"\n---")[0]) if content else None
            if found is None or found.group(1).decode("utf-8", "replace") != agent_name:
                continue
            if path.stat().st_mtime_ns // 1_000_000 > unchanged_since_ms:
                return None
            relative = f"{prefix}/agents/{path.relative_to(folder).as_posix()}"
            return AgentDefinition(path=relative, sha256=hashlib.sha256(content).hexdigest())
    return None


def _markdown(folder: Path) -> Iterator[Path]:
    return iter(sorted(folder.rglob("*.md"))) if folder.is_dir() else iter(())


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes() if path.is_file() and path.stat().st_size <= _MAX_BYTES else b""
    except OSError:
        return b""
