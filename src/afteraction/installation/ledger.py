"""What ``install`` did to a settings file, so that ``uninstall`` can tell whether anybody touched it since.

Kept below the telemetry root, not in the settings: a key of ours there would be validated by the client. Losing it
costs no more than the byte-identical way back; our entries are found without it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from afteraction.sources.claude.settings_file import locked, read_bytes, rewrite

if TYPE_CHECKING:
    from pathlib import Path

    from afteraction.paths import Root


@dataclass(frozen=True, slots=True)
class Edit:
    """What we did to one settings file, over all installs since we first touched it."""

    written: str
    """SHA-256 of the file as we left it."""
    original: str | None
    """SHA-256 of the backup that undoes it all; None when there is none that would."""
    created: bool
    """The file did not exist before."""
    created_folder: bool
    """Nor did its folder."""
    made: list[str] | None
    """Containers that were not there before, see ``settings.containers``; None when that is not known."""


def digest(content: bytes | None) -> str | None:
    """SHA-256 of a file's content; None for no file."""
    return None if content is None else hashlib.sha256(content).hexdigest()


def ledger_path(root: Root) -> Path:
    """Where the ledger of a root lies."""
    return root.state / "install.json"


def recall(root: Root, settings: Path) -> Edit | None:
    """What we did to this settings file; None when that is not known."""
    kept = _entries(read_bytes(ledger_path(root))).get(str(settings))
    try:
        return Edit(**kept) if isinstance(kept, dict) else None
    except TypeError:  # written by another version
        return None


def remember(root: Root, settings: Path, edit: Edit | None) -> None:
    """Note what we did to this settings file; None forgets it, and removes a ledger that holds nothing else."""
    path = ledger_path(root)

    def noted(raw: bytes | None) -> bytes | None:
        entries = _entries(raw)
        entries.pop(str(settings), None)
        if edit is not None:
            entries[str(settings)] = asdict(edit)
        return (json.dumps(entries, indent=2) + "\n").encode() if entries else None

    if edit is None and not path.exists():
        return
    with locked(path):
        rewrite(path, noted)


def _entries(raw: bytes | None) -> dict[str, Any]:
    try:
        entries = json.loads(raw or b"{}")
    except (ValueError, RecursionError):
        return {}
    return entries if isinstance(entries, dict) else {}
