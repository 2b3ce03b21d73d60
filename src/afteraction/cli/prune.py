"""``afteraction prune``: delete what is old enough.

The one command that deletes records, so it says exactly what goes before it asks, and without a terminal it needs
``--yes``: a script must mean it.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

from afteraction.cli.ages import Age
from afteraction.cli.say import say

if TYPE_CHECKING:
    from afteraction.collector.retention import Aged

_EXAMPLES = """\b
Examples:
  afteraction prune --older 90d --dry-run
  afteraction prune --older 52w --yes
"""


@click.command(epilog=_EXAMPLES, short_help="Delete old records.")
@click.option("--older", type=Age(), metavar="AGE", required=True, help="Days that ended so long ago: 90d, 52w.")
@click.option("--dry-run", is_flag=True, help="Say what would go and delete nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def prune(*, older: int, dry_run: bool, yes: bool) -> None:
    """Delete the records of old days, packed ones included, and what was derived from them.

    Whole UTC days go. Importing transcripts that still tell of them would bring them back; the client keeps those for a
    month.
    """
    from afteraction.cli.root import current
    from afteraction.collector.alone import alone
    from afteraction.collector.retention import aged, days_before
    from afteraction.collector.retention import prune as delete

    root = current()
    found = aged(root, days_before(root, older_days=older, now_ms=time.time_ns() // 1_000_000))
    if not found.records and not found.parts:
        say(f"No record is older than {older} days.")
        return
    what = _told(found)
    if dry_run:
        say(f"Would delete {what} below {root.path}.")
        return
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError(f"this would delete {what}; without a terminal it needs --yes")
        click.confirm(f"Delete {what} below {root.path}?", abort=True)
    with alone(root):
        delete(root, found)
    say(f"Deleted {what}.")


def _told(found: Aged) -> str:
    from afteraction.output.figures import counted, size

    days = counted(found.days, "day")
    return f"{counted(found.records, 'record')} of {days} before {found.before} ({size(found.disk_bytes)} on the disk)"
