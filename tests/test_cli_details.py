"""One workflow, one invocation: what a user sees who asks why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.program import on_terminal, piped
from tests.records import NOW_MS, busy_workflow, denied_workflow, invocation, write_records, write_workflow

if TYPE_CHECKING:
    from pathlib import Path

WORKFLOW = """\
workflow wf-20251030-5d41402a · 10m40 · 11 agent runs · 2 failed
/home/user/shop · 2025-10-30 12:35:00 UTC · $0.42

main                    10m40    ───────────────────────────────────────────────
├─ Plan                  1m02    █████
├─ Explore               0m41          ▒▒▒
├─ Explore               1m20          ██████
├─ Explore               0m58          ▒▒▒▒
├─ frontend-developer    4m12 ✗              ██████████████████
│  └─ test-runner        1m20 ✗                         ██████
├─ test-runner           2m12                ▒▒▒▒▒▒▒▒▒
│  └─ debug-specialist   1m25                   ▒▒▒▒▒▒
├─ frontend-developer    2m12                                   ██████████
│  └─ test-runner        0m52                                         ████
└─ code-reviewer         1m20                                             ██████

█ critical path  ▒ beside it  ✗ failed
bottleneck: frontend-developer, 2m52 of 10m40 (27%) on its own
agents at work 10m06 · up to 3 at once · main thread alone 0m34
next: afteraction show inv-20251030-0000000000a4
"""

CARD = """\
test-runner · ✗ failure · 1m20 · inv-20251030-0000000000a5
Find where sessions are stored

outcome    api_error
evidence   transcript: API error 529
error      API Error: 529 overloaded
accepted   unknown
called by  frontend-developer · inv-20251030-0000000000a4
workflow   wf-20251030-5d41402a
started    2025-10-30 12:40:18 UTC
took       1m20
model      claude-sonnet-4-5-20250929 · claude-code 2.1.330
tokens     1.2k in · 850 out · 45.0k cache read · 3.0k cache written
cost       $0.0421
tools      Read 3 · Edit 2 · Bash 1 · 1 call failed
modified   src/auth.py
read       src/auth.py
           src/session.py
lines      +12 -3
project    /home/user/shop
session    6f0c6a43-5a3e-4e0a-9a44-0d5f3f1c2b7e
definition .claude/agents/explore.md · sha256 abababababab
record     {path}

next: afteraction workflow wf-20251030-5d41402a
"""


def test_a_workflow_is_a_tree_in_time(tmp_path: Path) -> None:
    """Nesting on the left, time on the right; failures carry a cross, the critical path its own glyph."""
    records, workflow = busy_workflow()
    write_records(tmp_path, *records)
    write_workflow(tmp_path, workflow)

    result = on_terminal(tmp_path, "workflow", "last", NO_COLOR="1")

    assert (result.code, result.stderr) == (0, "")
    assert result.stdout == WORKFLOW


def test_a_workflow_in_a_pipe_is_its_steps(tmp_path: Path) -> None:
    """The same steps as in JSON, one line each."""
    _, workflow = busy_workflow()
    write_workflow(tmp_path, workflow)

    lines = piped(tmp_path, "workflow", "5d41").stdout.splitlines()
    document = json.loads(piped(tmp_path, "workflow", "5d41", "--json").stdout)

    assert len(lines) == 12
    assert lines[0].split("\t") == list(document["timeline"]["steps"][0])
    assert document["workflow"]["workflow_id"] == "wf-20251030-5d41402a"
    assert document["timeline"]["bottleneck"]["agent_name"] == "frontend-developer"


def test_a_workflow_of_denied_calls_alone_says_so(tmp_path: Path) -> None:
    """Nothing ran is an answer, not an error: in words to people, as no rows and null to programs."""
    write_workflow(tmp_path, denied_workflow())

    drawn = on_terminal(tmp_path, "workflow", NO_COLOR="1")
    as_json = piped(tmp_path, "workflow", "--json")
    as_csv = piped(tmp_path, "workflow", "--csv")
    as_tabs = piped(tmp_path, "workflow")

    assert drawn.stdout == (
        "workflow wf-20251030-00000001 · nothing ran · 2 denied\n/home/user/shop · 2025-10-30 18:00:00 UTC\n"
    )
    assert [result.code for result in (drawn, as_json, as_csv, as_tabs)] == [0] * 4
    document = json.loads(as_json.stdout)
    assert (document["workflow"]["status"], document["workflow"]["totals"]["denied"]) == (None, 2)
    assert (document["timeline"]["steps"], document["timeline"]["bottleneck"]) == ([], None)
    assert len(as_csv.stdout.splitlines()) == len(as_tabs.stdout.splitlines()) == 1
    said = "afteraction: nothing ran in wf-20251030-00000001, 2 denied\n"
    assert [result.stderr for result in (drawn, as_json, as_csv, as_tabs)] == ["", "", said, said]


def test_show_tells_everything_about_one_invocation(tmp_path: Path) -> None:
    """Why it has its status, what it used and changed, what it cost, who called it, where it is written."""
    records, _ = busy_workflow()
    paths = write_records(tmp_path, *records)

    result = on_terminal(tmp_path, "show", "0000000000a5", NO_COLOR="1")

    assert (result.code, result.stderr) == (0, "")
    assert result.stdout == CARD.format(path=paths[5])


def test_show_says_what_is_not_known(tmp_path: Path) -> None:
    """Ten keys are a valid record; the rest is a dash or "unknown", never 0 and never left out."""
    path = tmp_path / "invocations" / "2025-10-30" / "Plan-00000000beef.json"
    path.parent.mkdir(parents=True)
    path.write_text(
        '{"invocation_id": "inv-20251030-00000000beef", "workflow_id": null, "parent_invocation_id": null,'
        '"agent_name": "Plan", "task_description": null, "timestamp": "2025-10-30T12:35:00Z", "status": "partial",'
        '"execution_time_ms": null, "error_message": null, "user_accepted": null}'
    )

    lines = on_terminal(tmp_path, "show", "last", NO_COLOR="1").stdout.splitlines()

    shown = {line[:11].strip(): line[11:] for line in lines[2:-2]}
    assert lines[0] == "Plan · ~ partial · - · inv-20251030-00000000beef"
    assert shown.pop("accepted") == "unknown"
    assert shown.pop("started") == "2025-10-30 12:35:00 UTC"
    assert shown.pop("called by") == "the main thread"
    assert shown.pop("record") == str(path)
    assert set(shown.values()) == {"-"}
    assert lines[-1] == "next: afteraction agents --agent Plan"


def test_show_as_json_is_the_record(tmp_path: Path) -> None:
    """What is written on disk, with every key that may be there."""
    (path,) = write_records(tmp_path, invocation(1, agent="\u202eevil"))

    document = json.loads(piped(tmp_path, "show", "last", "--json").stdout)

    assert document == json.loads(path.read_text())


def test_without_an_id_it_is_the_newest(tmp_path: Path) -> None:
    """Most questions are about what just happened."""
    write_records(tmp_path, invocation(1), invocation(2, started_ms=NOW_MS))

    assert piped(tmp_path, "show").stdout == piped(tmp_path, "show", "last").stdout != ""


def test_show_in_a_pipe_is_one_fact_a_line(tmp_path: Path) -> None:
    """Dotted names, values whole, lists as repeated names, and the file it all stands in."""
    (path,) = write_records(tmp_path, invocation(1, error_message="line one\nline two " + "x" * 300))

    lines = [line.split("\t") for line in piped(tmp_path, "show", "last").stdout.splitlines()]

    assert ["metadata.tokens.cache_read", "45000"] in lines
    assert ["metadata.background", "false"] in lines
    assert ["metadata.task_type", "-"] in lines
    assert ["error_message", "line one line two " + "x" * 300] in lines
    assert [value for name, value in lines if name == "metadata.tools_used"] == ["Read", "Edit", "Bash"]
    assert lines[-1] == ["file", str(path)]
