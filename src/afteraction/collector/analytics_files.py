"""Keep the files of ``analytics/`` current: the rows of the reports, for programs that read files and ask nothing.

Written by whoever has just written records, after the lock is free again, so that neither a hook nor another session's
end waits for it. They cover the last four weeks: what they cost then depends on what somebody did lately and not on how
many years are kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from afteraction.collector.failures import describe, note_failure
from afteraction.moments import DAY_MS, utc_timestamp
from afteraction.store.atomic import write_atomic

if TYPE_CHECKING:
    from afteraction.analytics.scope import Scope
    from afteraction.paths import Root
    from afteraction.store.index import Index

SCHEMA_VERSION = 1
DAYS = 28
AGENTS_FILE = "agent-performance.json"


def keep_current(root: Root, now_ms: int) -> None:
    """Write the three files anew as of ``now_ms``, epoch ms; a failure is noted for the doctor and stops nobody."""
    try:
        _write(root, now_ms)
    except Exception as error:  # noqa: BLE001 - the records are safe, and these files are made from them
        note_failure(root, describe(error))


def _write(root: Root, now_ms: int) -> None:
    from afteraction.analytics.scope import Scope  # brings nothing; the index below brings the database engine
    from afteraction.store.index import open_index

    # these questions end now, nobody asks them again, and whoever works here meanwhile needs the machine
    index = open_index(root, remembers=False, frugal=True)
    scope = Scope(since_ms=now_ms - DAYS * DAY_MS, until_ms=now_ms + DAY_MS)
    head = {
        "schema_version": SCHEMA_VERSION,
        "generated_at": utc_timestamp(now_ms),
        "period": {"since": utc_timestamp(now_ms - DAYS * DAY_MS), "until": utc_timestamp(now_ms), "days": DAYS},
    }
    for name, body in _bodies(index, scope, now_ms).items():
        content = msgspec.json.format(msgspec.json.encode({**head, **body}), indent=2) + b"\n"
        write_atomic(root.analytics / name, content, durable=False)


def _bodies(index: Index, scope: Scope, now_ms: int) -> dict[str, dict[str, object]]:
    """What each file says beside its head: the rows of the reports of the same names."""
    from afteraction.analytics.agents import agents
    from afteraction.analytics.failures import failures
    from afteraction.analytics.pairs import pairs
    from afteraction.analytics.sequences import sequences
    from afteraction.analytics.summary import summary
    from afteraction.analytics.usage import usage

    found = failures(index, scope)
    used = usage(index, scope)
    return {
        AGENTS_FILE: {
            "summary": summary(index, scope),
            "agents": agents(index, scope, now_ms=now_ms),
        },
        "usage-stats.json": {
            "agents": used.agents,
            "hours": used.hours,
            "pairs": pairs(index, scope),
            "sequences": sequences(index, scope),
        },
        "failure-patterns.json": {
            "total": found.total,
            "clusters": found.clusters,
            "suggestions": found.suggestions,
            "rejected": found.rejected,
            "concentrations": [one for one in found.concentrations if one in found.found(one.cluster)],
        },
    }
