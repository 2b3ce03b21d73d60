"""Values to ask every question with, by its name: once of everything, once of a part."""

from __future__ import annotations

import math
from dataclasses import astuple, make_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

import afteraction.analytics
from afteraction.moments import DAY_MS
from afteraction.store.sql import sql
from tests.analytics.varied import varied_history
from tests.records import NOW_MS, write_records

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from afteraction.store.index import Index, RecordIndex

    Values = dict[str, str | float | None]

EVERYTHING: Values = {"since_ms": None, "until_ms": None, "project": None, "agent": None, "model": None}
PART: Values = {
    "since_ms": NOW_MS - 14 * DAY_MS, "until_ms": NOW_MS, "project": "shop", "agent": "Explore", "model": "sonnet",
}  # fmt: skip
SIDES: Values = {
    "agent_a": "Explore", "agent_b": "code-reviewer", "sha_a": None, "sha_b": "cd", "since_a": None,
    "since_b": NOW_MS - 20 * DAY_MS,
}  # fmt: skip
REVIEWED: Values = {
    "before_ms": NOW_MS - 20 * DAY_MS, "since_ms": NOW_MS - 10 * DAY_MS, "until_ms": NOW_MS,
}  # fmt: skip
_MORE: dict[str, list[Values]] = {
    "agents": [
        {"recent_ms": NOW_MS - 7 * DAY_MS, "few": 10, "min_runs": 2, "sort": sort}
        for sort in ("success", "cost", "runs", "speed", "change")
    ],
    "breakdown": [{}],
    "busy_hours": [{}],
    "case_mix": [SIDES],
    "compare": [{**SIDES, "a": "Explore", "b": "code-reviewer", "few": 5}],
    "concentration": [{"few": 5, "most": 5}],
    "cost": [{"by": by} for by in ("agent", "model", "project", "day", "week", "month")],
    "edits": [{"few": 5}],
    "failure_clusters": [{"most": 5}],
    "failure_totals": [{}],
    "pairs": [{"few": 5}],
    "past_tasks": [{}],
    "quality": [{"min_runs": 2}],
    "quality_trend": [{}],
    "recent": [{"most": 7}],
    "rejected": [{}],
    "review_agents": [{**REVIEWED, "few": 5}],
    "review_runs": [{"since_ms": NOW_MS - 10 * DAY_MS, "until_ms": NOW_MS, "least": 2}],
    "review_satisfaction": [REVIEWED],
    "review_workflows": [{**REVIEWED, "least": 2}],
    "sequences": [{"least": 2, "most": 5}],
    "sparklines": [{"parts": 16}],
    "summary": [{}],
    "task_types": [{"min_runs": 2}],
    "trend": [
        {"end_ms": NOW_MS, "by": by, "covered": covered}
        for by in ("day", "week", "month") for covered in ("", "2025-10-01/2025-10-12 2025-10-20/2025-10-20")
    ],
    "usage": [{}],
    "workflow_trend": [{"least": 2}],
}  # fmt: skip
VALUES: list[tuple[str, Values]] = [
    *(
        (question, {**scope, **more})
        for question, many in _MORE.items()
        for more in many
        for scope in (EVERYTHING, PART)
    ),
    ("names", {}),
    ("difference", {"earlier_success": 8, "earlier_runs": 20, "later_success": 17, "later_runs": 21, "few": 10}),
]
"""Each question with values for all its names."""
NOT_ASKED = {
    "agent_totals", "columns", "export", "export_ids", "export_parquet", "export_rows",
    "checked", "file_patterns", "rule_effect", "tiers", "track_record", "words",
}  # fmt: skip
"""What only ``sql``, the exporters and ``rules`` use, on this machine's own index."""


INEXACT: tuple[str, Values] = "words", {**EVERYTHING, "few": 5}
"""A question that no other engine has the functions for."""


def all_questions() -> set[str]:
    """The name of every question there is."""
    return {path.stem for path in Path(*afteraction.analytics.__path__).glob("*.sql")} - NOT_ASKED


def write_varied(root: Path) -> None:
    """A history for every question: agents, versions and models that differ, and workflows of several agents."""
    records = enumerate(varied_history())
    write_records(
        root, *(msgspec.structs.replace(record, workflow_id=f"wf-20251001-{at // 4:08x}") for at, record in records)
    )


def differences(here: RecordIndex, there: Index, question: str, values: Values) -> list[Any]:
    """Where an engine's answer is another than DuckDB's: in a type, a value, or a number by more than a billionth."""
    cursor = here.connection.execute(sql("analytics", question), values)
    columns = [name for name, *_ in cursor.description or ()]
    wanted = cursor.fetchall()
    row_type: type[DataclassInstance] = make_dataclass("Row", columns)
    found = [astuple(row) for row in there.ask(question, row_type, **values)]
    if len(wanted) != len(found):
        return [(len(wanted), len(found))]
    return [
        (at, name, want, got)
        for at, (left, right) in enumerate(zip(wanted, found, strict=True))
        for name, want, got in zip(columns, left, right, strict=True)
        if not _same(want, got)
    ]


def _same(want: object, got: object) -> bool:
    if isinstance(want, float) and isinstance(got, float):
        return math.isclose(want, got, rel_tol=1e-9, abs_tol=1e-9)
    return type(want) is type(got) and want == got
