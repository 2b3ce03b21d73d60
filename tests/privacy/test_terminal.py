r"""Whatever data, paths and settings hold: a terminal does not obey it, and a spreadsheet does not run it."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from afteraction.cli.main import COMMANDS
from tests.machine import Machine, machine_in, with_repository
from tests.program import COMMAND, on_terminal, piped
from tests.records import invocation, workflow, write_records

if TYPE_CHECKING:
    from pathlib import Path

    from afteraction.model import Invocation

LINK = "\x1b]8;;http://example.invalid\x07here\x1b]8;;\x07"
HOSTILE = f"{LINK}\x1b[31m\x1b[2J\x9b31m\x90q\x9c\x7f\x08\u0085\u202e\u2066\u200f\u2028x"
"""A link, colours, a cleared screen, 8-bit sequences, DEL, a backspace, marks that turn the direction."""
FORMULAS = ("=1+1", "+1", "-1+cmd", "@SUM(A1)", "\t=1", "\r=1", " =1", "\uff1d1")
ARGUMENTS: dict[str, tuple[str, ...]] = {
    "show": ("last",), "agent": (HOSTILE,), "sql": ("select * from invocations",), "compare": ("b", HOSTILE),
    "archive": ("--older", "1d"), "prune": ("--older", "1d", "--dry-run"), "import": (), "redact": ("--help",),
    "serve": ("--help",), "mcp": ("--help",), "best": (HOSTILE,), "quality": (HOSTILE,), "rules": ("suggest",),
    "status-line": ("--help",), "help": (HOSTILE,),
}  # fmt: skip
"""What a command must be told, or that it would wait for somebody; the others say something without."""
REPORTS: tuple[tuple[str, ...], ...] = (("agents",), ("show", "last"), ("workflow", "last"))
NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?")
WORKFLOW = "wf-20251030-5d41402a"
OURS = re.compile(r"\x1b\[[0-9;]*[mK]|\x1b\[\?25[hl]")
"""What our own drawing may send: colours, the cursor switched off and on."""
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]|\r(?!\n)"
)


def obeyed(shown: str) -> list[str]:
    """The characters that a terminal would obey, our own sequences aside."""
    return FORBIDDEN.findall(OURS.sub("", shown))


def hostile(number: int, text: str) -> Invocation:
    """An invocation with a text in every field that takes one."""
    record = invocation(
        number, agent=text, task_description=text, error_message=text, status="failure", workflow_id=WORKFLOW
    )
    names = dict.fromkeys(("model", "session_id", "prompt_id", "agent_id", "client_version"), text)
    places = {"project": f"/p/{text}", "tools": {f"t{text}": 2}, "files_modified": (f"f{text}",), "tools_used": (text,)}
    return msgspec.structs.replace(record, metadata=msgspec.structs.replace(record.metadata, **names, **places))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a hostile name, full of hostile texts, and a damaged record beside them."""
    folder = tmp_path_factory.mktemp("hostile") / HOSTILE.replace("/", "-")
    records = [hostile(number, text) for number, text in enumerate((*FORMULAS, HOSTILE))]
    damaged = write_records(folder, *records, invocation(99, agent="b"))[-1]
    damaged.write_bytes(b"{")
    (folder / "workflows").mkdir()
    found = msgspec.structs.replace(workflow(*records, workflow_id=WORKFLOW), session_id=HOSTILE, project=f"/{HOSTILE}")
    (folder / "workflows" / f"{WORKFLOW}.json").write_bytes(msgspec.json.encode(found))
    return folder


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_no_command_prints_what_a_terminal_obeys(root: Path, tmp_path: Path, command: str) -> None:
    """Every command, on a terminal and in a pipe, stdout and stderr: control bytes of data become visible marks."""
    given = ARGUMENTS.get(command, ())
    root = shutil.copytree(root, tmp_path / root.name)  # some of them change it
    home = {"HOME": str(tmp_path), "CLAUDE_CONFIG_DIR": str(tmp_path / HOSTILE.replace("/", "-"))}
    for arguments in ((command, *given), (command, "--json", *given), (command, "--csv", *given)):
        for run in (on_terminal(root, *arguments, columns=300, **home), piped(root, *arguments, **home)):
            assert obeyed(run.stdout) == []
            assert obeyed(run.stderr) == []


@pytest.mark.parametrize("command", [("agents",), ("show", "last"), ("workflow", "last")])
def test_the_reports_show_that_something_was_there(root: Path, command: tuple[str, ...]) -> None:
    """A hostile text is shown with a mark in place of what was unsafe, and as JSON it is whole."""
    assert "\ufffd" in piped(root, *command).stdout
    assert "\ufffd" in on_terminal(root, *command, columns=300).stdout
    assert HOSTILE in strings(json.loads(piped(root, *command, "--json").stdout))


def strings(value: Any) -> list[str]:
    """Every string in a document."""
    if isinstance(value, str):
        return [value]
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for member in members for text in strings(member)]


@pytest.mark.parametrize("command", REPORTS)
def test_no_cell_of_a_report_starts_a_formula(root: Path, command: tuple[str, ...]) -> None:
    """No text of a record is run by a spreadsheet that opens the CSV of a report."""
    rows = list(csv.reader(io.StringIO(piped(root, *command, "--csv").stdout)))

    assert len(rows) > 1
    texts = [cell for row in rows for cell in row if not NUMBER.fullmatch(cell)]
    assert [cell for cell in texts if cell.lstrip().startswith(("=", "+", "-", "@", "\uff1d"))] == []


def test_an_error_cannot_write_to_the_terminal(root: Path) -> None:
    """A path in an error message is shown with marks, on one line."""
    missing = piped(root.parent / f"{root.name}-missing", "agents")

    assert missing.code == 3
    assert obeyed(missing.stderr) == []
    assert "\ufffd" in missing.stderr


def test_install_shows_paths_and_settings_as_they_are_safe(tmp_path: Path) -> None:
    """The diff of a dry run quotes somebody's settings, the report the place of a project."""
    cwd = tmp_path / "home" / HOSTILE.replace("/", "-")
    cwd.mkdir(parents=True)
    machine = with_repository(Machine(tmp_path / "home", cwd))
    (cwd / ".claude").mkdir()
    settings = json.dumps({"a": "\u202e\u0085\u009b31m\x7f", "hooks": {}}, ensure_ascii=False, indent=1)
    (cwd / ".claude" / "settings.local.json").write_text(settings, newline="\r\n")

    for arguments in (
        ("install", "--dry-run"),
        ("install",),
        ("install",),
        ("doctor",),
        ("uninstall",),
        ("uninstall",),
    ):
        done = machine.run(*arguments, *([] if arguments == ("doctor",) else ["--project"]))
        assert obeyed(done.stdout + done.stderr) == []
        assert done.returncode == 0 or arguments == ("doctor",), done.stderr


def test_the_redactor_shows_no_control_bytes_on_a_terminal(tmp_path: Path) -> None:
    """In a pipe it is a filter that keeps every byte it does not hide; on a terminal it shows marks."""
    ours, theirs = pty.openpty()
    environ = machine_in(tmp_path).environment()
    subprocess.run([*COMMAND, "redact"], env=environ, input=HOSTILE.encode(), stdout=theirs, check=True)
    os.close(theirs)
    shown = os.read(ours, 4096).decode()
    os.close(ours)
    kept = subprocess.run([*COMMAND, "redact"], env=environ, input=HOSTILE.encode(), capture_output=True, check=True)

    assert obeyed(shown) == []
    assert "\ufffd" in shown
    assert kept.stdout.decode() == HOSTILE
