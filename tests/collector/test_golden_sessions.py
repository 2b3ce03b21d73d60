"""Recorded sessions of the real client and the records they must give, field by field.

``python -m tests.collector.test_golden_sessions`` writes every ``expected.json`` anew; read the difference before you
commit it. A verdict cannot change that way unseen: ``verdicts.py`` has all of them once more, written by hand.
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.collector.verdicts import DENIED, VERDICTS
from tests.replay import SESSIONS, Machine, cases, payloads, replay

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.replay import Replay

HOUR_S = 3600
OWN_RECORDINGS = "x_"
"""Recordings whose names begin so have their verdicts in the tests that came with them."""
LONGEST_TEXT = 700
LINE_TYPES = {
    "user",
    "assistant",
    "system",
    "attachment",
    "queue-operation",
    "last-prompt",
    "cost-state",
    "started",
    "result",
}
MACHINE_PATH = re.compile(r"(?<![\w.~/-])/(?:home|root|opt|work|mnt|Users|var|srv|tmp/(?!home|proj))[\w.-]*/")


def expected(case: str) -> dict[str, Any]:
    """What the case's records and workflows must be."""
    return json.loads((SESSIONS / case / "expected.json").read_bytes())  # type: ignore[no-any-return]


def found(machine: Machine) -> dict[str, Any]:
    """What was stored, without what depends on the moment of the replay."""
    return {"records": machine.records(), "workflows": machine.workflows()}


def known_without_hooks(stored: dict[str, Any]) -> dict[str, Any]:
    """What transcripts alone must agree on: everything but who told, and the hook's part of the evidence."""
    copy = json.loads(json.dumps(stored))
    for record in copy["records"]:
        del record["metadata"]["source"]
        record["metadata"]["outcome"].pop("evidence")
    return copy  # type: ignore[no-any-return]


@pytest.mark.parametrize("case", cases())
def test_a_recorded_session_gives_these_records(case: str, replayed: Callable[[str], Replay]) -> None:
    """Every field of every record of a known session is right."""
    assert found(replayed(case).machine) == expected(case)


@pytest.mark.parametrize("case", cases())
def test_collecting_again_changes_nothing(case: str, replayed: Callable[[str], Replay]) -> None:
    """A second pass over the same evidence leaves every byte as it is."""
    machine = replayed(case).machine
    before = {path: path.read_bytes() for path in machine.root.glob("[iw]*/**/*.json")}
    machine.collect_here()

    assert {path: path.read_bytes() for path in machine.root.glob("[iw]*/**/*.json")} == before


@pytest.mark.parametrize("case", [case for case in cases() if not case.startswith(OWN_RECORDINGS)])
def test_a_verdict_is_what_the_recording_s_notes_call_for(case: str) -> None:
    """A regenerated expectation cannot change how an agent ended, or how many calls were denied."""
    stored = expected(case)
    verdicts = [
        (record["agent_name"], record["status"], record["metadata"]["outcome"]["category"])
        for record in stored["records"]
    ]

    assert verdicts == VERDICTS[case]
    assert sum(workflow["totals"]["denied"] for workflow in stored["workflows"]) == DENIED.get(case, 0)


def test_the_shell_s_workflow_is_kept_by_a_pass_without_hooks(tmp_path: Path) -> None:
    """What only a hook knew survives: a later pass over transcripts alone never drops ``OAK_*``."""
    machine = Machine(tmp_path)
    machine.place_transcripts("00_basic", age_s=HOUR_S)
    shell = {"OAK_WORKFLOW_ID": "wf-20251030-5d41402a", "OAK_PARENT_INVOCATION_ID": "inv-20251030-9f3c2a71b0de"}
    machine.send(payloads("00_basic", machine), environ=shell)
    machine.collect()
    first = machine.records()
    for spooled in machine.root.glob("spool/*.jsonl"):
        spooled.unlink()
    (machine.root / "state" / "collector.json").unlink()
    machine.collect()

    assert machine.records() == first
    assert [record["workflow_id"] for record in first] == ["wf-20251030-5d41402a"]
    assert [record["parent_invocation_id"] for record in first] == ["inv-20251030-9f3c2a71b0de"]


@pytest.mark.parametrize("case", cases())
def test_a_recording_holds_nothing_of_the_client_s_own_prompts_nor_of_a_machine(case: str) -> None:
    """Recordings are published: no line of a kind that holds prompts, no long text, no path but the recorded ones."""
    for path in (SESSIONS / case).rglob("*.json*"):
        text = path.read_text()
        assert MACHINE_PATH.search(text) is None, path
        lines = text.splitlines() if path.suffix == ".jsonl" else [text]
        for line in map(json.loads, lines):
            assert max(map(len, _texts(line)), default=0) <= LONGEST_TEXT, path
            if path.parent != SESSIONS / case and path.suffix == ".jsonl":
                assert line["type"] in LINE_TYPES, path
                assert line["type"] != "attachment" or line["attachment"]["type"] == "queued_command", path


def _texts(value: Any) -> list[str]:
    """Every text in a JSON value."""
    if isinstance(value, str):
        return [value]
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for member in members for text in _texts(member)]


def write_expectations() -> None:
    """Replay every case and write what it gives."""
    for case in cases():
        with tempfile.TemporaryDirectory() as home:
            stored = found(replay(case, Path(home)).machine)
        text = json.dumps(stored, indent=2, ensure_ascii=False).replace(home, "/tmp/home")  # noqa: S108 - recorded
        (SESSIONS / case / "expected.json").write_text(text + "\n")


if __name__ == "__main__":
    write_expectations()
