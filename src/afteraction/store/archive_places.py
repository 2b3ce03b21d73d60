"""Where archive parts lie. Apart from what reads them, because most of our processes need no database engine."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from afteraction.errors import cannot_read

if TYPE_CHECKING:
    from pathlib import Path

    from afteraction.paths import Root

_PART = re.compile(r"(\d{4}-\d{2}-\d{2})\.parquet")


def part_path(root: Root, day: str) -> Path:
    """Where the part of a day lies; the day as ``2025-10-30``."""
    return root.archive / f"{day}.parquet"


def part_times(root: Root) -> dict[str, int]:
    """Every archived day with its part's time of modification in ns, oldest day first; StoreError when unreadable."""
    try:
        with os.scandir(root.archive) as entries:
            parts = [(match[1], entry) for entry in entries if (match := _PART.fullmatch(entry.name))]
            found = [(day, entry.stat().st_mtime_ns) for day, entry in parts]
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise cannot_read(root.archive, error) from error
    return dict(sorted(found))
