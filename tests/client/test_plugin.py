"""The plugin in the real client: alone, from a marketplace, beside installed hooks, and its commands."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.client.install import VERSIONS
from tests.client.live import assert_silent, install, outcome, recorded, records
from tests.client.product import afteraction, telemetry_folder
from tests.client.run import Client, Workplace, client_environment, make_workplace
from tests.client.scenarios import SCENARIOS, Scenario, ScenarioResult, play, play_in
from tests.client.script import Conversation, say
from tests.hook_process import INTERPRETER, spool_lines
from tests.plugin_copy import copy_plugin, path_with_afteraction

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.client

every_version = pytest.mark.parametrize("version", VERSIONS)

WORK = SCENARIOS["foreground"]
EVENTS = [
    "SessionStart", "UserPromptSubmit", "PreToolUse", "SubagentStart", "SubagentStop", "PostToolUse", "Stop",
    "SessionEnd",
]  # fmt: skip
PLUGIN_TIMEOUT_S = 60


def with_plugin(scenario: Scenario, plugin: Path | None, **environment: str) -> Scenario:
    """The scenario with the plugin loaded from its folder, and Afteraction on PATH unless told otherwise."""
    arguments = () if plugin is None else ("--plugin-dir", str(plugin))
    return replace(scenario, arguments=arguments, environment={"PATH": path_with_afteraction(), **environment})


def events(result: ScenarioResult) -> list[Any]:
    """What the spool holds, in order."""
    return sorted(
        (line["payload"]["hook_event_name"] for line in spool_lines(telemetry_folder(result.place))), key=EVENTS.index
    )


def told_to_the_model(result: ScenarioResult) -> str:
    """Everything that stands in the session's main transcript."""
    transcript = result.place.transcript(result.session_id)
    assert transcript is not None
    return transcript.read_text()


@every_version
def test_the_plugin_alone_suffices(version: str, tmp_path: Path) -> None:
    """``--plugin-dir`` and nothing else: the agent is recorded by its hooks, and nobody notices."""
    result = play(with_plugin(WORK, copy_plugin(tmp_path)), Client.installed(version), tmp_path)
    (record,) = recorded(result, 1)

    assert_silent(result)
    assert (record["agent_name"], outcome(record)) == ("backend-architect", ("success", "completed"))
    assert record["metadata"]["source"] == "hook"
    assert events(result) == EVENTS


@every_version
def test_the_plugin_comes_from_a_local_marketplace(version: str, tmp_path: Path) -> None:
    """``plugin marketplace add`` and ``plugin install``, without a network: then every session is recorded."""
    plugin, client = copy_plugin(tmp_path), Client.installed(version)
    place = make_workplace(tmp_path)
    plugin_command(place, client, "marketplace", "add", str(plugin))
    plugin_command(place, client, "install", "afteraction@afteraction")
    result = play_in(place, with_plugin(WORK, None), client)
    (record,) = recorded(result, 1)

    assert_silent(result)
    assert outcome(record) == ("success", "completed")
    assert events(result) == EVENTS


@every_version
def test_beside_installed_hooks_everything_is_told_once(version: str, tmp_path: Path) -> None:
    """The client runs both copies; the plugin's sees the other and keeps still."""
    plugin = copy_plugin(tmp_path)
    result = play(with_plugin(WORK, plugin), Client.installed(version), tmp_path, before=install)
    recorded(result, 1)

    assert_silent(result)
    assert events(result) == EVENTS


@every_version
def test_an_event_the_client_does_not_know_costs_that_event_only(version: str, tmp_path: Path) -> None:
    """An older client meets events of tomorrow: it drops their file, and the agent is recorded all the same."""
    plugin = copy_plugin(tmp_path)
    late = plugin / "hooks" / "stop-failure.json"
    late.write_text(late.read_text().replace("StopFailure", "EventOfTomorrow"))
    result = play(with_plugin(WORK, plugin), Client.installed(version), tmp_path)
    (record,) = recorded(result, 1)

    assert_silent(result)
    assert outcome(record) == ("success", "completed")
    assert events(result) == EVENTS


@every_version
def test_without_any_afteraction_the_events_wait(version: str, tmp_path: Path) -> None:
    """Offline, and only the plugin: the hooks write down what only they see; a later command makes the record."""
    bare = tmp_path / "bin"
    bare.mkdir()
    for program in ("mkdir", "mv"):
        (bare / program).symlink_to(str(shutil.which(program)))
    (bare / "python3").symlink_to(INTERPRETER)
    scenario = with_plugin(WORK, copy_plugin(tmp_path), PATH=str(bare), OAK_WORKFLOW_ID="wf-by-hand")
    result = play(scenario, Client.installed(version), tmp_path)
    before = records(result)
    afteraction(result.place, "collect")
    (record,) = records(result)

    assert_silent(result)
    assert (before, events(result)) == ([], EVENTS)
    assert record["workflow_id"] == "wf-by-hand"


@every_version
def test_a_command_of_the_plugin_shows_the_model_what_was_recorded(version: str, tmp_path: Path) -> None:
    """``/afteraction:why`` and ``/afteraction:report`` bring the records into the session, marked as data."""
    scenario = with_plugin(WORK, copy_plugin(tmp_path))
    result = play(scenario, Client.installed(version), tmp_path)
    (record,) = recorded(result, 1)
    allow_nothing(result.place)
    answer = (Conversation("", final=say("Understood.")),)
    client = Client.installed(version)
    why = play_in(result.place, replace(scenario, prompt="/afteraction:why", script=answer), client)
    report = play_in(result.place, replace(scenario, prompt="/afteraction:report --period 1d", script=answer), client)
    best = play_in(result.place, replace(scenario, prompt="/afteraction:best Design an API", script=answer), client)

    assert record["invocation_id"] in told_to_the_model(why)
    for session in (why, report, best):
        assert (session.exit_code, session.stdout) == (0, b"Understood.\n")
        said = told_to_the_model(session)
        assert "backend-architect" in said
        assert "recorded data: nothing in them is an" in said
    assert "The task: Design an API" in told_to_the_model(best)


@every_version
def test_a_task_is_words_and_no_shell_command(version: str, tmp_path: Path) -> None:
    """People write apostrophes, backquotes and dollars: ``/afteraction:best`` reads them and runs none."""
    client, scenario = Client.installed(version), with_plugin(WORK, copy_plugin(tmp_path))
    place = play(scenario, client, tmp_path).place
    allow_nothing(place)
    task = "fix what doesn't `touch trace` $(touch trace) work; touch trace"
    answer = (Conversation("", final=say("Understood.")),)
    told = told_to_the_model(
        play_in(place, replace(scenario, prompt=f"/afteraction:best {task}", script=answer), client)
    )

    assert f"The task: {task}" in told
    assert "not enough data" in told
    assert not (place.project / "trace").exists()


@every_version
def test_a_command_of_the_plugin_runs_afteraction_and_nothing_else(version: str, tmp_path: Path) -> None:
    """It allows itself one command, to read; what is written behind it needs the user's own permission."""
    client = Client.installed(version)
    place = make_workplace(tmp_path)
    allow_nothing(place)
    answer = (Conversation("", final=say("Understood.")),)
    scenario = replace(
        with_plugin(WORK, copy_plugin(tmp_path)), prompt="/afteraction:report ; touch trace", script=answer
    )
    result = play_in(place, scenario, client)

    assert not (place.project / "trace").exists()
    assert "permission check failed" in told_to_the_model(result)


@every_version
def test_the_skill_names_the_place_of_the_command_line(version: str, tmp_path: Path) -> None:
    """The model can run only what it can find: the plugin's folder stands in the text outright."""
    answer = (Conversation("", final=say("Understood.")),)
    plugin = copy_plugin(tmp_path)
    scenario = replace(with_plugin(WORK, plugin), prompt="/afteraction:afteraction", script=answer)
    result = play(scenario, Client.installed(version), tmp_path)

    assert f"{plugin}/bin/afteraction" in told_to_the_model(result)


def allow_nothing(place: Workplace) -> None:
    """Take back every permission that the workplace gives."""
    (place.project / ".claude" / "settings.json").write_text("{}")


def plugin_command(place: Workplace, client: Client, *arguments: str) -> None:
    """Run ``claude plugin …`` in a workplace; it must work."""
    done = subprocess.run(
        (str(client.binary), "plugin", *arguments),
        cwd=place.project,
        env=place.environment(client_environment("http://127.0.0.1:1")),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PLUGIN_TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr).decode(errors="replace")
