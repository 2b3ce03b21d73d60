"""What the data takes on the disk, by part, and what less it could be.

Small files take whole blocks: a record of one and a half kilobytes takes four. So what packing saves is told from the
blocks that the files have now and from how well a sample of them compresses.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from afteraction.collector.retention import aged, days_before, disk_bytes
from afteraction.installation.check import Check, ok, warning
from afteraction.output.figures import counted, size

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from afteraction.paths import Root

ARCHIVE_DAYS, PRUNE_DAYS = 30, 90
"""The ages for which savings are told: those of the examples of both commands."""
_WORTH_BYTES = 10_000_000
"""Savings below this are not worth a word."""
_SAMPLE = 200
_NAMES = {"invocations": "records"}
_LISTED = ("invocations", "workflows", "archive", "analytics", "cache", "spool", "state", "quarantine")


def check_disk(root: Root, used: Mapping[str, int], *, now_ms: int) -> list[Check]:
    """A row for what is used, and one each for what ``archive`` and ``prune`` would save where that is much.

    ``used`` is bytes on the disk by the name below the root. StoreError when a folder cannot be read.
    """
    parts = [f"{_NAMES.get(name, name)} {size(used[name])}" for name in _LISTED if used.get(name)]
    rows = [ok("disk", f"{size(sum(used.values()))}: {', '.join(parts)}" if parts else size(sum(used.values())))]
    old = aged(root, days_before(root, older_days=ARCHIVE_DAYS, now_ms=now_ms))
    taken = disk_bytes(old.files)
    packed = round(_compressed_share(old.files) * sum(_length(path) for path in old.files))
    if taken - packed > _WORTH_BYTES:
        records = f"{counted(len(old.files), 'record')} older than {ARCHIVE_DAYS} days"
        detail = f"{records} take {size(taken)}, packed some {size(packed)}"
        rows.append(warning("old records", detail, f"run: afteraction archive --older {ARCHIVE_DAYS}d"))
    ancient = aged(root, days_before(root, older_days=PRUNE_DAYS, now_ms=now_ms))
    if ancient.disk_bytes > _WORTH_BYTES:
        records = f"{counted(ancient.records, 'record')} older than {PRUNE_DAYS} days"
        tell = f"'afteraction prune --older {PRUNE_DAYS}d' would delete them"
        rows.append(ok("prunable", f"{records} take {size(ancient.disk_bytes)}; {tell}"))
    return rows


def _compressed_share(paths: Sequence[Path]) -> float:
    """How much of their bytes is left when files are compressed together, told from a sample."""
    step = max(1, len(paths) // _SAMPLE)
    sample = b"".join(_content(path) for path in paths[::step])
    return len(zlib.compress(sample)) / len(sample) if sample else 0.0


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _length(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
