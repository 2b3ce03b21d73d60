"""Hundreds of hooks in the same moment, with the real collector behind them, lose nothing."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

from afteraction.sources.claude.events import read_spool_file
from tests.hook_process import hook_arguments, spool_files
from tests.replay import Machine

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reliability.figures import Figures

AGENTS = 500
SESSIONS = 25
_AT_THE_GATE = 'gate=$1; shift; : < "$gate"; exec "$@"'
"""Opening a pipe with a name waits until somebody opens its other end: then all go on together."""


WRITERS = 6
LINES = 300
_WRITES = """
import os, sys
from afteraction.hook.json_text import encode
from afteraction.hook.record_event import append
spool, writer, lines = sys.argv[1], sys.argv[2], int(sys.argv[3])
for number in range(lines):
    payload = {"agent_id": f"a{writer}-{number}", "cwd": "x" * 6000}
    append(spool, spool + "/one.jsonl", encode({"v": 1, "at": number, "payload": payload}))
    os.closerange(3, 8)  # a hook ends instead
"""


def waves() -> list[list[dict[str, Any]]]:
    """Starts of half the agents; their stops among the starts of the others, 500 in all; the stops of those.

    A client waits for the hook of a start before it lets the agent begin, so a start and its stop are never at once.
    """
    half = AGENTS // 2
    first, last = range(half), range(half, AGENTS)
    mixed = [event("SubagentStop", number) for number in first] + [event("SubagentStart", number) for number in last]
    random.Random(5).shuffle(mixed)  # noqa: S311 - an order, not a secret
    return [[event("SubagentStart", number) for number in first], mixed, [event("SubagentStop", n) for n in last]]


def event(name: str, number: int) -> dict[str, Any]:
    """What the client says of an agent."""
    return {
        "session_id": f"session-{number % SESSIONS}",
        "cwd": "/tmp/project",  # noqa: S108 - only a name
        "hook_event_name": name,
        "agent_id": f"a{number:016x}",
        "agent_type": f"agent-{number % 7}",
    }


def let_go_at_once(events: list[dict[str, Any]], machine: Machine, gate: Path) -> set[tuple[int, bytes]]:
    """What statuses and outputs one hook per event gave; all wait at a gate until the last has been started."""
    os.mkfifo(gate)
    hooks = []
    for number, event in enumerate(events):
        payload = gate.with_suffix(f".{number}")
        payload.write_text(json.dumps(event))
        with payload.open("rb") as stdin:
            hooks.append(
                subprocess.Popen(
                    ["sh", "-c", _AT_THE_GATE, "sh", str(gate), *hook_arguments(machine.root, sys.executable)],
                    stdin=stdin,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    env=machine.environ,
                )
            )
    opened = os.open(gate, os.O_RDWR)
    seen = [hook.communicate()[0] for hook in hooks]
    os.close(opened)
    return {(hook.returncode, output) for hook, output in zip(hooks, seen, strict=True)}


def test_five_hundred_at_once(tmp_path: Path, figures: Figures) -> None:
    """Starts and stops of 500 agents, 500 hooks at a time: every line whole, one record for each agent, its own."""
    machine = Machine(tmp_path)
    for number, events in enumerate(waves()):
        assert let_go_at_once(events, machine, tmp_path / f"gate-{number}") == {(0, b"")}
    done = machine.afteraction("collect")  # waits for the collector that the hooks have started
    assert done.returncode == 0, done.stderr

    written, torn = Counter[tuple[str, str]](), []
    for file in spool_files(machine.root):
        found, unreadable = read_spool_file(file)
        written.update((event.name, str(event.payload.agent_id)) for event in found)
        torn += [file] * unreadable
    sent = Counter((event["hook_event_name"], event["agent_id"]) for events in waves() for event in events)
    lost = [*(sent - written).elements(), *(written - sent).elements()]
    figures.hold(f"event among {AGENTS} hooks at once: line torn, lost or doubled", sent.total(), harm=[*torn, *lost])

    records = machine.records()
    told = Counter((record["metadata"]["agent_id"], record["agent_name"]) for record in records)
    agents = Counter({(event["agent_id"], event["agent_type"]) for events in waves() for event in events})
    wrong = [*(agents - told).elements(), *(told - agents).elements()]
    figures.hold(f"agent of {AGENTS} hooks at once: no record of its own, or two", agents.total(), harm=wrong)
    negative = [record for record in records if (record["execution_time_ms"] or 0) < 0]
    figures.hold(f"record of {AGENTS} hooks at once: negative time", len(records), harm=negative)


def test_lines_longer_than_a_page_at_once(tmp_path: Path, figures: Figures) -> None:
    """A hook may find the file grown by half a line that another writes: it may cost a blank line, never a torn one."""
    spool = tmp_path / "spool"
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITES, str(spool), str(number), str(LINES)])
        for number in range(WRITERS)
    ]
    assert [writer.wait() for writer in writers] == [0] * WRITERS

    found, unreadable = read_spool_file(spool / "one.jsonl")

    written = Counter(str(event.payload.agent_id) for event in found)
    sent = Counter(f"a{writer}-{number}" for writer in range(WRITERS) for number in range(LINES))
    harm = [*["torn"] * unreadable, *(sent - written).elements(), *(written - sent).elements()]
    figures.hold("line longer than a page among others: torn, lost or doubled", sent.total(), harm=harm)
