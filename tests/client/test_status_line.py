"""``subagentStatusLine``: the real client asks our command, and draws what it answers."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

import pytest

from afteraction.collector.analytics_files import keep_current
from afteraction.paths import Root
from tests.client.install import VERSIONS
from tests.client.interactive import InteractiveSession, settle_in
from tests.client.model_server import ModelServer
from tests.client.product import data_home, telemetry_folder
from tests.client.run import HOLD, Client, make_workplace, wait_until
from tests.client.scenarios import USER, user
from tests.client.script import Conversation, agent, bash, call, say
from tests.records import invocation, write_records

if TYPE_CHECKING:
    from pathlib import Path

    from tests.client.run import Workplace

pytestmark = pytest.mark.client

TESTER = Conversation("SUB-HOLD", (call(bash(HOLD)),), say("All tests pass."))
SCRIPT = (TESTER, user(agent("test-runner", "Run the unit tests", "SUB-HOLD go", background=True)))


@pytest.mark.parametrize("version", VERSIONS)
def test_the_client_draws_what_is_known_of_a_running_agent(version: str, tmp_path: Path) -> None:
    """In an interactive session the line of a subagent at work says how often its kind succeeds."""
    place = make_workplace(tmp_path)
    settle_in(place)
    _record_three_runs(place)
    command = f"{sys.executable} -P -m afteraction status-line"
    place.user_settings.parent.mkdir()
    place.user_settings.write_text(json.dumps({"subagentStatusLine": {"type": "command", "command": command}}))
    environment = {"XDG_DATA_HOME": str(data_home(place))}
    with ModelServer(SCRIPT) as model:
        with InteractiveSession(Client.installed(version), place, model.url, environment) as session:
            session.say(f"{USER} go")
            wait_until(lambda: place.held, "the agent's command runs")
            session.wait_for("2/3 ok · usually 0m41, now")  # only what differs from before is drawn
        place.release()


def _record_three_runs(place: Workplace) -> None:
    now_ms = time.time_ns() // 1_000_000
    root = telemetry_folder(place)
    write_records(root, *(invocation(number, agent="test-runner", started_ms=now_ms - 60_000) for number in (1, 2)))
    write_records(root, invocation(3, agent="test-runner", started_ms=now_ms - 60_000, status="failure"))
    keep_current(Root(root), now_ms)
