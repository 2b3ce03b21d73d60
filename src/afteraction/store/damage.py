"""Files of the data folder that hold nothing readable: found, and put where they are in no answer's way.

A file is moved, never deleted, because it is the user's and something may still be got out of it. The index already
knows which records it could not decode, so looking for them costs no second reading of all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from afteraction.store.atomic import make_private_folder
from afteraction.store.reading import INVOCATION_DECODER, WORKFLOW_DECODER

if TYPE_CHECKING:
    from pathlib import Path

    from afteraction.paths import Root


def find_damaged(root: Root) -> tuple[Path, ...]:
    """Every record and workflow file that holds none, or may not be read, by path.

    StoreError when a folder cannot be read, or there is no room to look.
    """
    from afteraction.store.cache import refresh  # brings the database engine, which most of our processes do not need

    snapshot = refresh(root, every_file=True)
    snapshot.database.close()
    workflows = (path for path in sorted(root.workflows.glob("*.json")) if _is_damaged(path, WORKFLOW_DECODER))
    return (*snapshot.unreadable, *workflows)


def set_aside_damaged(root: Root) -> int:
    """Move what is damaged to the quarantine; returns how many files. StoreError as above, OSError as below.

    What may not be read stays where it is: it may be whole. So does a part of the archive, of which most may be whole.
    """
    moved = 0
    for path in find_damaged(root):
        if root.archive in path.parents:
            continue
        if _is_damaged(path, WORKFLOW_DECODER if path.parent == root.workflows else INVOCATION_DECODER):
            quarantine(root, path)
            moved += 1
    return moved


def quarantine(root: Root, path: Path) -> None:
    """Move a file to the quarantine folder, its own folder's name before its own. OSError when that is not possible."""
    make_private_folder(root.quarantine)
    path.replace(root.quarantine / f"{path.parent.name}-{path.name}")


def _is_damaged(path: Path, decoder: msgspec.json.Decoder[Any]) -> bool:
    try:
        decoder.decode(path.read_bytes())
    except OSError:
        return False
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return True
    return False
