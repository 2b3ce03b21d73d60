"""What later passes, other shells and lost files may and may not change."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.replay import Machine, payloads

if TYPE_CHECKING:
    from pathlib import Path

CASE = "00_basic"
HOUR_S = 3600
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
MINE = "wf-20251030-5d41402a"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A home with the transcripts of one recorded session."""
    machine = Machine(tmp_path)
    machine.place_transcripts(CASE, age_s=HOUR_S)
    return machine


def forget_spool(machine: Machine) -> None:
    """What a day of silence does: the spool file goes."""
    for spooled in machine.root.glob("spool/*.jsonl"):
        spooled.unlink()


def resume(machine: Machine, environ: dict[str, str] | None = None) -> None:
    """The session goes on in another shell, without any new agent."""
    told = payloads(CASE, machine)
    machine.send([told[0] | {"source": "resume"}, told[1]], environ=environ)
    machine.collect()


def workflow_of(machine: Machine) -> Any:
    """The only record's workflow."""
    (record,) = machine.records()
    return record["workflow_id"]


def listed(machine: Machine) -> dict[str, int]:
    """How many invocations each workflow file lists."""
    return {workflow["workflow_id"]: len(workflow["invocations"]) for workflow in machine.workflows()}


def test_the_callers_trace_is_known_from_the_hook_and_stays(machine: Machine) -> None:
    """``TRACEPARENT`` places an invocation in its caller's trace; a later pass over transcripts alone keeps it."""
    machine.send(payloads(CASE, machine), environ={"TRACEPARENT": TRACE})
    machine.collect()
    forget_spool(machine)
    resume(machine)

    (record,) = machine.records()
    assert record["metadata"]["traceparent"] == TRACE


def test_a_resumed_session_keeps_what_the_first_shell_said(machine: Machine) -> None:
    """``OAK_WORKFLOW_ID`` was known to a hook whose line is gone: it stays, and no second workflow lists the agent."""
    machine.send(payloads(CASE, machine), environ={"OAK_WORKFLOW_ID": MINE})
    machine.collect()
    forget_spool(machine)
    resume(machine)

    assert workflow_of(machine) == MINE
    assert listed(machine) == {MINE: 1}


def test_a_later_shell_does_not_claim_earlier_agents(machine: Machine) -> None:
    """The environment of the shell that resumes a session says nothing about what ran before."""
    machine.send(payloads(CASE, machine))
    machine.collect()
    first = workflow_of(machine)
    forget_spool(machine)
    resume(machine, {"OAK_WORKFLOW_ID": "wf-second", "OAK_PARENT_INVOCATION_ID": "inv-20251030-9f3c2a71b0de"})

    (record,) = machine.records()
    assert (record["workflow_id"], record["parent_invocation_id"]) == (first, None)
    assert listed(machine) == {first: 1}


def test_an_agent_that_joins_the_shell_s_workflow_leaves_the_derived_one(machine: Machine) -> None:
    """Found by a sweep first and told by a hook later: one invocation, listed once."""
    machine.collect()
    machine.send(payloads(CASE, machine), environ={"OAK_WORKFLOW_ID": MINE})
    machine.collect()

    assert listed(machine) == {MINE: 1}


def test_a_file_that_says_nothing_yet_is_no_invocation(machine: Machine) -> None:
    """An agent's file without a line has no start: no record, and none of 1970 that would stay for ever."""
    (agent,) = machine.home.rglob("agent-*.jsonl")
    content = agent.read_bytes()
    agent.write_bytes(b"")
    agent.with_suffix(".meta.json").unlink()
    (main,) = machine.home.glob(".claude/projects/*/*.jsonl")
    main.write_bytes(b"")
    machine.collect()
    assert machine.records() == []

    agent.write_bytes(content)
    machine.collect()
    assert len(machine.records()) == 1


def test_a_session_no_hook_told_of_is_closed_when_it_falls_silent(machine: Machine) -> None:
    """Open at one sweep, unchanged since: the next sweep still looks at it."""
    shutil.rmtree(machine.home / ".claude")
    machine.place_transcripts("01d_sigkill_bash__v2.1.330")
    now = [path for path in machine.home.rglob("*.json*") if ".claude" in path.parts]
    for path in now:
        os.utime(path)
    machine.collect()
    assert machine.records() == []

    for path in now:
        os.utime(path, (path.stat().st_mtime - 2 * HOUR_S, path.stat().st_mtime - 2 * HOUR_S))
    machine.collect()
    assert [record["status"] for record in machine.records()] == ["failure"]


def test_one_odd_transcript_does_not_stop_the_sweep(machine: Machine) -> None:
    """Fields of another shape than we know are unknown, and the session beside it is recorded all the same."""
    machine.place_transcripts("02c_bg_several", age_s=HOUR_S)
    agents = list(machine.home.rglob("agent-*.jsonl"))
    for agent in agents:
        lines = [json.loads(line) for line in agent.read_text().splitlines()]
        for line in lines:
            line["toolUseResult"] = {"structuredPatch": [{"lines": None}, None, {"lines": [1, "+x"]}]}
        agent.write_text("".join(json.dumps(line) + "\n" for line in lines))
        os.utime(agent, (agent.stat().st_mtime - HOUR_S, agent.stat().st_mtime - HOUR_S))
    machine.collect()

    assert len(machine.records()) == len(agents) == 4


def test_a_foreign_id_in_a_workflow_costs_nothing(machine: Machine) -> None:
    """Other writers may list what they like: our own members are kept, theirs are not ours to keep."""
    machine.send(payloads(CASE, machine), environ={"OAK_WORKFLOW_ID": MINE})
    machine.collect()
    (path,) = machine.root.glob("workflows/*.json")
    workflow = json.loads(path.read_bytes())
    for foreign in ("inv-oak-1", "inv-20261340-9f3c2a71b0de"):
        workflow["invocations"].append(workflow["invocations"][0] | {"invocation_id": foreign})
    path.write_text(json.dumps(workflow))
    machine.collect()

    assert listed(machine) == {MINE: 1}


def test_everything_but_the_records_can_be_deleted(machine: Machine) -> None:
    """Workflow files are derived: a sweep writes them anew from the records alone."""
    machine.send(payloads(CASE, machine))
    machine.collect()
    before = machine.workflows()
    shutil.rmtree(machine.home / ".claude")
    for folder in ("workflows", "spool", "state"):
        shutil.rmtree(machine.root / folder)
    machine.collect()

    assert machine.workflows() == before


def test_an_error_that_is_over_is_forgotten(machine: Machine) -> None:
    """What the doctor warns of goes away with the pass that went well."""
    machine.send(payloads(CASE, machine))
    error = machine.root / "state" / "last_error.json"
    error.parent.mkdir(mode=0o700)
    error.write_text("{}")
    machine.collect()

    assert not error.exists()
