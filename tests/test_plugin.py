"""The plugin without a client: its files, and what its hook finds out by itself."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from afteraction.cli.main import COMMANDS
from afteraction.hook.plugin import NO_COLLECTOR, collector_python, python_of
from afteraction.sources.claude.hook_events import HOOK_EVENTS
from docs.generate_plugin_hooks import COMMAND, LATER, hook_files
from tests.hook_process import SILENT, spool_lines
from tests.plugin_copy import CHECKOUT, copy_plugin, path_with_afteraction

EVENT = {"hook_event_name": "SessionStart", "session_id": "a1b2c3"}
MANIFEST = json.loads((CHECKOUT / ".claude-plugin" / "plugin.json").read_text())
EMPTY_PATH = "/nonexistent"


class Desk:
    """A home, a project in it, and the plugin."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.project = self.home / "shop"
        self.data = self.home / ".claude" / "plugins" / "data" / "afteraction-inline"
        self.project.mkdir(parents=True)
        self.plugin = copy_plugin(folder)

    @property
    def root(self) -> Path:
        """Where the plugin writes by itself."""
        return self.home / ".local" / "share" / "afteraction" / "telemetry"

    def environment(self, **changes: str) -> dict[str, str]:
        """What a hook of the plugin sees."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "CLAUDE_PROJECT_DIR": str(self.project),
            "CLAUDE_PLUGIN_ROOT": str(self.plugin),
            "CLAUDE_PLUGIN_DATA": str(self.data),
            **changes,
        }

    def hook(self, **changes: str) -> tuple[int, bytes, bytes]:
        """Run the plugin's command as the client does."""
        done = subprocess.run(
            ["/bin/sh", "-c", COMMAND],
            input=json.dumps(EVENT).encode(),
            env=self.environment(**changes),
            capture_output=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    def install(self, *arguments: str) -> None:
        """Install hooks into settings, as a user does."""
        command = [sys.executable, "-P", "-m", "afteraction", "install", *arguments]
        subprocess.run(command, cwd=self.project, env=self.environment(), check=True, capture_output=True)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A home with nothing in it, and the plugin."""
    return Desk(tmp_path)


def heads(root: Path) -> list[Any]:
    """Which events the spool holds."""
    return [line["payload"]["hook_event_name"] for line in spool_lines(root)]


def test_the_plugin_alone_records(desk: Desk) -> None:
    """No install, no configuration: the first event is in the user's data folder, and nobody notices."""
    assert desk.hook() == SILENT
    assert desk.hook() == SILENT
    assert heads(desk.root) == ["SessionStart", "SessionStart"]


@pytest.mark.parametrize("target", ["--user", "--project"])
def test_nothing_is_recorded_twice(desk: Desk, target: str) -> None:
    """With hooks in the settings the plugin's hook keeps still: they know where to record, it can only guess."""
    desk.install(target)

    assert desk.hook() == SILENT
    assert not desk.root.joinpath("spool").exists() or spool_lines(desk.root) == []


def test_hooks_that_point_at_nothing_do_not_silence_the_plugin(desk: Desk) -> None:
    """A deleted environment leaves its hooks behind; they record nothing, so the plugin does."""
    desk.install("--user")
    settings = desk.home / ".claude" / "settings.json"
    settings.write_text(re.sub(r"/[^ ]*/hook/entry.py", "/gone/afteraction/hook/entry.py", settings.read_text()))
    desk.hook()

    assert heads(desk.root) == ["SessionStart"]


def test_the_environments_root_wins(desk: Desk, tmp_path: Path) -> None:
    """``OAK_TELEMETRY_DIR`` is honoured at every run, by this hook as by every other."""
    desk.hook(OAK_TELEMETRY_DIR=str(tmp_path / "elsewhere"))

    assert heads(tmp_path / "elsewhere") == ["SessionStart"]


def test_a_python_is_found_once_and_noted(desk: Desk) -> None:
    """A shim on PATH may take 100 ms: only the first run pays for it; one that is gone is looked for again."""
    desk.hook()
    noted = desk.data / "python"
    found = noted.read_text()
    noted.write_text("/gone/python3\n")
    desk.hook()

    assert noted.read_text() == found == os.path.realpath(found.strip()) + "\n"
    assert desk.hook(PATH=EMPTY_PATH) == SILENT
    assert len(heads(desk.root)) == 3


def test_without_a_usable_python_the_session_notices_nothing(desk: Desk, tmp_path: Path) -> None:
    """None at all, or one that is too old: silence and exit 0, and no note of it."""
    old = tmp_path / "bin"
    old.mkdir()
    for name in ("python3", "python3.11", "python3.12", "python3.13", "python3.14"):
        (old / name).write_text("#!/bin/sh\nexit 1\n")
        (old / name).chmod(0o755)

    assert desk.hook(PATH=EMPTY_PATH) == SILENT
    assert desk.hook(PATH=str(old)) == SILENT
    assert not desk.data.exists()


def test_a_plugin_that_was_removed_meanwhile_blocks_nothing(desk: Desk) -> None:
    """The client keeps the command of a session that runs: exit 2 there would block the user's tools."""
    (desk.plugin / "hooks" / "record.sh").unlink()

    assert desk.hook() == SILENT


@pytest.mark.parametrize(
    ("script", "python"),
    [
        (b"#!/home/u/pipx/venvs/afteraction/bin/python\n# -*- coding\n", b"/home/u/pipx/venvs/afteraction/bin/python"),
        (b"#!/opt/a/bin/python3.12 -sE\n", b"/opt/a/bin/python3.12"),
        (b"#!/bin/sh\n'''exec' /very/long/bin/python \"$0\" \"$@\"\n' '''\n", b"/very/long/bin/python"),
        (b"#!/bin/sh\n'''exec' \"/with a space/bin/python\" \"$0\" \"$@\"\n' '''\n", b"/with a space/bin/python"),
        (b"#!/bin/sh\n# The command line for the plugin\n", b""),
        (b"#!/usr/bin/env python3\n", b""),
        (b"\x7fELF", b""),
        (b"", b""),
    ],
)  # fmt: skip
def test_the_collectors_python_is_read_from_the_installed_program(script: bytes, python: bytes) -> None:
    """pip, pipx and uv all name the environment's Python in the script they put on PATH."""
    assert python_of(script) == python


def test_the_collector_is_that_of_the_program_on_path_else_the_plugins_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the user installed is what he upgrades; without anything the events wait."""
    monkeypatch.setenv("PATH", path_with_afteraction())
    assert Path(collector_python(str(tmp_path))).parent == Path(sys.executable).parent
    monkeypatch.setenv("PATH", str(CHECKOUT / "bin"))
    assert collector_python(str(tmp_path)) == NO_COLLECTOR
    own = tmp_path / "venv" / "bin" / "python"
    own.parent.mkdir(parents=True)
    own.touch()
    assert collector_python(str(tmp_path)) == str(own)


def test_the_command_line_is_the_one_on_path(desk: Desk) -> None:
    """Two versions side by side would confuse; the plugin's own ``bin`` on PATH must not call itself for ever."""
    path = f"{desk.plugin / 'bin'}{os.pathsep}{path_with_afteraction()}"
    command = ["sh", str(desk.plugin / "bin" / "afteraction"), "--version"]
    done = subprocess.run(command, env=desk.environment(PATH=path), capture_output=True, check=True, timeout=60)

    assert done.stdout.startswith(b"afteraction, version")


def test_a_command_line_that_cannot_be_set_up_says_how_to_get_one(desk: Desk, tmp_path: Path) -> None:
    """No network, no venv module: a message and exit 1, and no half environment left behind."""
    broken = tmp_path / "bin"
    broken.mkdir()
    (broken / "python3").write_text("#!/bin/sh\ncase $* in *venv*) exit 1;; esac\n")
    (broken / "python3").chmod(0o755)
    command = ["sh", str(desk.plugin / "bin" / "afteraction"), "agents"]
    path = f"{broken}{os.pathsep}/usr/bin{os.pathsep}/bin"
    done = subprocess.run(command, env=desk.environment(PATH=path), capture_output=True, check=False, timeout=60)

    assert (done.returncode, done.stdout) == (1, b"")
    assert b"pipx install" in done.stderr
    assert list(desk.data.iterdir()) == []


def test_the_hook_files_follow_from_the_events() -> None:
    """``make docs`` writes them: an event listened to in settings is listened to by the plugin."""
    files = {path.name: path.read_text() for path in (CHECKOUT / "hooks").glob("*.json")}

    assert files == hook_files()
    listened = [event for text in files.values() for event in json.loads(text)["hooks"]]
    assert sorted(listened) == sorted(event.name for event in HOOK_EVENTS)


def test_each_later_event_stands_in_a_file_of_its_own_that_the_manifest_names() -> None:
    """A client drops a file with an event it does not know, whole: no other event may be in it."""
    later = {name: json.loads(text)["hooks"] for name, text in hook_files().items() if name != "hooks.json"}

    assert [list(events) for events in later.values()] == [[event] for event in LATER]
    assert MANIFEST["hooks"] == [f"./hooks/{name}" for name in later]


def test_the_plugin_has_the_version_of_the_package() -> None:
    """A client updates a plugin when its version changes, and only then."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    listed = json.loads((CHECKOUT / ".claude-plugin" / "marketplace.json").read_text())

    assert MANIFEST["version"] == project["version"]
    assert [(plugin["name"], plugin["source"]) for plugin in listed["plugins"]] == [(MANIFEST["name"], "./")]


def test_every_command_that_the_plugin_names_exists() -> None:
    """What the model is told to run must not end in a usage error."""
    texts = {path: path.read_text() for folder in ("commands", "skills") for path in (CHECKOUT / folder).rglob("*.md")}
    run = {path: re.findall(r'bin/afteraction" ([a-z]+)', text) for path, text in texts.items()}
    offered = re.findall(
        r"`([a-z]+)(?: [^`]*)?`", texts[CHECKOUT / "skills" / "afteraction" / "SKILL.md"].partition("|---|")[2]
    )

    assert {path.stem for path, found in run.items() if found} >= {"report", "why", "best", "feedback"}
    assert {name for found in run.values() for name in found} <= set(COMMANDS)
    assert {"agents", "show", "workflow", "collect", "doctor"} <= set(offered)
