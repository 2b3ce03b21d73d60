"""Whether every archive part is still what was written.

Read as a whole, because unlike the cache it is the truth: what is lost in it can be had from a backup only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from afteraction.installation.check import Check, ok, problem
from afteraction.store.archive_places import part_path, part_times

if TYPE_CHECKING:
    from afteraction.paths import Root

_RESTORE = "put a copy of it back; 'afteraction archive --restore DAY' takes out what is still whole"


def check_archive(root: Root) -> list[Check]:
    """One row where there is an archive: every record in it is compared with its checksum."""
    days = part_times(root)
    if not days:
        return []
    from afteraction.store.archive_parts import DamagedPartError, read_part
    from afteraction.store.engine import connect

    connection = connect(root)
    files = 0
    damaged = []
    for day in days:
        path = part_path(root, day)
        try:
            found = read_part(connection, path)
        except DamagedPartError:
            damaged.append(path)
            continue
        files += len(found)
        damaged += [path for file in found if not file.sound][:1]
    if damaged:
        return [problem("archive", f"damaged parts: {len(damaged)}, first {damaged[0]}", _RESTORE)]
    return [ok("archive", f"records: {files:,}, days: {len(days):,}, all as they were written")]
