"""What less usual real sessions leave behind, with the hooks installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.client.install import VERSIONS
from tests.client.live import assert_silent, install, outcome, recorded, workflows
from tests.client.run import Client
from tests.client.scenarios import play, play_in
from tests.client.scenarios_more import EMPTY_ANSWER, FORKED, fork_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.client

every_version = pytest.mark.parametrize("version", VERSIONS)


@every_version
def test_an_agent_that_says_nothing_gave_an_empty_answer(version: str, tmp_path: Path) -> None:
    """An answer without content leaves no line in the transcript; the agent ended all the same, and gave nothing."""
    result = play(EMPTY_ANSWER, Client.installed(version), tmp_path, before=install)
    (record,) = recorded(result, 1)

    assert_silent(result)
    assert outcome(record) == ("partial", "empty_answer")


@every_version
def test_a_forked_session_adds_only_what_it_did_itself(version: str, tmp_path: Path) -> None:
    """The copied calls of the session before stay that session's: nothing is recorded twice, nothing moves."""
    client = Client.installed(version)
    before = play(FORKED, client, tmp_path, before=install)
    first = recorded(before, 2)
    after = play_in(before.place, fork_of(before.session_id), client)
    found = recorded(after, 3)

    assert_silent(after)
    assert [record for record in found if record["metadata"]["session_id"] == before.session_id] == first
    (own,) = [record for record in found if record["metadata"]["session_id"] == after.session_id]
    assert (own["agent_name"], outcome(own)) == ("test-runner", ("success", "completed"))
    assert [workflow["totals"]["denied"] for workflow in workflows(after)] == [0, 0]
