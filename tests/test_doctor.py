"""``afteraction doctor``, on machines that are well and on machines that are not."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.machine import Machine, machine_in
from tests.records import busy_workflow, denied_workflow, history, workflow, write_records, write_workflow

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with the hooks installed."""
    found = machine_in(tmp_path)
    found.done("install")
    return found


def rows(machine: Machine) -> dict[str, dict[str, Any]]:
    """What the doctor finds, by check."""
    return {row["check"]: row for row in json.loads(machine.run("doctor", "--json").stdout)}


def problems(machine: Machine) -> list[str]:
    """The checks that found something broken."""
    return [check for check, row in rows(machine).items() if row["status"] == "problem"]


def break_hook(machine: Machine) -> None:
    """Point every hook at a file that does not exist, as a deleted environment does."""
    text = machine.settings.read_text()
    machine.settings.write_text(
        text.replace("/hook/entry.py", "/hook/entry.py".replace("/hook", "-gone/afteraction/hook"))
    )


def test_a_healthy_machine_passes_with_one_line_per_check(machine: Machine) -> None:
    """Exit 0, a sign and a name on every line, the same rows as JSON, and no trace of the made-up event."""
    before = machine.files()

    result = machine.run("doctor")

    assert (result.returncode, result.stderr) == (0, "")
    assert all(line[0] in "✓!" for line in result.stdout.splitlines() if not line.startswith(" "))
    assert [line.split("  ")[0][2:] for line in result.stdout.splitlines()] == list(rows(machine))
    assert machine.files() == before


def test_the_installed_hook_is_tried_and_timed(machine: Machine) -> None:
    """A made-up event goes through the very command in the settings, and its time stands beside the interpreter's."""
    found = rows(machine)

    assert found["hook run"]["status"] == "ok"
    assert "ms, the bare interpreter" in found["hook time"]["detail"]


def test_not_installed_is_a_problem_with_a_next_step(tmp_path: Path) -> None:
    """Whoever has installed nothing is told the one command to run."""
    result = machine_in(tmp_path).run("doctor")

    assert result.returncode == 1
    assert result.stdout.startswith("✗ hooks")
    assert "run: afteraction install --user" in result.stdout


def test_the_plugin_records_without_installed_hooks(tmp_path: Path) -> None:
    """Whoever has the plugin needs no install; one that is switched off, or another one, records nothing."""
    machine = machine_in(tmp_path)
    machine.settings.parent.mkdir(parents=True, exist_ok=True)
    found = []
    for plugins in ({"afteraction@shop": True}, {"afteraction@shop": False}, {"afteraction-like@shop": True}):
        machine.settings.write_text(json.dumps({"enabledPlugins": plugins}))
        found.append(next(row for check, row in rows(machine).items() if check.startswith("hooks"))["status"])

    assert found == ["ok", "problem", "problem"]


def test_a_hook_that_points_at_nothing_is_found_and_mended(machine: Machine) -> None:
    """The hook is silent when its files are gone, so the doctor has to notice; --fix installs it again in place."""
    installed = machine.settings.read_bytes()
    break_hook(machine)

    assert problems(machine) == ["hook files"]
    result = machine.run("doctor", "--fix")

    assert result.returncode == 0, result.stdout
    assert "point at this installation now" in result.stderr
    assert machine.settings.read_bytes() == installed


def test_a_missing_event_is_found(machine: Machine) -> None:
    """One event less is a hole in the records that nobody would see otherwise."""
    settings = machine.parsed()
    del settings["hooks"]["SubagentStop"]
    machine.write(json.dumps(settings).encode())

    row = rows(machine)["hooks (user)"]

    assert (row["status"], "SubagentStop" in row["detail"]) == ("problem", True)
    assert row["next"] == "run: afteraction install --user"


def test_settings_the_client_cannot_read_are_found(machine: Machine) -> None:
    """One comma too many and the client drops all hooks without a word."""
    machine.write(machine.settings.read_bytes() + b",")

    assert rows(machine)["hooks (user)"]["status"] == "problem"


def test_disabled_hooks_are_found(machine: Machine) -> None:
    """Installed and switched off is not working."""
    machine.write(json.dumps({**machine.parsed(), "disableAllHooks": True}).encode())

    assert problems(machine) == ["disabled"]


def test_a_hook_that_speaks_is_found(machine: Machine) -> None:
    """Output of a hook would reach the model: the synthetic event shows it."""
    machine.write(machine.settings.read_bytes().replace(b" >/dev/null 2>&1", b"; echo hello"))

    row = rows(machine)["hook run"]

    assert (row["status"], "hello" in row["detail"]) == ("problem", True)


def test_exposed_files_are_found_and_mended(machine: Machine) -> None:
    """Telemetry names projects and files, so nobody else may read it; foreign files are none of our business."""
    spool = machine.data / "spool"
    spool.mkdir(mode=0o755)
    (spool / "s.jsonl").write_text("")
    (spool / "s.jsonl").chmod(0o644)
    foreign = machine.data / "notes.txt"
    foreign.write_text("mine")
    foreign.chmod(0o644)

    assert problems(machine) == ["permissions"]
    assert "2 files or folders are yours alone now" in machine.run("doctor", "--fix").stderr

    assert problems(machine) == []
    assert foreign.stat().st_mode & 0o777 == 0o644


def test_the_last_error_and_unreadable_lines_are_told(machine: Machine) -> None:
    """The pipeline fails silently; here it speaks, without breaking the terminal."""
    note = {"at": "2025-10-30T12:35:00.123Z", "where": "run.py:12", "message": "OSError: \x1b[31mfull"}
    (machine.data / "state" / "last_error.json").write_text(json.dumps(note))
    (machine.data / "spool").mkdir(mode=0o700)
    (machine.data / "spool" / "s.jsonl").write_text("no json\n")

    result = machine.run("doctor")

    assert "! last error" in result.stdout
    assert "2025-10-30T12:35:00.123Z in run.py:12: OSError" in result.stdout
    assert "\x1b" not in result.stdout
    assert "unreadable lines: 1" in result.stdout


def test_the_folder_of_the_environment_is_the_one_examined(machine: Machine) -> None:
    """``OAK_TELEMETRY_DIR`` decides where hooks write, so it is what has to be writable."""
    machine.environ["OAK_TELEMETRY_DIR"] = "/dev/null/telemetry"

    row = rows(machine)["data folder"]

    assert (row["status"], "OAK_TELEMETRY_DIR" in row["detail"]) == ("problem", True)


def test_an_ascii_terminal_gets_ascii_signs(machine: Machine) -> None:
    """Where ✓ cannot be shown the report still can."""
    machine.environ["LC_ALL"] = "C"

    assert machine.run("doctor").stdout.isascii()


def test_disk_use_is_told_by_part(machine: Machine) -> None:
    """Whoever runs out of room needs to know of what."""
    write_records(machine.data, *history(30))
    (machine.data / "quarantine").mkdir(mode=0o700)
    (machine.data / "quarantine" / "bad.json").write_bytes(b"{" * 5_000)
    machine.done("agents")

    detail = rows(machine)["disk"]["detail"]

    total, _, parts = detail.partition(": ")
    assert total.endswith("kB")
    assert [part.split(" ")[0] for part in parts.split(", ")] == ["records", "cache", "state", "quarantine"]
    assert "quarantine 12.3 kB" in parts


def test_what_packing_would_save_is_told_where_it_is_much(machine: Machine) -> None:
    """Small files take whole blocks: a year of records is a few megabytes in blocks of hundreds."""
    write_records(machine.data, *history(4_000, days=3))

    row = rows(machine)["old records"]

    assert (row["status"], row["next"]) == ("warning", "run: afteraction archive --older 30d")
    assert "4,000 records older than 30 days take 16.4 MB, packed some" in row["detail"]
    assert "4,000 records older than 90 days take 16.4 MB" in rows(machine)["prunable"]["detail"]
    machine.done("archive", "--older", "30d")
    after = rows(machine)
    assert not {"old records", "prunable"} & after.keys()
    assert after["archive"]["detail"] == "records: 4,000, days: 4, all as they were written"


def test_a_damaged_part_of_the_archive_is_a_problem(machine: Machine) -> None:
    """It is the truth, and nothing makes it again but a copy."""
    write_records(machine.data, *history(10, days=1))
    machine.done("archive", "--older", "30d")
    part = next((machine.data / "archive").iterdir())
    part.write_bytes(part.read_bytes()[:-30])

    row = rows(machine)["archive"]

    assert (row["status"], str(part) in row["detail"]) == ("problem", True)


def test_what_is_derived_is_made_again(machine: Machine) -> None:
    """``--fix`` says what it did: leftovers gone, workflow files and cache as the records say, refused calls kept."""
    records, whole = busy_workflow()
    paths = write_records(machine.data, *records)
    expected = msgspec.structs.replace(whole, totals=msgspec.structs.replace(whole.totals, denied=3))
    write_workflow(machine.data, msgspec.structs.replace(expected, invocations=expected.invocations[:2]))
    stray = write_workflow(machine.data, workflow(records[0], workflow_id="wf-of-nobody"))
    denied = write_workflow(machine.data, denied_workflow())
    leftover = paths[0].with_name(".Plan-x.json.1.tmp")
    leftover.write_bytes(b"{")
    machine.done("agents")
    for part in (machine.data / "cache").glob("*.parquet"):
        part.write_bytes(b"PAR1")

    said = machine.run("doctor", "--fix").stderr

    assert "fixed: unfinished files of killed writers removed: 1" in said
    assert "fixed: workflow files that did not agree with their records: 2" in said
    assert "fixed: the cache is made again: 11 records" in said
    assert not leftover.exists()
    assert not stray.exists()
    assert denied.exists()
    rebuilt = json.loads((machine.data / "workflows" / f"{whole.workflow_id}.json").read_bytes())
    linked = {item["invocation_id"] for item in rebuilt["invocations"]}
    assert linked == {record.invocation_id for record in records}
    assert rebuilt["totals"]["denied"] == 3
    assert "did not agree" not in machine.run("doctor", "--fix").stderr


def test_archived_records_keep_their_workflows(machine: Machine) -> None:
    """Rebuilding from the files alone would forget the members that are packed."""
    records, whole = busy_workflow()
    write_records(machine.data, *records)
    machine.done("doctor", "--fix")
    before = (machine.data / "workflows" / f"{whole.workflow_id}.json").read_bytes()
    machine.done("archive", "--older", "30d")
    shutil.rmtree(machine.data / "workflows")

    machine.run("doctor", "--fix")

    assert (machine.data / "workflows" / f"{whole.workflow_id}.json").read_bytes() == before
