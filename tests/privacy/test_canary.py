"""Secrets in every place of a session: none of them reaches the data folder or anything that is printed."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from afteraction.collector.failures import describe, note_failure
from afteraction.paths import Root
from afteraction.store.index import open_index
from afteraction.store.records import RecordStore
from tests.collector.importing import silent_for
from tests.privacy.canary import VARIABLE, Planted, Planter, Secret, leaks, make_secrets, place
from tests.program import on_terminal, piped
from tests.records import invocation
from tests.replay import RECORDED_HOME, Machine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CASES = ("07a_env", "00_basic__v2.1.330", "10b_old_format__v2.0.30", "10b_old_format__v1.0.60")
"""Sessions of the clients 2.1.197, 2.1.330, 2.0.30 and 1.0.60."""
FORMS: tuple[tuple[str, ...], ...] = ((), ("--json",), ("--csv",))
REPORTS: tuple[tuple[str, ...], ...] = (("agents",), ("show", "last"), ("workflow", "last"))
OTHERS: tuple[tuple[str, ...], ...] = (
    ("collect", "--sweep"), ("collect", "--json"), ("doctor",), ("doctor", "--json"), ("redact", "--help"),
)  # fmt: skip
PRINTED = 0
"""The turn in which everything is printed too: a command shows what is kept, which is looked at in every turn."""


@pytest.fixture(scope="module")
def canaries() -> tuple[Secret, ...]:
    """Secrets that exist in this run only."""
    return make_secrets()


def variables(machine: Machine, canaries: tuple[Secret, ...]) -> dict[str, str]:
    """The environment of client and program: one of the secrets is the value of a secret variable."""
    return {**machine.environ, VARIABLE: canaries[0].text}


def told_by_hooks(machine: Machine, planted: list[Planted], canaries: tuple[Secret, ...]) -> None:
    """Send the payloads through the real hook, from a shell with secrets in the variables that are kept."""
    for number, recording in enumerate(planted):
        place(recording, machine.home / ".claude" / "projects")
        payloads = [_at_home(payload, machine) for payload in recording.payloads]
        shell = {
            "OAK_WORKFLOW_ID": canaries[number % len(canaries)].text,
            "OAK_PARENT_INVOCATION_ID": canaries[(number + 3) % len(canaries)].text,
            "TRACEPARENT": canaries[(number + 5) % len(canaries)].text,
            "CLAUDE_CODE_ENTRYPOINT": canaries[(number + 7) % len(canaries)].text,
            "CLAUDE_PROJECT_DIR": f"/srv/{canaries[(number + 6) % len(canaries)].text}/x",
        }
        machine.send(payloads, environ={VARIABLE: canaries[0].text, **shell})
    silent_for(machine.home / ".claude" / "projects", 3600)
    define_agents(machine.home / ".claude" / "agents", canaries)


def define_agents(folder: Path, canaries: tuple[Secret, ...]) -> None:
    """Define the recorded agents in files and folders with secrets in their names."""
    for secret in canaries:
        path = folder / secret.text / f"{secret.text}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"---\nname: backend-architect\ndescription: {secret.text}\n---\n{secret.text}\n")
        os.utime(path, (0, 0))


def _at_home(value: Any, machine: Machine) -> Any:
    if isinstance(value, dict):
        return {key: _at_home(inner, machine) for key, inner in value.items()}
    if isinstance(value, list):
        return [_at_home(inner, machine) for inner in value]
    return value.replace(RECORDED_HOME, str(machine.home)) if isinstance(value, str) else value


def kept(root: Path) -> Iterator[tuple[str, bytes]]:
    """Everything below the data folder: names, contents, and the rows of what is compressed."""
    for path in sorted(root.rglob("*")):
        yield f"the name of {path}", str(path.relative_to(root)).encode("utf-8", "surrogateescape")
        if path.is_file():
            yield str(path), path.read_bytes()
    rows = open_index(Root(root)).connection.execute("from invocations").fetchall()
    yield "the cache", repr(rows).encode()


def printed(machine: Machine, environ: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    """Everything that the commands print, in every form, stderr included."""
    commands = [*((*report, *form) for report in REPORTS for form in FORMS), *OTHERS]
    for command in commands:
        done = piped(machine.root, *command, **environ)
        yield " ".join(command), (done.stdout + done.stderr).encode()
    for command in (*REPORTS, ("doctor",), ("collect", "--sweep")):
        shown = on_terminal(machine.root, *command, columns=400, **environ)
        yield f"{' '.join(command)} on a terminal", (shown.stdout + shown.stderr).encode()


def damage_one_record(machine: Machine) -> None:
    """Cut a record in two, so that it goes to the quarantine."""
    record = min(machine.root.glob("invocations/*/*.json"))
    record.write_bytes(record.read_bytes()[:-40])


def found(places: Iterator[tuple[str, bytes]], canaries: tuple[Secret, ...]) -> list[tuple[str, str]]:
    """Which secret was found where."""
    return [(where, kind) for where, text in places for kind in leaks(text, canaries)]


@pytest.mark.parametrize("turn", range(3))
@pytest.mark.parametrize("mode", ["texts", "names", "paths", "session"])
def test_no_secret_of_a_session_is_kept_or_printed(
    tmp_path: Path, canaries: tuple[Secret, ...], mode: str, turn: int
) -> None:
    """Hooks, collector, records, workflows, state, cache, quarantine and every command: no secret anywhere."""
    planter = Planter(canaries, turn * 3)
    machine = Machine(tmp_path)
    told_by_hooks(machine, [getattr(planter, mode)(case) for case in CASES], canaries)

    assert found(_spooled(machine), canaries) == []
    environ = variables(machine, canaries)
    swept = piped(machine.root, "collect", "--sweep", **environ)
    records = len(machine.records())
    damage_one_record(machine)
    outputs = found(printed(machine, environ), canaries) if turn == PRINTED else []
    piped(machine.root, "collect", "--sweep", **environ)

    assert (swept.code, leaks(repr(swept).encode(), canaries)) == (0, [])
    assert records > len(CASES)
    assert outputs == []
    assert list(machine.root.glob("quarantine/*"))
    assert found(kept(machine.root), canaries) == []


def _spooled(machine: Machine) -> Iterator[tuple[str, bytes]]:
    for path in sorted(machine.root.rglob("*")):
        yield str(path.relative_to(machine.root)), path.name.encode() + (path.read_bytes() if path.is_file() else b"")


@pytest.mark.parametrize("turn", range(3))
@pytest.mark.parametrize("mode", ["texts", "names", "paths", "session"])
def test_no_secret_of_the_history_is_kept_or_printed(
    tmp_path: Path, canaries: tuple[Secret, ...], mode: str, turn: int
) -> None:
    """Transcripts alone, imported: no secret in what is kept, nor in what the import says."""
    planter = Planter(canaries, turn * 3 + 1)
    machine = Machine(tmp_path)
    backup = tmp_path / "backup"
    for case in CASES:
        place(getattr(planter, mode)(case), backup)
    silent_for(backup, 3600)
    environ = variables(machine, canaries)

    said = piped(machine.root, "import", str(backup), **environ)
    again = piped(machine.root, "import", "--again", "--json", str(backup), **environ)
    shown = on_terminal(machine.root, "import", "--again", str(backup), columns=400, **environ)

    assert (said.code, again.code, shown.code) == (0, 0, 0), said.stderr
    assert leaks(repr((said, again, shown)).encode(), canaries) == []
    assert len(machine.records()) > len(CASES)
    assert found(kept(machine.root), canaries) == []
    assert turn != PRINTED or found(printed(machine, environ), canaries) == []


def test_a_secret_in_place_of_the_client_s_own_words_is_not_kept(tmp_path: Path, canaries: tuple[Secret, ...]) -> None:
    """Types, roles, reasons and times are the client's own words; nothing trusts that they are."""
    for number, planted in enumerate(Planter(canaries, 0).words("00_basic__v2.1.330")):
        machine = Machine(tmp_path / str(number))
        machine.home.mkdir()
        told_by_hooks(machine, [planted], canaries)
        piped(machine.root, "collect", "--sweep", **variables(machine, canaries))

        assert found(kept(machine.root), canaries) == []


def test_a_program_that_logs_by_hand_leaks_nothing(tmp_path: Path, canaries: tuple[Secret, ...]) -> None:
    """``log_invocation`` passes every text and name through the redactor."""
    program = """
import sys
from telemetry.logger import log_invocation
from telemetry.workflow import get_workflow_context
for text in sys.argv[1:]:
    log_invocation(agent_name=text, task_description=f"do {text}", status="failure", execution_time_ms=5,
                   workflow_id=text, parent_invocation_id=text, error_message=f"it said {text}.")
    log_invocation(agent_name="x", task_description=None, status="success", execution_time_ms=None,
                   **get_workflow_context())
"""
    machine = Machine(tmp_path)
    environ = {
        **variables(machine, canaries),
        "OAK_WORKFLOW_ID": canaries[1].text,
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    done = subprocess.run(
        [sys.executable, "-c", program, *(secret.text for secret in canaries)],
        env=environ, capture_output=True, check=True,
    )  # fmt: skip

    assert leaks(done.stdout + done.stderr, canaries) == []
    assert len(machine.records()) == 2 * len(canaries)
    assert found(kept(machine.root), canaries) == []


def test_an_error_is_noted_without_what_it_says(tmp_path: Path, canaries: tuple[Secret, ...]) -> None:
    """The text of an error may quote a session; the note says its kind and our line."""
    for secret in canaries:
        for error in (
            ValueError(secret.text),
            OSError(5, "Input/output error", f"/x/{secret.text}"),
            KeyError(secret.text),
        ):
            note_failure(Root(tmp_path), describe(error))

            assert leaks((tmp_path / "state" / "last_error.json").read_bytes(), canaries) == []


def test_the_search_finds_a_secret_wherever_one_is_kept(tmp_path: Path, canaries: tuple[Secret, ...]) -> None:
    """These tests can fail: a record that did not pass the redactor is found in its file, in the cache and in print."""
    secret = canaries[1]
    RecordStore(Root(tmp_path / "telemetry")).write(invocation(1, agent=f"agent {secret.text}"))
    machine = Machine(tmp_path)
    shown = found(printed(machine, variables(machine, canaries)), canaries)
    stored = [where for where, _ in found(kept(machine.root), canaries)]

    assert {where.partition(" ")[0] for where, _ in shown} >= {"agents", "show"}
    assert any("invocations" in where for where in stored)
    assert any("the name of" in where for where in stored)
    assert "the cache" in stored
