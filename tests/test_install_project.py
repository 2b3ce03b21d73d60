"""``afteraction install --project``: in the project, and invisible to its git."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from afteraction.installation import chosen_root, current_root
from tests.machine import (
    EVENTS,
    Machine,
    entries_of_ours,
    git_status,
    machine_in,
    mode,
    with_repository,
)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine on which nothing is installed."""
    return machine_in(tmp_path)


def test_project_install_is_invisible_to_git(machine: Machine) -> None:
    """Absolute paths must not be committed: nothing of ours shows up as new, and no tracked file changes."""
    with_repository(machine)
    (machine.cwd / "deep").mkdir()
    top, machine.cwd = machine.cwd, machine.cwd / "deep"

    machine.done("install", "--project")
    (top / "telemetry" / "invocations").mkdir()
    (top / "telemetry" / "invocations" / "record.json").write_text("{}")

    local = top / ".claude" / "settings.local.json"
    assert entries_of_ours(json.loads(local.read_bytes())) == dict.fromkeys(EVENTS, 1)
    assert str(top / "telemetry") in local.read_text()
    assert git_status(machine) == ""
    assert mode(top / "telemetry" / ".gitignore") == 0o600


def test_project_uninstall_leaves_the_project_as_it_was(machine: Machine) -> None:
    """Settings, git's exclude file and an unused data folder: everything is as before."""
    with_repository(machine)
    exclude = machine.cwd / ".git" / "info" / "exclude"
    exclude.write_text("mine\n")

    machine.done("install", "--project")
    assert exclude.read_text() != "mine\n"
    machine.done("uninstall", "--project")

    assert exclude.read_text() == "mine\n"
    assert [path.name for path in machine.cwd.iterdir()] == [".git"]


@pytest.mark.parametrize("tracked", [".claude/settings.local.json", "telemetry/logger.py"])
def test_project_install_refuses_what_git_tracks(machine: Machine, tracked: str) -> None:
    """Ignoring does not help for tracked files, and a package called telemetry is no place for records."""
    with_repository(machine)
    path = machine.cwd / tracked
    path.parent.mkdir()
    path.write_text("{}")
    subprocess.run(["git", "add", tracked], cwd=machine.cwd, env=machine.environment(), check=True, timeout=60)

    result = machine.run("install", "--project")

    assert (result.returncode, "git tracks" in result.stderr) == (1, True)
    assert git_status(machine) == f"A  {tracked}\n"


def test_project_install_works_without_git(machine: Machine) -> None:
    """A folder that is no repository is a project all the same, and git need not be there."""
    machine.environ["PATH"] = "/nonexistent"

    machine.done("install", "--project")

    assert (machine.cwd / ".claude" / "settings.local.json").is_file()


def test_reports_read_where_hooks_write(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment first, then the project's hooks from any folder below it, then the user's."""
    monkeypatch.setenv("HOME", str(machine.home))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    environ = machine.environment()
    below = machine.cwd / "src" / "deep"
    below.mkdir(parents=True)

    assert chosen_root(below, environ) is None
    assert current_root(environ, below).path == machine.data
    machine.environ["XDG_DATA_HOME"] = str(machine.home / "xdg")
    machine.done("install")
    del machine.environ["XDG_DATA_HOME"]
    assert current_root(environ, below).path == machine.home / "xdg" / "afteraction" / "telemetry"
    machine.done("install", "--project")
    assert current_root(environ, below).path == machine.cwd / "telemetry"
    assert current_root({**environ, "OAK_TELEMETRY_DIR": "/x/y"}, below).path == Path("/x/y")
