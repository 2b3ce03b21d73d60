"""History and hooks tell of the same invocations: each is there once, and the better evidence stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.collector.importing import HOUR_S, client_s, copy_sessions, counted, imported, main_files, silent_for, truth
from tests.collector.test_golden_sessions import expected, found, known_without_hooks
from tests.replay import Machine, payloads, replay

if TYPE_CHECKING:
    from pathlib import Path

CASES = ["00_basic", "02c_bg_several", "02d_bg_nested", "03a_sendmessage_resume", "05c_tty_reject_tool_in_subagent"]
SHELL = {"OAK_WORKFLOW_ID": "wf-20251030-5d41402a", "OAK_PARENT_INVOCATION_ID": "inv-20251030-9f3c2a71b0de"}


def half_of(projects: Path, target: Path) -> Path:
    """A backup that was made while the sessions ran: the first half of every file."""
    for path in projects.rglob("*"):
        if path.is_file():
            copy = target / path.relative_to(projects)
            copy.parent.mkdir(parents=True, exist_ok=True)
            lines = path.read_bytes().splitlines(keepends=True)
            copy.write_bytes(b"".join(lines[: (len(lines) + 1) // 2] if path.suffix == ".jsonl" else lines))
    silent_for(target, HOUR_S)
    return target


@pytest.mark.parametrize("case", CASES)
def test_nothing_that_hooks_told_is_changed_by_an_import(case: str, tmp_path: Path) -> None:
    """The same folder, a copy of it, and an older copy: no invocation twice, and nothing gets worse."""
    machine = replay(case, tmp_path).machine
    before = truth(machine)
    copy = copy_sessions([case], tmp_path / "copy")
    older = half_of(copy, tmp_path / "older")

    assert counted(imported(machine)) == {"sessions": 1, "live": 1}
    assert imported(machine, copy)["read"] == 1
    assert truth(machine) == before
    assert imported(machine, older)["read"] == 1
    assert truth(machine) == before


@pytest.mark.parametrize("case", CASES)
def test_hooks_add_to_what_was_imported(case: str, tmp_path: Path) -> None:
    """What was first imported is the same invocation for the hooks, and gets what only they know."""
    machine = Machine(tmp_path)
    machine.place_transcripts(case, age_s=HOUR_S)
    imported(machine)
    assert known_without_hooks(found(machine)) == known_without_hooks(expected(case))
    machine.send(payloads(case, machine))
    machine.collect()

    assert found(machine) == expected(case)


def test_the_shell_s_workflow_wins_over_the_derived_one(tmp_path: Path) -> None:
    """``OAK_*`` is known to hooks only: they add it to an imported record, and an import afterwards keeps it."""
    machine = Machine(tmp_path)
    machine.place_transcripts("00_basic", age_s=HOUR_S)
    copy = copy_sessions(["00_basic"], tmp_path / "copy")
    imported(machine, copy)
    machine.send(payloads("00_basic", machine), environ=SHELL)
    machine.collect()
    told = truth(machine)

    [record] = machine.records()
    assert record["workflow_id"] == SHELL["OAK_WORKFLOW_ID"]
    assert record["parent_invocation_id"] == SHELL["OAK_PARENT_INVOCATION_ID"]
    assert [workflow["workflow_id"] for workflow in machine.workflows()] == [SHELL["OAK_WORKFLOW_ID"]]
    imported(machine, "--again", copy)
    assert truth(machine) == told


@pytest.mark.parametrize("older_first", [True, False])
@pytest.mark.parametrize("case", CASES)
def test_two_copies_of_a_session_come_to_the_newer_one(case: str, older_first: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """In whichever order two backups are imported, the record says what the one that saw more says."""
    machine = Machine(tmp_path)
    whole = copy_sessions([case], tmp_path / "whole")
    older = half_of(whole, tmp_path / "older")

    for place in (older, whole) if older_first else (whole, older):
        imported(machine, place)

    assert known_without_hooks(found(machine)) == known_without_hooks(expected(case))


@pytest.mark.parametrize("command", [("import",), ("collect", "--sweep")])
def test_what_still_runs_has_no_record_until_it_is_silent_for_long(command: tuple[str, ...], tmp_path: Path) -> None:
    """A session just cut is open; after half an hour it is closed by evidence; when it goes on, that is corrected."""
    machine = Machine(tmp_path)
    projects = client_s(machine)
    whole = copy_sessions(["00_basic"], tmp_path / "whole")
    half_of(whole, projects)

    silent_for(projects, 0)
    assert machine.afteraction(*command).returncode == 0
    assert machine.records() == []

    silent_for(projects, HOUR_S)
    assert machine.afteraction(*command).returncode == 0
    [closed] = machine.records()
    assert closed["status"] == "failure"
    assert closed["metadata"]["outcome"]["category"] in ("interrupted", "killed")

    for path in projects.rglob("*.jsonl"):
        path.write_bytes((whole / path.relative_to(projects)).read_bytes())
    assert machine.afteraction(*command).returncode == 0
    assert known_without_hooks(found(machine)) == known_without_hooks(expected("00_basic"))


def test_a_session_that_hooks_have_left_is_completed_by_import(tmp_path: Path) -> None:
    """Hooks that stopped half way (uninstalled, broken) leave a session to the transcripts, and nothing is lost."""
    machine = Machine(tmp_path)
    machine.place_transcripts("02c_bg_several", age_s=HOUR_S)
    told = payloads("02c_bg_several", machine)
    machine.send(told[: len(told) // 3])
    imported(machine)

    assert known_without_hooks(found(machine)) == known_without_hooks(expected("02c_bg_several"))
    assert len(main_files(client_s(machine))) == 1
