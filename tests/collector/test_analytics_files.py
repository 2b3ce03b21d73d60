"""The files of ``analytics/`` say what the reports say, and are there as soon as the records are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from afteraction.collector.analytics_files import DAYS, keep_current
from afteraction.moments import DAY_MS
from afteraction.paths import Root
from tests.analytics.varied import varied_history
from tests.collector.importing import client_s, copy_sessions, imported
from tests.machine import mode
from tests.program import piped
from tests.records import NOW_MS, invocation, write_records
from tests.replay import Machine

if TYPE_CHECKING:
    from pathlib import Path

FILES = ("agent-performance.json", "failure-patterns.json", "usage-stats.json")


def read(root: Path, name: str) -> dict[str, Any]:
    found = json.loads((root / "analytics" / name).read_bytes())
    assert isinstance(found, dict)
    return found


def test_they_hold_the_rows_of_the_reports(tmp_path: Path) -> None:
    """One question, one answer: whoever reads a file and whoever runs the command see the same numbers."""
    write_records(tmp_path, *varied_history(300))
    write_records(tmp_path, invocation(9999, agent="long-ago", started_ms=NOW_MS - (DAYS + 1) * DAY_MS))

    keep_current(Root(tmp_path), NOW_MS)

    scope = ("--until", "2025-10-30T18:00Z", "--period", f"{DAYS}d", "--json")
    agents = json.loads(piped(tmp_path, "agents", *scope).stdout)
    assert read(tmp_path, FILES[0])["agents"] == agents
    assert "long-ago" not in {row["agent_name"] for row in agents}
    failures = json.loads(piped(tmp_path, "failures", *scope).stdout)
    assert read(tmp_path, FILES[1])["clusters"] == failures["clusters"]
    usage = json.loads(piped(tmp_path, "usage", *scope).stdout)
    assert read(tmp_path, FILES[2])["agents"] == usage["agents"]
    assert read(tmp_path, FILES[2])["hours"] == usage["hours"]
    for name in FILES:
        found = read(tmp_path, name)
        assert (found["schema_version"], found["period"]["days"]) == (1, DAYS)
        assert found["generated_at"] == found["period"]["until"] == "2025-10-30T18:00:00.000Z"
        assert mode(tmp_path / "analytics" / name) == 0o600


def test_an_import_leaves_them_behind(tmp_path: Path) -> None:
    """Nobody has to ask for them: with the records come the files."""
    machine = Machine(tmp_path)
    copy_sessions(["00_basic"], client_s(machine))

    imported(machine)

    assert sorted(path.name for path in (machine.root / "analytics").iterdir()) == sorted(FILES)


def test_a_failure_is_noted_and_stops_nobody(tmp_path: Path) -> None:
    """The records are safe already; what cannot be written is a matter for the doctor."""
    write_records(tmp_path, invocation(1))
    (tmp_path / "analytics").write_text("in the way")
    (tmp_path / "state").mkdir()

    keep_current(Root(tmp_path), NOW_MS)

    assert (tmp_path / "state" / "last_error.json").exists()
