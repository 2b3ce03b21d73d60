"""Take away the spool file of a session about which everything has long been said.

A hook may have that file open in the same moment. So the collector looks at it once more when it has no name any more,
and puts it back if it has grown; and a hook that finds its file without a name writes its line anew. Whichever of the
two comes last sees the other; at worst a line stands twice, which changes no record. A lock would make every hook wait.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from afteraction.store.atomic import FILE_MODE

if TYPE_CHECKING:
    from pathlib import Path

_BACK = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC


def clear_away(path: Path, known_bytes: int) -> None:
    """Remove a spool file of ``known_bytes`` and the mark beside it; one that has more by now stays.

    OSError when the disk refuses.
    """
    path.with_name(f"{path.name}.agents").unlink(missing_ok=True)
    with path.open("rb") as file:
        path.unlink()
        if os.fstat(file.fileno()).st_size == known_bytes:
            return
        with os.fdopen(os.open(path, _BACK, FILE_MODE), "wb") as back:
            back.write(file.read())
