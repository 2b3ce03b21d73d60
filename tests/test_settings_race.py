"""Settings that many write at once, and files that are odd: always valid JSON, never a foreign key lost."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from tests.machine import EVENTS, FOREIGN, UNPRIVILEGED, Machine, entries_of_ours, machine_in, mode

if TYPE_CHECKING:
    from pathlib import Path

AT_ONCE = 50


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine on which nothing is installed."""
    return machine_in(tmp_path)


def test_installs_and_uninstalls_at_once_never_show_a_torn_file(machine: Machine) -> None:
    """A reader at any moment sees one whole state or another; what is not ours is in every one of them."""
    machine.write(FOREIGN)
    foreign = json.loads(FOREIGN)
    running = [machine.start(("install", "uninstall")[number % 2]) for number in range(AT_ONCE)]
    deadline = time.monotonic() + 100
    seen = set()
    while any(process.poll() is None for process in running) and time.monotonic() < deadline:
        found = machine.parsed()
        seen.add("SessionEnd" in found["hooks"])
        assert (found["model"], found["env"]) == (foreign["model"], foreign["env"])
        assert foreign["hooks"]["Stop"][0] in found["hooks"]["Stop"]
        assert set(entries_of_ours(found).values()) <= {1}

    assert [(process.wait(10), process.communicate()[1]) for process in running] == [(0, "")] * AT_ONCE
    assert seen == {True, False}
    machine.done("install")
    assert entries_of_ours(machine.parsed()) == dict.fromkeys(EVENTS, 1)
    machine.done("uninstall")
    assert machine.parsed() == foreign


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"\xef\xbb\xbf" + FOREIGN, b'{"a": 1}\n// note', b'{"a": 1} /* note */', b"null", b'"text"', b"{"],
    ids=["empty", "blank", "BOM", "comment below", "comment beside", "null", "a text", "cut"],
)
def test_an_odd_file_is_edited_right_or_refused_untouched(machine: Machine, content: bytes) -> None:
    """Either it works and uninstall gives the bytes back, or one line says why not, and nothing has changed."""
    machine.write(content)

    result = machine.run("install")

    if result.returncode == 0:
        assert entries_of_ours(json.loads(machine.settings.read_bytes().decode("utf-8-sig"))) == dict.fromkeys(
            EVENTS, 1
        )
        machine.done("uninstall")
    else:
        assert (result.returncode, result.stderr.count("\n")) == (1, 1)
        assert str(machine.settings) in result.stderr
        assert not machine.backup.exists()
    assert machine.settings.read_bytes() == content


def test_a_read_only_file_keeps_its_mode(machine: Machine) -> None:
    """The mode says who may write in place; install was asked for by the owner, and leaves the mode as it is."""
    machine.write(FOREIGN)
    machine.settings.chmod(0o400)

    result = machine.run("install", prefix=UNPRIVILEGED)

    assert (result.returncode, mode(machine.settings)) == (0, 0o400), result.stderr
    assert entries_of_ours(machine.parsed()) == dict.fromkeys(EVENTS, 1)
    assert machine.run("uninstall", prefix=UNPRIVILEGED).returncode == 0
    assert (machine.settings.read_bytes(), mode(machine.settings)) == (FOREIGN, 0o400)
