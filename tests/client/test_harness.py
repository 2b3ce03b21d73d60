"""The harness itself: the installer, the scripted model, and one plain session of each real client."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.client import install
from tests.client.install import VERSIONS, NpmMissingError, client_binary, install_client
from tests.client.model_server import ModelServer
from tests.client.run import NOT_A_KEY, Client, json_lines, make_workplace
from tests.client.scenarios import FINAL, SCENARIOS, USER, WORKER, Scenario, play, user
from tests.client.script import LAST_AGENT, ApiError, Conversation, ToolUse, call, read, say

FAKE_NPM = """#!/bin/sh
echo run >> "{count}"
mkdir -p "node_modules/@anthropic-ai/{package}"
touch "node_modules/@anthropic-ai/{package}/claude"
"""


@pytest.mark.client
@pytest.mark.parametrize("version", VERSIONS)
def test_a_plain_session_ends_well_and_leaves_its_transcripts(version: str, tmp_path: Path) -> None:
    """Without hooks the client says its final text and writes one transcript per subagent."""
    result = play(SCENARIOS["foreground"], Client.installed(version), tmp_path)

    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{FINAL}\n".encode(), b"")
    [transcript] = result.agent_transcripts
    last = list(json_lines(transcript))[-1]
    assert "The API is designed." in json.dumps(last)
    assert [asked.marker for asked in result.asked] == [USER, *["SUB-WORK"] * 4, USER]
    assert (result.project / "out.txt").read_text() == "one\n2\n3\n"


@pytest.mark.client
@pytest.mark.parametrize("version", VERSIONS)
def test_the_clean_environment_hides_the_machine(version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No key, endpoint or setting of the machine reaches a session, so a test can neither leak nor depend on it."""
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "of-the-machine")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    session = Conversation(USER, (call(ToolUse("Bash", {"command": "env > seen", "description": "x"})),), say(FINAL))
    result = play(Scenario((session,)), Client.installed(version), tmp_path)

    seen = (result.project / "seen").read_text()
    assert "of-the-machine" not in seen
    assert "127.0.0.1:9\n" not in seen
    assert f"HOME={result.home}\n" in seen


def test_a_killed_session_leaves_nothing_running(tmp_path: Path) -> None:
    """What a killed client leaves behind ends by itself, because the workplace is released."""
    place = make_workplace(tmp_path)
    with subprocess.Popen(("sh", "hold.sh"), cwd=place.project) as command:
        place.release()

        assert command.wait(10) == 0
    assert place.held


def test_without_npm_the_message_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without npm gets a next step, not a stack of npm's words."""
    monkeypatch.setattr(install, "CACHE", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(NpmMissingError, match="apt-get install npm"):
        install_client(VERSIONS[0])


def test_two_processes_install_once(tmp_path: Path) -> None:
    """Test runs in parallel share one cache: one of them installs, the other waits and uses the result."""
    tools, count = tmp_path / "bin", tmp_path / "count"
    tools.mkdir()
    package = client_binary(VERSIONS[0]).parent.name
    (tools / "npm").write_text(FAKE_NPM.format(count=count, package=package))
    (tools / "npm").chmod(0o755)
    program = (
        "from pathlib import Path; from tests.client import install;"
        f"install.CACHE = Path({str(tmp_path / 'cache')!r}); print(install.install_client({VERSIONS[0]!r}))"
    )
    environment = {"PATH": f"{tools}:/usr/bin:/bin"}
    command = (sys.executable, "-c", program)
    both = [subprocess.Popen(command, cwd=install.CHECKOUT, env=environment, stdout=subprocess.PIPE) for _ in range(2)]
    printed = [process.communicate(timeout=60)[0] for process in both]

    assert printed[0] == printed[1]
    assert Path(printed[0].decode().strip()).exists()
    assert count.read_text() == "run\n"


def test_the_request_alone_decides_the_answer() -> None:
    """Retries and parallel agents get the right step, because its number is read from the request's own history."""
    worked = [_said("user", "SUB-WORK go"), _said("assistant", "x"), _said("user", "result")]
    with ModelServer((WORKER, user())) as model:
        first = _ask(model, [_said("user", "SUB-WORK go")])
        second = _ask(model, worked)
        again = _ask(model, worked)

    assert [block["name"] for block in first["content"]] == ["Read"]
    assert [block["name"] for block in second["content"]] == ["Write", "Bash"]
    assert [block["input"] for block in again["content"]] == [block["input"] for block in second["content"]]
    ids = [message["id"] for message in (first, second, again)]
    ids += [block["id"] for message in (first, second, again) for block in message["content"]]
    assert len(set(ids)) == len(ids)


def test_a_notification_is_answered_with_the_final_text() -> None:
    """The end of a background agent must not make the script go on: it is no step of it."""
    history = [_said("user", f"{USER} go"), _said("user", "<task-notification>…</task-notification>")]
    with ModelServer((user(read("README.md")),)) as model:
        answer = _ask(model, history)

    assert answer["content"] == [{"type": "text", "text": FINAL}]


def test_the_last_launched_agent_can_be_named() -> None:
    """A script can stop an agent whose id only the client knows."""
    stop = Conversation(USER, (call(ToolUse("TaskStop", {"task_id": LAST_AGENT})),))
    with ModelServer((stop,)) as model:
        answer = _ask(model, [_said("user", f"{USER} go, agentId: a1b2c3 (internal ID)")])

    assert answer["content"][0]["input"] == {"task_id": "a1b2c3"}


def test_an_api_error_comes_as_the_service_sends_it() -> None:
    """The client decides by status and type, so both have to be right."""
    with ModelServer((Conversation(USER, (ApiError(429, "rate_limit_error", "slow down"),)),)) as model:
        with pytest.raises(urllib.error.HTTPError) as refused:
            _ask(model, [_said("user", USER)])
        with refused.value as answer:
            body = json.load(answer)

    assert refused.value.code == 429
    assert body["error"] == {"type": "rate_limit_error", "message": "slow down"}


def _said(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "content": text}


def _ask(model: ModelServer, messages: list[dict[str, Any]]) -> dict[str, Any]:
    body = json.dumps({"model": "claude-test", "messages": messages}).encode()
    headers = {"content-type": "application/json", "x-api-key": NOT_A_KEY}
    request = urllib.request.Request(f"{model.url}/v1/messages", body, headers)  # noqa: S310  # our own server
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        message: dict[str, Any] = json.load(answer)
    return message
