"""``afteraction uninstall``: as if nothing had ever been installed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.machine import (
    FOREIGN,
    Machine,
    machine_in,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine on which nothing is installed."""
    return machine_in(tmp_path)


@pytest.mark.parametrize("content", [FOREIGN, b"{}", b"{ }\n", b"", b'\xef\xbb\xbf{"hooks": {\n}}', b'{"a":[1]}'])
def test_uninstall_gives_back_the_bytes(machine: Machine, content: bytes) -> None:
    """Untouched since the install means: exactly the bytes, mode and files from before."""
    machine.write(content)
    before = machine.files()
    machine.done("install")
    machine.done("install")

    said = machine.done("uninstall")

    assert machine.files() == before
    assert "Restored" in said


def test_uninstall_removes_what_install_created(machine: Machine) -> None:
    """No settings before, no settings after, and no folder of ours left behind."""
    machine.done("install")

    machine.done("uninstall")

    assert machine.files() == {}
    assert not machine.settings.parent.exists()
    assert not machine.data.parent.exists()


def test_uninstall_keeps_what_changed_meanwhile(machine: Machine) -> None:
    """Settings that were edited since lose our entries and nothing else, to the byte."""
    machine.write(FOREIGN)
    machine.done("install")
    machine.settings.write_bytes(machine.settings.read_bytes().replace(b'"opus"', b'"haiku",\r\n  "theme": "dark"'))

    said = machine.done("uninstall")

    assert machine.settings.read_bytes() == FOREIGN.replace(b'"opus"', b'"haiku",\r\n  "theme": "dark"')
    assert not machine.backup.exists()
    assert "everything else in it stays" in said


def test_uninstall_keeps_a_created_file_that_others_use_now(machine: Machine) -> None:
    """The file that install created is no longer ours alone once somebody else writes to it."""
    machine.done("install")
    machine.write(json.dumps({**machine.parsed(), "model": "opus"}).encode())

    machine.done("uninstall")

    assert machine.parsed() == {"model": "opus"}


def test_uninstall_works_without_the_ledger(machine: Machine) -> None:
    """Deleting everything but the records loses nothing, not even the way back."""
    machine.write(FOREIGN)
    machine.done("install")
    (machine.data / "state" / "install.json").unlink()

    machine.done("uninstall")

    assert machine.settings.read_bytes() == FOREIGN


def test_an_edit_between_two_installs_is_not_undone_by_uninstall(machine: Machine) -> None:
    """A backup from before a foreign edit must never be restored over it."""
    machine.write(FOREIGN)
    machine.done("install")
    edited = machine.settings.read_bytes().replace(b'"opus"', b'"haiku"').replace(b'"timeout": 10', b'"timeout": 5')
    machine.settings.write_bytes(edited)

    assert "Updated" in machine.done("install")
    machine.done("uninstall")

    assert machine.settings.read_bytes() == FOREIGN.replace(b'"opus"', b'"haiku"')


def test_purge_deletes_our_data_and_nothing_else(machine: Machine) -> None:
    """Only names we write go; a foreign file stays, and so does what a link points to."""
    machine.done("install")
    outside = machine.home / "outside"
    (outside / "kept").mkdir(parents=True)
    day = machine.data / "invocations" / "2025-10-30"
    day.mkdir(parents=True)
    for number in range(3):
        (day / f"tester-{number}.json").write_text("{}")
    (machine.data / "archive").symlink_to(outside)
    (machine.data / "notes.txt").write_text("mine")

    result = machine.run("uninstall", "--purge")

    assert result.returncode == 0
    assert "Deleted 3 records" in result.stdout
    assert "notes.txt" in result.stderr
    assert [path.name for path in machine.data.iterdir()] == ["notes.txt"]
    assert (outside / "kept").is_dir()


def test_purge_refuses_a_folder_that_is_not_ours(machine: Machine) -> None:
    """A mistyped ``OAK_TELEMETRY_DIR`` must not cost anybody a folder; then nothing is uninstalled either."""
    machine.done("install")
    before = machine.files()
    machine.environ["OAK_TELEMETRY_DIR"] = str(machine.home)

    result = machine.run("uninstall", "--purge")

    assert (result.returncode, result.stdout) == (1, "")
    assert "does not look like" in result.stderr
    assert machine.files() == before


def test_purge_does_not_follow_a_link(machine: Machine) -> None:
    """A root that is a link is the owner's arrangement, for the owner to undo."""
    machine.done("install")
    elsewhere = machine.home / "elsewhere"
    machine.data.rename(elsewhere)
    machine.data.symlink_to(elsewhere)

    result = machine.run("uninstall", "--purge")

    assert result.returncode == 1
    assert (elsewhere / "state" / "install.json").is_file()
