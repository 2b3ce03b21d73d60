"""``afteraction install``, as a user runs it, on a throw-away machine."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.machine import (
    EVENTS,
    FOREIGN,
    UNPRIVILEGED,
    Machine,
    entries_of_ours,
    machine_in,
    mode,
)

if TYPE_CHECKING:
    from pathlib import Path

FOREIGN_EDITS = 30


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine on which nothing is installed."""
    return machine_in(tmp_path)


def test_install_puts_one_entry_under_each_event(machine: Machine) -> None:
    """Where there are no settings they are created, private, with exactly one entry per event we need."""
    said = machine.done("install")

    assert entries_of_ours(machine.parsed()) == dict.fromkeys(EVENTS, 1)
    assert (mode(machine.settings), mode(machine.data), mode(machine.data / "state")) == (0o600, 0o700, 0o700)
    assert str(machine.settings) in said
    assert str(machine.data) in said
    assert said.splitlines()[-1].endswith("afteraction agents")


def test_user_is_the_default_and_the_config_dir_is_honoured(machine: Machine) -> None:
    """The client reads ``$CLAUDE_CONFIG_DIR/settings.json`` when that is set, so we write there."""
    machine.environ["CLAUDE_CONFIG_DIR"] = str(machine.home / "other")

    machine.done("install", "--user")

    assert (machine.home / "other" / "settings.json").is_file()
    assert not machine.settings.exists()
    assert "Already installed" in machine.done("install")


def test_the_root_baked_in_is_not_that_of_today_s_environment(machine: Machine) -> None:
    """``OAK_TELEMETRY_DIR`` is read at every run; baked in, it would outlive the shell that set it."""
    machine.environ["OAK_TELEMETRY_DIR"] = str(machine.home / "elsewhere")

    machine.done("install")

    assert str(machine.data) in machine.settings.read_text()
    assert "elsewhere" not in machine.settings.read_text()


def test_the_installed_command_is_silent_and_writes_to_the_root(machine: Machine) -> None:
    """What stands in the settings, run by a shell, spools the event and says nothing."""
    machine.done("install")
    command = machine.parsed()["hooks"]["SubagentStart"][0]["hooks"][0]["command"]
    event = {"hook_event_name": "SubagentStart", "session_id": "s-1", "agent_id": "a1", "agent_type": "tester"}

    done = subprocess.run(
        ["sh", "-c", command],
        input=json.dumps(event).encode(),
        env=machine.environment(),
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert b"a1" in (machine.data / "spool" / "s-1.jsonl").read_bytes()


def test_the_hook_s_interpreter_is_the_real_binary(machine: Machine) -> None:
    """No link and no shim for the hook, the environment's own name for the collector."""
    machine.done("install")
    words = shlex.split(machine.parsed()["hooks"]["Stop"][0]["hooks"][0]["command"])

    interpreter = words[words.index("-I") - 1]
    assert interpreter == os.path.realpath(interpreter)
    assert sys.executable in words


def test_a_second_install_changes_no_byte(machine: Machine) -> None:
    """Idempotent: not a byte, not a file, not a time stamp changes."""
    machine.write(FOREIGN)
    machine.done("install")
    before, stamp = machine.files(), machine.settings.stat().st_mtime_ns

    said = machine.done("install")

    assert machine.files() == before
    assert machine.settings.stat().st_mtime_ns == stamp
    assert "Already installed" in said


def test_foreign_bytes_mode_and_backup(machine: Machine) -> None:
    """Settings of others keep their bytes; the backup holds the whole file, for the user alone."""
    machine.write(FOREIGN)
    machine.settings.chmod(0o640)

    machine.done("install")

    after = machine.settings.read_bytes()
    assert after.startswith(FOREIGN[: FOREIGN.index(b"]\r\n    }\r\n}")])
    assert b"\n" not in after.replace(b"\r\n", b"")
    assert entries_of_ours(machine.parsed()) == dict.fromkeys(EVENTS, 1)
    assert machine.backup.read_bytes() == FOREIGN
    assert (mode(machine.settings), mode(machine.backup)) == (0o640, 0o600)


def test_a_dry_run_shows_the_change_and_writes_nothing(machine: Machine) -> None:
    """The diff on stdout is the whole change; the disk stays as it is."""
    machine.write(FOREIGN)
    before = machine.files()

    said = machine.done("install", "--dry-run")

    assert machine.files() == before
    assert not machine.data.exists()
    assert said.startswith(f"--- {machine.settings}\n+++ {machine.settings}\n@@")
    machine.done("install")
    installed = machine.files()
    said = machine.done("uninstall", "--dry-run", "--purge")
    assert machine.files() == installed
    assert "\n-" in said
    assert "Would delete 0 records" in said


@pytest.mark.parametrize("content", [b'{"a": 1,}', b"// note\n{}", b'{"hooks": 3}', b"\xff\xfe{\x00}\x00", b"[]"])
def test_settings_that_cannot_be_parsed_are_refused_untouched(machine: Machine, content: bytes) -> None:
    """One line that says what and where, exit 1, and not a file changed or created."""
    machine.write(content)
    before = machine.files()

    for command in ("install", "uninstall"):
        result = machine.run(command)

        assert (result.returncode, result.stdout) == (1, "")
        assert result.stderr.startswith(f"afteraction: {machine.settings}")
        assert result.stderr.count("\n") == 1
    assert machine.files() == before
    assert not machine.data.exists()


def test_a_read_only_folder_is_a_clear_error(machine: Machine) -> None:
    """Where we may not write we say so, and leave no draft behind."""
    machine.write(FOREIGN)
    machine.settings.parent.chmod(0o500)

    result = machine.run("install", prefix=UNPRIVILEGED)

    machine.settings.parent.chmod(0o700)
    assert (result.returncode, result.stdout) == (1, "")
    assert "Permission denied" in result.stderr
    assert machine.settings.read_bytes() == FOREIGN
    assert [path.name for path in machine.settings.parent.iterdir()] == ["settings.json"]


def test_an_unreadable_file_is_a_clear_error(machine: Machine) -> None:
    """What we may not read we do not replace."""
    machine.write(FOREIGN)
    machine.settings.chmod(0o000)

    result = machine.run("install", prefix=UNPRIVILEGED)

    machine.settings.chmod(0o600)
    assert (result.returncode, "cannot be read: Permission denied" in result.stderr) == (1, True)
    assert machine.settings.read_bytes() == FOREIGN


def test_what_is_no_file_is_refused(machine: Machine) -> None:
    """Settings linked to ``/dev/null`` must not turn ``/dev/null`` into a file."""
    machine.settings.parent.mkdir()
    machine.settings.symlink_to("/dev/null")

    result = machine.run("install")

    assert (result.returncode, "not a regular file" in result.stderr) == (1, True)


def test_disabled_hooks_are_mentioned(machine: Machine) -> None:
    """Installed but switched off looks like a broken product, so install says it."""
    machine.write(b'{"disableAllHooks": true}')

    result = machine.run("install")

    assert result.returncode == 0
    assert "disableAllHooks" in result.stderr


def test_user_and_project_exclude_each_other(machine: Machine) -> None:
    """Two targets at once are a mistyped command: usage error, nothing written."""
    result = machine.run("install", "--user", "--project")

    assert result.returncode == 2
    assert machine.files() == {}


def test_many_installs_at_once_beside_a_foreign_editor(machine: Machine) -> None:
    """However many processes write at once, every reader sees valid JSON, and every foreign key survives."""
    machine.write(FOREIGN)
    running = [machine.start("install") for _ in range(50)]
    foreign: dict[str, int] = {}
    deadline = time.monotonic() + 100
    while any(process.poll() is None for process in running) and time.monotonic() < deadline:
        found = machine.parsed()
        if "SessionEnd" in found["hooks"] and len(foreign) < FOREIGN_EDITS:  # no install has a reason to write now
            foreign[f"key{len(foreign)}"] = len(foreign)
            draft = machine.settings.with_name("draft")
            draft.write_text(json.dumps({**found, **foreign}))
            draft.replace(machine.settings)

    outcomes = [(process.wait(10), process.communicate()[1]) for process in running]

    assert outcomes == [(0, "")] * 50
    after = machine.parsed()
    assert {key: after[key] for key in foreign} == foreign
    assert (after["model"], after["env"]) == ("opus", {"TOKEN": "x"})
    assert entries_of_ours(after) == dict.fromkeys(EVENTS, 1)
    assert foreign
    left = {path.name for path in machine.settings.parent.iterdir()}
    assert left == {machine.settings.name, machine.backup.name}
