"""Recorded sessions of the real client and the records they must give, field by field.

``python -m tests.collector.test_golden_sessions`` writes every ``expected.json`` anew; read the difference before you
commit it.
"""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.replay import SESSIONS, Machine, cases, payloads

HOUR_S = 3600


def replay(case: str, home: Path) -> Machine:
    """Hooks first, then the transcripts as they were left, then one collect."""
    machine = Machine(home)
    machine.place_transcripts(case, age_s=HOUR_S)
    machine.send(payloads(case, machine))
    machine.collect()
    return machine


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
def test_a_recorded_session_gives_these_records(case: str, tmp_path: Path) -> None:
    """Every field of every record of a known session is right."""
    assert found(replay(case, tmp_path)) == expected(case)


@pytest.mark.parametrize("case", cases())
def test_collecting_again_changes_nothing(case: str, tmp_path: Path) -> None:
    """A second pass over the same evidence leaves every byte as it is."""
    machine = replay(case, tmp_path)
    before = {path: path.read_bytes() for path in machine.root.glob("[iw]*/**/*.json")}
    machine.collect()

    assert {path: path.read_bytes() for path in machine.root.glob("[iw]*/**/*.json")} == before


@pytest.mark.parametrize("case", cases())
def test_transcripts_alone_tell_the_same(case: str, tmp_path: Path) -> None:
    """The hook is only the trigger: without one event, the sweep finds the same invocations with the same endings."""
    machine = Machine(tmp_path)
    machine.place_transcripts(case, age_s=HOUR_S)
    machine.collect()

    assert known_without_hooks(found(machine)) == known_without_hooks(expected(case))


@pytest.mark.parametrize("case", cases())
def test_events_out_of_order_and_twice_change_nothing(case: str, tmp_path: Path) -> None:
    """Hooks run in parallel and may be repeated: neither order nor number of events changes what happened."""
    machine = Machine(tmp_path)
    machine.place_transcripts(case, age_s=HOUR_S)
    twice = payloads(case, machine) * 2
    random.Random(case).shuffle(twice)  # noqa: S311 - an order, not a secret
    machine.send(twice)
    machine.collect()

    assert known_without_hooks(found(machine)) == known_without_hooks(expected(case))


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


def write_expectations() -> None:
    """Replay every case and write what it gives."""
    for case in cases():
        with tempfile.TemporaryDirectory() as home:
            stored = found(replay(case, Path(home)))
        text = json.dumps(stored, indent=2, ensure_ascii=False).replace(home, "/tmp/home")  # noqa: S108 - recorded
        (SESSIONS / case / "expected.json").write_text(text + "\n")


if __name__ == "__main__":
    write_expectations()
