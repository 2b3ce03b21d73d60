"""Names and ids that are paths, options or control characters go through everything and harm nothing."""

from __future__ import annotations

import json
import re
import shutil
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from tests.hook_process import SILENT, run_hook
from tests.program import on_terminal
from tests.replay import SESSIONS, Machine, payloads

if TYPE_CHECKING:
    from pathlib import Path

    from tests.program import Result
    from tests.reliability.figures import Figures

CASE = "00_basic"
SESSION = "66e8fc2f-fa33-420d-925a-3a9914a96f13"
AGENT = "ad3a32860c99f5717"
AGENT_NAME = "backend-architect"
NAMES = (
    "../../x", "/", "..", ".", "/etc/passwd", "a/../../b", "\n", "a\nb", "a\rb", "\0", "a\0b", "-rf", "--help", "-",
    "\u202ecod.exe\u202c", "\u200f\u200e", "\u2066x\u2069", "x" * 10_000, "é" * 5_000, "CON", "NUL.txt", "com1", " ",
    "\x1b[2J\x1b]0;title\x07", "\x9b31m", "\x7f\x08", "%s%n", "$(touch pwned)", "`touch pwned`", "; touch pwned",
    "=1+1", "@SUM(1)", "'; drop table invocations; --", "*", "~", "~root", "name.json", ".hidden", "\ud800", "\ufeff",
    "inv-20251030-9f3c2a71b0de", "last", "wf-20251030-5d41402a", "<b>&amp;</b>", "[red]x[/red]", ":smile:", "{}", "\\",
)  # fmt: skip
"""What somebody may call an agent, or a client may send one day."""
IDENTIFIERS = ("session_id", "agent_id", "agent_type", "tool_use_id", "prompt_id", "cwd", "transcript_path")
"""Keys of a payload that hold a name or a place."""


TURNING = frozenset(("RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI", "FSI", "PDI"))
"""Classes of characters that turn the direction of what follows."""


def escaped(name: str) -> str:
    """A name inside a JSON text."""
    return json.dumps(name)[1:-1]


def place_session(machine: Machine, number: int, name: str) -> None:
    """Put a session's transcripts where the client keeps them, with the name wherever they have one."""
    project = machine.home / ".claude" / "projects" / f"project-{number}"
    shutil.copytree(SESSIONS / CASE / "transcripts" / "-tmp-proj", project)
    for path in sorted(project.rglob("*"), reverse=True):
        if path.is_file():
            path.write_text(with_name(path.read_text(), number, name))
        path.rename(path.with_name(renumbered(path.name, number)))


def renumbered(text: str, number: int) -> str:
    """The text about another session, agent and messages."""
    text = text.replace(SESSION, f"{SESSION[:-3]}{number:03}").replace(AGENT, f"{AGENT[:-3]}{number:03}")
    return re.sub(r"(msg_|toolu_)0(?=\d)", rf"\g<1>{number:03}", text)


def with_name(text: str, number: int, name: str) -> str:
    """The same, with the name as agent, as file, as folder, as tool and in what is said."""
    text = renumbered(text, number)
    for own in (AGENT_NAME, "/tmp/proj/out.txt", "/tmp/proj", "alpha done", '"name":"Bash"'):  # noqa: S108 - as recorded
        text = text.replace(own, f'"name":"{escaped(name)}"' if own.startswith('"') else escaped(name))
    return text


def send_as_identifiers(root: Path, name: str) -> None:
    """Run the hook with the name under every key that holds one, all at once."""
    for event in ("SubagentStart", "SubagentStop"):
        payload = dict.fromkeys(IDENTIFIERS, name) | {"hook_event_name": event}
        assert run_hook(payload, root) == SILENT


def bad_signs(shown: str) -> set[str]:
    """Characters that steer a terminal, or turn the direction of what it shows."""
    steering = {sign for sign in shown if sign != "\n" and unicodedata.category(sign) in {"Cc", "Cs"}}
    return steering | {sign for sign in shown if unicodedata.bidirectional(sign) in TURNING}


def outside(folder: Path, root: Path) -> dict[str, bytes]:
    """Every file that is not below the root."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.is_relative_to(root))
    return {str(path): path.read_bytes() for path in found}


def reports(machine: Machine, records: list[dict[str, Any]]) -> list[Result]:
    """What people see: the leaderboard, each invocation, and a third of the workflows."""
    asked = [("agents",), *(("show", record["invocation_id"]) for record in records)]
    workflows = sorted({record["workflow_id"] for record in records if record["metadata"]["tool_calls"] is not None})
    asked += [("workflow", workflow_id) for workflow_id in workflows[::3]]  # each says little that the others do not
    with ThreadPoolExecutor(4) as pool:
        drawn = pool.map(lambda words: on_terminal(machine.root, *words, TERM="dumb", HOME=str(machine.home)), asked)
        return [*drawn]


def test_hostile_names_go_through_everything(tmp_path: Path, figures: Figures) -> None:
    """In payloads and in transcripts: no file outside the folder, no control byte shown, every record can be shown."""
    machine = Machine(tmp_path / "home")
    machine.home.mkdir()
    for number, name in enumerate(NAMES):
        place_session(machine, number, name)
        machine.send([json.loads(with_name(json.dumps(p), number, name)) for p in payloads(CASE, machine)][3:4])
        send_as_identifiers(machine.root, name)
    before = outside(tmp_path, machine.root)

    machine.collect()

    records = machine.records()
    assert sum(record["metadata"]["tool_calls"] is not None for record in records) == len(NAMES)
    seen = reports(machine, records)
    assert [report for report in seen if report.code or report.stderr] == []
    assert {(sign, report.stdout) for report in seen for sign in bad_signs(report.stdout)} == set()
    assert outside(tmp_path, machine.root) == before
    assert [
        path.name for path in machine.root.rglob("*") if not re.fullmatch(r"[A-Za-z0-9._-]{1,200}", path.name)
    ] == []
    figures.hold("hostile name in payloads and transcripts: file outside or control byte shown", len(NAMES))
    figures.hold("report about a hostile name: not shown", len(seen), at_least=2 * len(NAMES))
