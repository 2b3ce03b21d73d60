"""Which files an import finds, whatever version of the client wrote them and whatever is named on the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.collector.importing import copy_sessions, counted, imported, main_files, run, silent_for, truth
from tests.collector.test_golden_sessions import expected, found, known_without_hooks
from tests.replay import Machine

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LAYOUTS = {
    "1.0.60": "10b_old_format__v1.0.60",
    "2.0.30": "10b_old_format__v2.0.30",
    "2.1.20": "10b_old_format__v2.1.20",
    "2.1.197": "02d_bg_nested",
    "2.1.330": "00_basic__v2.1.330",
}
PLACES: dict[str, Callable[[Path], Path]] = {
    "the client's folder": lambda projects: projects.parent,
    "its projects folder": lambda projects: projects,
    "one project's folder": lambda projects: main_files(projects)[0].parent,
    "one session's main file": lambda projects: main_files(projects)[0],
}
AGENT_FILES_ALONE = ("2.1.197", "2.1.330")
"""Layouts whose agent files say what kind of agent it was; with the older ones only the parent knew."""


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("version", LAYOUTS)
def test_every_layout_is_read_from_every_place(version: str, place: str, tmp_path: Path) -> None:
    """The records of a session do not depend on what was named: the folder, the project, or the file."""
    machine = Machine(tmp_path)
    case = LAYOUTS[version]
    projects = copy_sessions([case], tmp_path / "backup" / "projects")

    counts = imported(machine, PLACES[place](projects))

    assert known_without_hooks(found(machine)) == known_without_hooks(expected(case))
    invocations = len(expected(case)["records"])
    assert counted(counts) == {"sessions": 1, "read": 1, "invocations": invocations, "written": invocations}


def test_without_a_path_the_client_s_own_history_is_read(tmp_path: Path) -> None:
    """``$CLAUDE_CONFIG_DIR``, else ``~/.claude``, is where history lies."""
    machine = Machine(tmp_path)
    copy_sessions(["00_basic"], tmp_path / ".claude" / "projects")
    copy_sessions(["02d_bg_nested"], tmp_path / "elsewhere" / "projects")

    assert imported(machine)["invocations"] == 1
    elsewhere = ["env", f"CLAUDE_CONFIG_DIR={tmp_path / 'elsewhere'}"]
    assert imported(machine, prefix=elsewhere)["invocations"] == 2


def test_several_paths_are_read_one_after_the_other(tmp_path: Path) -> None:
    """Every path that is named is read, and the counts are their sums."""
    machine = Machine(tmp_path)
    places = [copy_sessions([case], tmp_path / case) for case in ("00_basic", "02d_bg_nested")]

    assert counted(imported(machine, *places)) == {"sessions": 2, "read": 2, "invocations": 3, "written": 3}


@pytest.mark.parametrize("session_folder", [True, False])
@pytest.mark.parametrize("version", AGENT_FILES_ALONE)
def test_agent_files_are_enough(version: str, session_folder: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """A session whose main file the client has swept is still one: only what that file alone knew is null."""
    machine = Machine(tmp_path)
    case = LAYOUTS[version]
    projects = copy_sessions([case], tmp_path / "backup")
    main = main_files(projects)[0]
    main.unlink()

    imported(machine, main.with_suffix("") if session_folder else projects)

    assert without_background(found(machine)) == without_background(expected(case))


@pytest.mark.parametrize("version", ["2.0.30", "2.1.20"])
def test_agent_files_of_older_clients_do_not_undo_what_the_main_file_told(version: str, tmp_path: Path) -> None:
    """When the client sweeps a main file that was imported, the next import leaves the records as good as they were."""
    machine = Machine(tmp_path)
    projects = copy_sessions([LAYOUTS[version]], tmp_path / ".claude" / "projects")
    imported(machine)
    before = truth(machine)
    main_files(projects)[0].unlink()

    assert imported(machine)["read"] == 1
    assert truth(machine) == before


def test_the_layout_without_prompt_lines_gives_the_same_invocations(tmp_path: Path) -> None:
    """2.0.60 wrote no prompt into an agent's file, not even "Warmup": what nobody spawned is still no invocation."""
    machine = Machine(tmp_path)
    case = LAYOUTS["2.0.30"]
    projects = copy_sessions([case], tmp_path / "backup")
    for agent in projects.glob("*/agent-*.jsonl"):
        prompt, *others = agent.read_text().splitlines(keepends=True)
        assert json.loads(prompt)["type"] == "user"
        agent.write_text("".join(others))
    silent_for(projects, 3600)

    imported(machine, projects)

    assert [told(record) for record in machine.records()] == [told(record) for record in expected(case)["records"]]


@pytest.mark.parametrize("version", ["2.0.30", "2.1.20", "2.1.197", "2.1.330"])
def test_an_agent_whose_file_is_gone_is_known_from_its_parent(version: str, tmp_path: Path) -> None:
    """History known only from the parent's file gives a record, with what is unknown as null."""
    machine = Machine(tmp_path)
    case = "00_basic" if version == "2.1.197" else LAYOUTS[version]
    projects = copy_sessions([case], tmp_path / "backup")
    for agent in [*projects.rglob("agent-*")]:
        agent.unlink()

    imported(machine, projects)

    records = {identity(record): record for record in machine.records()}
    whole = {identity(record): record for record in expected(case)["records"]}
    assert records.keys() == whole.keys()
    for who, record in records.items():
        unknown = ("tokens", "cost_usd", "tools_used", "tools", "tool_calls", "files_modified", "files_read")
        assert [record["metadata"][key] for key in unknown] == [None] * len(unknown)
        assert record["timestamp"] <= whole[who]["timestamp"]
        if not record["metadata"]["background"]:
            assert record["status"] == whole[who]["status"]


def test_a_folder_without_transcripts_is_said_to_hold_none(tmp_path: Path) -> None:
    """Nothing found is exit 3 with the place and the next step, a path that does not exist is a wrong call: exit 2."""
    machine = Machine(tmp_path)
    (tmp_path / "empty").mkdir()

    nothing = run(machine, "import", tmp_path / "empty")
    assert nothing.returncode == 3
    assert nothing.stderr == (
        f"afteraction: no transcripts in {tmp_path / 'empty'}; name a folder that holds some: afteraction import PATH\n"
    )
    own = run(machine, "import")
    assert own.returncode == 3
    assert f"no transcripts in {machine.home / '.claude' / 'projects'}; " in own.stderr
    assert "permission" not in own.stdout
    assert run(machine, "import", tmp_path / "missing").returncode == 2


def test_a_folder_with_foreign_files_alone_holds_no_transcripts(tmp_path: Path) -> None:
    """They are named each time, and neither counted as sessions nor as unchanged ones."""
    machine = Machine(tmp_path)
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "notes.jsonl").write_text('{"note": "none of the client\'s"}\n')

    first, second = (run(machine, "import", notes) for _ in range(2))

    assert first.returncode == 3
    assert "1 file without a transcript" in first.stdout
    assert (second.returncode, second.stdout) == (first.returncode, first.stdout)


def test_a_root_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    """Exit 1, and a line that says what could not be written; never a traceback."""
    machine = Machine(tmp_path)
    projects = copy_sessions(["00_basic"], tmp_path / "backup")
    machine.root.write_text("a file where the root should be")

    done = run(machine, "import", projects)

    assert done.returncode == 1
    assert done.stderr.startswith(f"afteraction: cannot write {machine.root}: ")
    assert done.stderr.count("\n") == 1


def test_people_are_told_what_was_found_and_left_out(tmp_path: Path) -> None:
    """The summary counts what was read and names what was left out, with its reason."""
    machine = Machine(tmp_path)
    projects = copy_sessions(["00_basic", "02d_bg_nested"], tmp_path / "backup")
    (projects / "notes.jsonl").write_text('{"note": "none of the client\'s"}\n')

    done = run(machine, "import", projects)

    assert done.stdout.splitlines()[:2] == [
        "Read 2 of 2 sessions (0 MB in all): 3 invocations, 3 records new or changed.",
        "Also met: 1 file without a transcript.",
    ]


def without_background(stored: dict[str, Any]) -> dict[str, Any]:
    """What agents' files know as well as the main file."""
    known = known_without_hooks(stored)
    for record in known["records"]:
        del record["metadata"]["background"]
    return known


def identity(record: dict[str, Any]) -> tuple[Any, ...]:
    """Who it was, and what it belonged to."""
    key = record["invocation_id"].rpartition("-")[2]
    return key, record["agent_name"], record["task_description"], record["workflow_id"]


def told(record: dict[str, Any]) -> tuple[Any, ...]:
    """What does not depend on the time of a file's first line."""
    metadata = record["metadata"]
    return (*identity(record), record["status"], metadata["outcome"]["category"], metadata["tools"], metadata["tokens"])
