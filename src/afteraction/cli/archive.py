"""``afteraction archive``: old days as one file each, and back.

A record is a file because people read it; those of last season are rarely read, and a file takes four kilobytes on the
disk for every one and a half that it holds.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from afteraction.cli.ages import Age
from afteraction.cli.say import say

if TYPE_CHECKING:
    from afteraction.paths import Root
    from afteraction.store.archive import Archived

_EXAMPLES = """\b
Examples:
  afteraction archive --older 30d
  afteraction archive --restore 2025-10-30
  afteraction archive --restore all
"""


@click.command(epilog=_EXAMPLES, short_help="Pack old days into one file each.")
@click.option("--older", type=Age(), metavar="AGE", help="Pack the days that ended so long ago: 30d, 12w.")
@click.option("--restore", metavar="DAY|all", help="Make the files of a packed day again.")
def archive(older: int | None, restore: str | None) -> None:
    """Pack the records of old days into one checksummed Parquet file a day, which then is the truth.

    Every report and 'show' go on as before. Each file is read back and compared before the records' own files go, and
    --restore makes the very same files again. A record that changes after that is kept beside until the next run.
    """
    from afteraction.cli.root import current
    from afteraction.collector.alone import alone

    if (older is None) == (restore is None):
        raise click.UsageError("say what to do: --older 30d packs, --restore DAY unpacks")
    root = current()
    with alone(root):
        done = _pack(root, older) if older is not None else _unpack(root, restore or "")
    packed = older is not None
    if not done.days:
        say(f"No record is older than {older} days and unpacked." if packed else "Nothing is packed.")
        return
    what = f"{done.files:,} record{'' if done.files == 1 else 's'} of {done.days:,} day{'' if done.days == 1 else 's'}"
    say(f"Packed {what} into {root.archive}." if packed else f"Unpacked {what} into {root.invocations}.")


def _pack(root: Root, older: int) -> Archived:
    from afteraction.cli.progress import Progress
    from afteraction.collector.retention import days_before
    from afteraction.output.text import plain
    from afteraction.store.archive import archive_days
    from afteraction.store.engine import connect

    before = days_before(root, older_days=older, now_ms=time.time_ns() // 1_000_000)
    with Progress("Packing days") as progress:
        done = archive_days(root, connect(root), before, progress=progress)
    if done.left:
        first = plain(str(done.left[0]))
        say(f"afteraction: left as they are, no readable records: {len(done.left)}, first {first}", err=True)
    return done


def _unpack(root: Root, wanted: str) -> Archived:
    from afteraction.store.archive import restore_days
    from afteraction.store.engine import connect

    return restore_days(root, connect(root), None if wanted == "all" else [wanted])
