"""A name or path that looks like a credential is stored as its hash, and nothing else is."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from afteraction.hook.secret_shape import secret_values, without_secrets
from afteraction.privacy.environment import is_secret
from benchmarks.privacy_texts import card, iban, seeded
from tests.hook_process import only_line, recorded_payloads, run_hook, spool_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

SECRETS = [
    "ghp_" + "a1B2" * 9,
    "ghp_" + "abcdefghijklmnopqrst",
    "github_pat_11ABCDEFG0" + "x9Y8" * 12,
    "sk-ant-api03-" + "Qw3-_rT9" * 8,
    "sk-proj-" + "a1B-2c3_D4e" * 6,
    "sk-proj-" + "a1B2c3D4" * 4,
    "sk-a1b2c3d4e5f6",
    "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
    "AKIA" + "IOSFODNN7EXAMPLE",
    "AIza" + "SyA-1234567890abcdefghijklmnopqrstu",
    "xoxb-" + "123456789012-abcdefABCDEF",
    "glpat-" + "abc-DEF_ghi123456789",
    "npm_" + "a1B2c3D4e5F6g7H8i9J0a1B2c3D4e5F6g7H8",
    "hf_" + "abcdefghijKLMNOPqrstuvwxyz12345678",
    "pypi-" + "AgEIcHlwaS5vcmcCJDAwMDAwMDAw",
    "eyJ" + "hbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2ln",
    "SG." + "a1B2c3D4e5F6g7H8i9J0ab.x",
    "-----BEGIN " + "RSA PRIVATE KEY-----",
    "hvs." + "a1B2c3D4e5F6g7H8",
    "password=" + "hunter22",
    "jane.doe@acme-widgets.org",
    "+4930" + "123456789",
    "agent 536-22-" + "8714",
    card(seeded(1)),
    card(seeded(2)).replace(" ", ""),
    iban(seeded(3)).replace(" ", ""),
]
ORDINARY = [
    "01171722-c128-40e1-adb6-5bf22fd8d314",
    "toolu_01A09q90qw90lq917835lq9",
    "a7ff2e7b5321deb91",
    "wf_b85b0d01-51c",
    "task-runner",
    "task-runner-2024-edition-extended",
    "plugin:sub:agent",
    "claude-opus-4-8[1m]",
    "mcp__github__create_pull_request",
    "sk-learn",
    "sk-learn-contrib-projects",
    "sk-live-coding-session",
    "hf_dataset_downloader_v2",
    "npm_install_dependencies_helper",
    "github-pat-manager-tool",
    "ASIA-expansion-2024-plan",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "/srv/app-1.0+20251030/build-20251030-123456789",
    "/srv/run.1770088770653/1770088770653123456",
    "1-2-3456789 and 000-12-3456 and 4111111111111112",
    "@types/node",
    "code@1.2.3",
    "/home/x/sk-learn/projects/.npm-global/lib",
    "/home/x/.claude/projects/-tmp-proj/01171722-c128-40e1-adb6-5bf22fd8d314.jsonl",
]


def fingerprint(text: str) -> str:
    """What stands for a secret."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()[:16]


@pytest.mark.parametrize("secret", SECRETS)
def test_secret_is_stored_as_its_hash(tmp_path: Path, secret: str) -> None:
    """A credential under an allow-listed key never reaches the disk, not even as the file's name."""
    folder = secret.replace("/", "-")
    payload = {
        "session_id": secret,
        "agent_type": secret,
        "cwd": f"/home/x/{folder}/src",
        "tool_name": "Agent",
        "tool_input": {"subagent_type": secret},
        "background_tasks": [{"id": secret}],
    }
    run_hook(payload, tmp_path, environment={"OAK_WORKFLOW_ID": secret})

    line = only_line(tmp_path)
    assert line["payload"] == {
        "session_id": fingerprint(secret),
        "agent_type": fingerprint(secret),
        "cwd": f"/home/x/{fingerprint(folder)}/src",
        "tool_name": "Agent",
        "tool_input": {"subagent_type": fingerprint(secret)},
        "background_tasks": [{"id": fingerprint(secret)}],
    }
    assert line["env"] == {"oak_workflow_id": fingerprint(secret)}
    (file,) = spool_files(tmp_path)
    assert secret.encode() not in file.read_bytes()
    assert secret not in file.name


def test_secret_within_a_longer_name_is_found(tmp_path: Path) -> None:
    """The client names the transcript's folder after the project's path, with ``-`` for every odd character."""
    slug = "-home-x-ghp-" + "a1B2" * 9 + "-src"
    run_hook({"session_id": "a", "transcript_path": f"/home/x/.claude/projects/{slug}/a.jsonl"}, tmp_path)

    assert only_line(tmp_path)["payload"]["transcript_path"] == f"/home/x/.claude/projects/{fingerprint(slug)}/a.jsonl"


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_names_stay(text: str) -> None:
    """Ids join the evidence and names head the reports: neither may be mistaken for a credential."""
    assert without_secrets(text) == text


def strings(value: Any) -> Iterator[str]:
    """Every string in a payload."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for member in value.values() if isinstance(value, dict) else value:
            yield from strings(member)


def test_recorded_sessions_hold_no_secret() -> None:
    """Nothing that the real client sends in its recorded sessions is taken for a credential."""
    assert [text for payload in recorded_payloads() for text in strings(payload) if without_secrets(text) != text] == []


def test_the_value_of_a_secret_variable_is_stored_as_its_hash(tmp_path: Path) -> None:
    """A value needs no shape when its variable's name tells; the client's folder named after it goes too."""
    value = "correct.horse_battery"
    payload = {
        "session_id": "a",
        "agent_type": f"fixer {value}",
        "cwd": f"/srv/{value}/app",
        "transcript_path": "/home/x/.claude/projects/-srv-correct-horse-battery-app/a.jsonl",
    }
    run_hook(payload, tmp_path, environment={"DEPLOY_TOKEN": value, "OAK_WORKFLOW_ID": f"wf-{value}"})

    line = only_line(tmp_path)
    assert line["payload"] == {
        "session_id": "a",
        "agent_type": fingerprint(f"fixer {value}"),
        "cwd": f"/srv/{fingerprint(value)}/app",
        "transcript_path": f"/home/x/.claude/projects/{fingerprint('-srv-correct-horse-battery-app')}/a.jsonl",
    }
    assert line["env"] == {"oak_workflow_id": fingerprint(f"wf-{value}")}


VARIABLES = (
    "AWS_SECRET_ACCESS_KEY", "GH_TOKEN", "github_token", "DB_PASSWORD", "MYSQL_PWD", "PWD", "OLDPWD", "DB_PASS", "PASS",
    "COMPASS", "PASSED", "SENTRY_DSN", "CLAUDE_CODE_SESSION_ID", "ADO_PAT", "PAT", "PATH", "GIT_AUTHOR_NAME",
    "XAUTHORITY", "SSH_AUTH_SOCK", "KEYBOARD", "TOKENIZERS_PARALLELISM", "MAX_TOKENS", "SLACK_WEBHOOK", "DATABASE_URL",
    "NPM_CONFIG_AUTH", "HOME", "USER", "ODD\nKEY", "MY_TOKENS_KEY", "XCLAUDE_CODE_SESSION_ID", "MY_OLDPWD",
)  # fmt: skip
VALUES = ("k3kX9q2w", "short", "disabled", "UNDEFINED", "/home/x/keys", "./keys.txt", "/aB3dE6gH9jK2m/x", "a value")


@pytest.mark.parametrize("variable", VARIABLES)
def test_hook_and_redactor_agree_which_variables_are_secret(variable: str) -> None:
    """The rule stands twice, because the hook cannot afford ``re``: both must say the same."""
    for value in VALUES:
        found = secret_values({b"LANG": b"C", variable.encode(): value.encode()})

        assert bool(found) == is_secret(variable, value), value
