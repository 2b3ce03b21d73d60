"""What the installed hook costs a session, beside the bare interpreter, ``/bin/true`` and an ordinary Python hook.

    python benchmarks/hook_latency.py [--runs N] [--json]

Whole processes, spawned through ``sh -c`` as the client does, the payload written into a pipe by this process. All
commands take turns in random order within one run, so that a busy machine is busy for each of them alike: trust the
ratios to the bare interpreter (``-I -S -c pass`` through the same ``sh -c``, with the same payload in its pipe, which
it does not read), not the milliseconds. Afteraction must be installed in the Python that runs this.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shlex
import signal
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import afteraction
from afteraction.sources.claude.hook_command import hook_command

INTERPRETER = os.path.realpath(sys.executable)
ENTRY = Path(afteraction.__file__).parent / "hook" / "entry.py"
KILOBYTES = (2, 20, 200, 5000)
AT_ONCE = 8
BURST = 20
PIPE = 65_536
FLOOR = "bare interpreter"
HOOK = "hook"
START = "hook that starts the collector"
ORDINARY = "ordinary Python hook"
TRUE = "/bin/true"
RAW = "bare interpreter, no shell"
MEDIAN_TARGETS = {2: 1.10, 20: 1.10, 200: 1.25, 5000: 4.5}
P99_TARGET = 1.15
P99_MS_TARGET = 50
START_TARGET = 1.35
USUAL_KILOBYTES = (2, 20)
"""What a session sends all the time. The tail is judged over these together: a 99th percentile needs many runs."""

ORDINARY_HOOK = """
import argparse, json, sys
from pathlib import Path
parser = argparse.ArgumentParser()
parser.add_argument("root", type=Path)
root = parser.parse_args().root
root.mkdir(parents=True, exist_ok=True)
with (root / "ordinary.jsonl").open("a") as file:
    file.write(json.dumps({"session_id": json.load(sys.stdin)["session_id"]}) + "\\n")
"""
COUNTING_COLLECTOR = '#!/bin/sh\necho x >> "$0.started"\nexec sleep 1\n'


@dataclass(frozen=True)
class Cost:
    """One row of the report; times in milliseconds."""

    command: str
    kilobytes: int
    at_once: int
    median: float
    p95: float
    p99: float
    median_ratio: float
    """To the bare interpreter with the same payload and as many at once."""
    p99_ratio: float


Job = tuple[str, int, int]
"""Command, kilobytes of payload, how many at once."""


def payload(event: str, kilobytes: int) -> bytes:
    """An event as the client sends it, most of it the content of a source file."""
    line = "    return {'name': name, \"größe\": len(name)}  # a line of source\n"
    content = line * (kilobytes * 1000 // len(line.encode()) + 1)
    common = {
        "session_id": "01171722-c128-40e1-adb6-5bf22fd8d314",
        "transcript_path": "/home/x/.claude/projects/-home-x-proj/01171722-c128-40e1-adb6-5bf22fd8d314.jsonl",
        "cwd": "/home/x/proj",
        "prompt_id": "b46f1af8-3b51-4e75-b304-7d23a01e8977",
        "permission_mode": "default",
        "agent_id": "a7ff2e7b5321deb91",
        "agent_type": "backend-architect",
        "effort": {"level": "medium"},
        "hook_event_name": event,
    }
    read = {
        "tool_name": "Read",
        "tool_input": {"file_path": "/home/x/proj/a.py"},
        "tool_response": {"type": "text", "file": {"filePath": "/home/x/proj/a.py", "content": ""}},
        "tool_use_id": "toolu_00000300",
        "duration_ms": 7,
    }
    end = {"stop_hook_active": False, "last_assistant_message": "", "background_tasks": []}
    bare = json.dumps({**common, **(end if event == "SubagentStop" else read)}, separators=(",", ":"))
    text = json.dumps(content, ensure_ascii=False)[1:][: kilobytes * 1000 - len(bare)]
    place = '"last_assistant_message":"' if event == "SubagentStop" else '"content":"'
    return bare.replace(place, place + text.rstrip("\\")).encode()


def feed(pipe: int, data: bytes) -> None:
    """Write all of it, as far as somebody reads, and close."""
    left = memoryview(data)
    try:
        while left:
            left = left[os.write(pipe, left) :]
    except BrokenPipeError:
        pass
    finally:
        os.close(pipe)


def spawn(arguments: list[str], data: bytes) -> int:
    """Start a process with ``data`` coming on its stdin; its id."""
    reading, writing = os.pipe()
    standard = [(os.POSIX_SPAWN_DUP2, reading, 0)]
    process = os.posix_spawn(arguments[0], arguments, os.environ, file_actions=standard, setsigdef=[signal.SIGPIPE])
    os.close(reading)
    if len(data) < PIPE:
        feed(writing, data)
    else:
        threading.Thread(target=feed, args=(writing, data)).start()
    return process


def timed(arguments: list[str], data: bytes, at_once: int) -> list[float]:
    """Milliseconds from each start to each end."""
    begun = {}
    for _ in range(at_once):
        now = time.perf_counter()
        begun[spawn(arguments, data)] = now
    times = []
    while begun:
        process, _ = os.waitpid(-1, 0)
        times.append((time.perf_counter() - begun.pop(process)) * 1000)
    return times


def commands(folder: Path) -> dict[str, list[str]]:
    """What is compared."""
    ordinary = folder / "ordinary.py"
    ordinary.write_text(ORDINARY_HOOK)
    root = str(folder / "root")
    bare = [INTERPRETER, "-I", "-S", "-c", "pass"]
    hook = hook_command(INTERPRETER, str(ENTRY), root, "/bin/true")
    return {
        RAW: bare,
        TRUE: ["/bin/sh", "-c", "/bin/true"],
        FLOOR: ["/bin/sh", "-c", shlex.join(bare)],
        HOOK: ["/bin/sh", "-c", hook],
        START: ["/bin/sh", "-c", hook],
        ORDINARY: ["/bin/sh", "-c", shlex.join([INTERPRETER, str(ordinary), root])],
    }


def measure(runs: int, folder: Path) -> dict[Job, list[float]]:
    """All times of all jobs, ``runs`` of each, taking turns."""
    programs = commands(folder)
    alone: list[Job] = [(name, size, 1) for name in (FLOOR, HOOK) for size in KILOBYTES]
    alone += [(name, 2, 1) for name in (RAW, TRUE, START, ORDINARY)]
    alone += [(ORDINARY, 20, 1)]
    together: list[Job] = [(name, size, AT_ONCE) for name in (FLOOR, HOOK) for size in KILOBYTES]
    together += [(ORDINARY, 2, AT_ONCE)]
    data = {size: payload("PostToolUse", size) for size in KILOBYTES}
    end = payload("SubagentStop", 2)
    times: dict[Job, list[float]] = {job: [] for job in alone + together}
    for job in alone:
        timed(programs[job[0]], data[2], 1)  # warm the caches
    for turn in range(runs):
        jobs = alone + (together if turn % AT_ONCE == 0 else [])
        for job in random.sample(jobs, len(jobs)):
            name, size, at_once = job
            times[job] += timed(programs[name], end if name == START else data[size], at_once)
    return times


def collectors_started(folder: Path) -> int:
    """How many collectors a burst of ends starts while the first one works."""
    program = folder / "collector"
    program.write_text(COUNTING_COLLECTOR)
    program.chmod(0o755)
    command = hook_command(INTERPRETER, str(ENTRY), str(folder / "burst"), str(program))
    timed(["/bin/sh", "-c", command], payload("SubagentStop", 2), BURST)
    count = Path(f"{program}.started")
    while not count.exists():
        time.sleep(0.01)
    return len(count.read_text().split())


def costs(times: dict[Job, list[float]]) -> list[Cost]:
    """The rows of the report."""
    rows = []
    for (name, size, at_once), values in times.items():
        floor = times.get((FLOOR, size, at_once)) or times[FLOOR, 2, at_once]
        median, p95, p99 = quantiles(values)
        floor_median, _, floor_p99 = quantiles(floor)
        ratios = (round(median / floor_median, 3), round(p99 / floor_p99, 3))
        rows.append(Cost(name, size, at_once, round(median, 2), round(p95, 2), round(p99, 2), *ratios))
    return rows


def quantiles(values: list[float]) -> tuple[float, float, float]:
    """Median, 95th and 99th percentile."""
    if len(values) == 1:
        return (values[0],) * 3
    hundredths = statistics.quantiles(values, n=100, method="inclusive")
    return statistics.median(values), hundredths[94], hundredths[98]


def verdicts(rows: list[Cost], times: dict[Job, list[float]]) -> list[tuple[str, float, float]]:
    """Each target: what it is about, what was measured, what it may be at most."""
    checks = []
    for row in rows:
        what = f"{row.command}, {row.kilobytes} KB, {row.at_once} at once"
        if row.command == HOOK and row.at_once == 1:
            checks.append((f"{what}: median ratio", row.median_ratio, MEDIAN_TARGETS[row.kilobytes]))
        if row.command == START:
            checks.append((f"{what}: median ratio", row.median_ratio, START_TARGET))
    for at_once in (1, AT_ONCE):
        hook, floor = (
            quantiles([value for size in USUAL_KILOBYTES for value in times[name, size, at_once]])[2]
            for name in (HOOK, FLOOR)
        )
        what = f"{HOOK}, {USUAL_KILOBYTES[0]} and {USUAL_KILOBYTES[1]} KB, {at_once} at once"
        checks.append((f"{what}: p99 ratio", hook / floor, P99_TARGET))
        if at_once == 1:
            checks.append((f"{what}: p99 in ms", hook, P99_MS_TARGET))
    return checks


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200, help="runs of each command (default: 200)")
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hook-latency-") as name:
        times = measure(options.runs, Path(name))
        started = collectors_started(Path(name))
    rows = costs(times)
    if options.json:
        print(json.dumps({"rows": [asdict(row) for row in rows], "burst": BURST, "collectors_started": started}))
        return
    print(f"{'':32}{'KB':>6}{'at once':>9}{'median':>9}{'p95':>9}{'p99':>9}{'median x':>10}{'p99 x':>9}")
    for row in rows:
        print(
            f"{row.command:32}{row.kilobytes:6}{row.at_once:9}{row.median:9.1f}{row.p95:9.1f}{row.p99:9.1f}"
            f"{row.median_ratio:10.2f}{row.p99_ratio:9.2f}"
        )
    print(f"\nms per whole process; x is the ratio to the {FLOOR} with the same payload and as many at once")
    print(f"a burst of {BURST} ends started {started} collector(s)\n")
    for what, measured, target in verdicts(rows, times):
        print(f"{'ok    ' if measured <= target else 'MISSED'} {what} {measured:.2f}, at most {target}")


if __name__ == "__main__":
    main()
