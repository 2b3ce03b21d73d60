"""Usage: who runs, when, and who is defined and does not."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from afteraction.analytics.scope import Scope
from afteraction.analytics.usage import RARELY, DefinedAgent, Usage, usage
from afteraction.paths import Root
from afteraction.sources.claude.agent_definitions import defined_agents
from afteraction.store.index import open_index
from tests.analytics.varied import start_ms, varied_history
from tests.records import full_metadata, invocation, write_records

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def ask(root: Path, defined: Iterable[DefinedAgent] = (), scope: Scope | None = None) -> Usage:
    return usage(open_index(Root(root)), scope or Scope(), defined)


def test_every_count_is_that_of_the_records(tmp_path: Path) -> None:
    """Runs, shares, days, sessions and hours, counted one by one."""
    records = varied_history(300)
    write_records(tmp_path, *records)

    found = ask(tmp_path)

    runs = Counter(record.agent_name for record in records)
    assert {row.agent_name: row.invocations for row in found.agents} == runs
    assert sum(row.share for row in found.agents) == pytest.approx(1)
    for row in found.agents:
        of = [record for record in records if record.agent_name == row.agent_name]
        days = {datetime.fromtimestamp(start_ms(record) / 1000, UTC).date() for record in of}
        assert row.days == len(days)
        assert (row.first_started_at_ms, row.last_started_at_ms) == (min(map(start_ms, of)), max(map(start_ms, of)))
        assert row.total_time_ms == sum(record.execution_time_ms or 0 for record in of)
        assert row.projects == len({record.metadata.project for record in of} - {None})
    moments = [datetime.fromtimestamp(start_ms(record) / 1000, UTC) for record in records]
    hours = Counter((moment.isoweekday(), moment.hour) for moment in moments)
    assert {(one.weekday, one.hour): one.invocations for one in found.hours} == hours


def test_a_session_counts_once_for_each_agent(tmp_path: Path) -> None:
    """The share of sessions says how many of them an agent appears in, however often."""
    sessions = {1: "one", 2: "one", 3: "two"}
    for number, session in sessions.items():
        write_records(tmp_path, invocation(number, agent="a", metadata=full_metadata(session_id=session)))
    write_records(tmp_path, invocation(4, agent="b", metadata=full_metadata(session_id="three")))

    found = {row.agent_name: row for row in ask(tmp_path).agents}

    assert {name: row.sessions for name, row in found.items()} == {"a": 2, "b": 1}
    assert found["a"].session_share == pytest.approx(2 / 3)
    assert found["b"].session_share == pytest.approx(1 / 3)


def test_defined_and_hardly_used(tmp_path: Path) -> None:
    """A defined agent that never ran is listed with 0, one that ran more than rarely is not listed."""
    for number in range(RARELY + 1):
        write_records(tmp_path, invocation(number, agent="busy"))
    write_records(tmp_path, invocation(99, agent="rare"))
    defined = [DefinedAgent(name, f".claude/agents/{name}.md", 5) for name in ("busy", "rare", "never")]

    found = ask(tmp_path, defined)

    assert [(row.agent_name, row.invocations) for row in found.hardly_used] == [("never", 0), ("rare", 1)]
    assert found.hardly_used[0].last_started_at_ms is None


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_definitions_of_project_user_and_plugins(tmp_path: Path) -> None:
    """Names are those that records have: bare, or with the plugin and its folders in front; the project's file wins."""
    project, config = tmp_path / "shop", tmp_path / ".claude"
    write(project / ".claude/agents/reviewer.md", "---\nname: reviewer\n---\nReview.\n")
    write(config / "agents/reviewer.md", "---\nname: reviewer\n---\nAnother.\n")
    write(config / "agents/deep/writer.md", '---\nname: "writer"\n---\n')
    write(config / "agents/notes.md", "no front matter\n")
    kit = config / "plugins/cache/market/kit/1.0.0"
    write(kit / ".claude-plugin/plugin.json", '{"name": "review-kit", "version": "1.0.0"}')
    write(kit / "agents/security.md", "---\nname: security\n---\n")
    write(kit / "agents/web/css.md", "---\nname: css\n---\n")
    write(config / "plugins/broken/.claude-plugin/plugin.json", "{")

    found = {one.agent_name: one.path for one in defined_agents(project, config)}

    assert found == {
        "reviewer": ".claude/agents/reviewer.md",
        "writer": ".claude/agents/deep/writer.md",
        "review-kit:security": ".claude/plugins/cache/market/kit/1.0.0/agents/security.md",
        "review-kit:web:css": ".claude/plugins/cache/market/kit/1.0.0/agents/web/css.md",
    }


def test_no_definition_anywhere(tmp_path: Path) -> None:
    """Folders that do not exist define nothing."""
    assert defined_agents(None, tmp_path / "nowhere") == []
