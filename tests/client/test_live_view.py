"""The live view beside the real client: a subagent is shown while it is at work, and how it ended afterwards."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.client.install import NEWEST, VERSIONS
from tests.client.live import assert_silent, install, recorded
from tests.client.product import afteraction
from tests.client.run import HOLD, Client, wait_until
from tests.client.scenarios import Scenario, play, user
from tests.client.script import Conversation, agent, bash, call, say

if TYPE_CHECKING:
    from pathlib import Path

    from tests.client.model_server import ModelServer
    from tests.client.run import ClientSession, Workplace

pytestmark = pytest.mark.client

TESTER = Conversation("SUB-HOLD", (call(bash(HOLD)),), say("All tests pass."))


def outer(*, background: bool) -> Conversation:
    """An agent that hands its work to another, which stays inside a command until it is released."""
    inner = agent("test-runner", "Run the unit tests", "SUB-HOLD go", background=background)
    return Conversation("SUB-OUTER", (call(inner),), say("Designed and tested."))


def top(place: Workplace) -> dict[str, Any]:
    """One snapshot of the live view."""
    found: dict[str, Any] = json.loads(afteraction(place, "top", "--json").stdout)
    return found


@pytest.mark.parametrize("version", VERSIONS)
def test_agents_are_shown_while_they_work_and_as_ended_afterwards(version: str, tmp_path: Path) -> None:
    """Both the agent and the one it started run, with their descriptions; then they are records."""
    during: list[dict[str, Any]] = []

    def look(session: ClientSession, _model: ModelServer) -> None:
        wait_until(lambda: session.place.held, "the inner agent's command runs")
        during.append(top(session.place))
        session.place.release()

    prompt = agent("backend-architect", "Design auth API", "SUB-OUTER go")
    scenario = Scenario((TESTER, outer(background=False), user(prompt)), during=look)
    result = play(scenario, Client.installed(version), tmp_path, before=install)
    records = recorded(result, 2)

    assert_silent(result)
    (seen,) = during
    architect, runner = seen["running"]
    assert (architect["agent_name"], architect["description"]) == ("backend-architect", "Design auth API")
    assert (runner["agent_name"], runner["description"]) == ("test-runner", "Run the unit tests")
    assert (architect["parent_agent_id"], runner["parent_agent_id"]) == (None, architect["agent_id"])
    assert {row["session_id"] for row in seen["running"]} == {result.session_id}
    assert {row["project"] for row in seen["running"]} == {str(result.project)}
    assert seen["ended"] == []

    after = top(result.place)
    assert after["running"] == []
    assert {(row["invocation_id"], row["status"]) for row in after["ended"]} == {
        (record["invocation_id"], "success") for record in records
    }
    assert after["today"]["invocations"] == 2


def test_an_agent_in_the_background_is_shown_while_it_works(tmp_path: Path) -> None:
    """The call came back at once; the agent runs on, and no longer when the client was killed."""
    during: list[dict[str, Any]] = []

    def look(session: ClientSession, _model: ModelServer) -> None:
        wait_until(lambda: session.place.held, "the agent's command runs")
        wait_until(lambda: _is_in_background(session.place), "the call has come back")
        during.append(top(session.place))
        session.kill()

    scenario = Scenario(
        (TESTER, user(agent("test-runner", "Run the unit tests", "SUB-HOLD go", background=True))), during=look
    )
    result = play(scenario, Client.installed(NEWEST), tmp_path, before=install)

    ((running,), after) = during[0]["running"], top(result.place)
    assert (running["agent_name"], running["background"]) == ("test-runner", True)
    assert after["running"] == []
    assert [row["agent_id"] for row in after["ended"]] == [running["agent_id"]]
    assert after["ended"][0]["status"] != "success"


def _is_in_background(place: Workplace) -> bool:
    return any(row["background"] for row in top(place)["running"])
