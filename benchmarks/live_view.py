"""How soon the live view shows what a hook told, and what it costs to keep looking.

Hooks are real processes, and the watch runs as ``afteraction top`` runs it. The delay is from the moment at which the
hook was started, so its own run is part of it. Run: ``python -m benchmarks.live_view [--starts N] [--sessions N]``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import afteraction
from afteraction.live.spool_tail import MOST_FILES
from afteraction.live.watch import TICK_S, Watch
from afteraction.paths import Root
from afteraction.privacy.redactor import Redactor

LOOKS = 200
LINES = 60
ENTRY = Path(afteraction.__file__).parent / "hook" / "entry.py"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=40, help="agents that start")
    parser.add_argument("--sessions", type=int, default=MOST_FILES, help="sessions in the large spool")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        delays = update_delays(Root(Path(folder) / "small"), chosen.starts)
        print(f"{len(delays)} starts, a look every {TICK_S * 1000:.0f} ms: seen after {_figures(delays)}")
        for sessions in (20, chosen.sessions):
            root = Root(Path(folder) / str(sessions))
            write_spool(root, sessions)
            print(looks(root, sessions))


def update_delays(root: Root, starts: int) -> list[float]:
    """Milliseconds from the start of a hook to the change that shows its agent, one each."""
    seen: dict[str, float] = {}
    stop = threading.Event()

    def follow() -> None:
        for snapshot in _watch(root).changes(stop):
            now = time.perf_counter()
            for agent in snapshot.running:
                seen.setdefault(agent.agent_id, now)

    viewer = threading.Thread(target=follow)
    viewer.start()
    begun: dict[str, float] = {}
    dice = random.Random(1)  # noqa: S311 - a pause, not a secret
    for number in range(starts):
        agent_id = f"a{number:016x}"
        time.sleep(dice.uniform(0, 2 * TICK_S))  # hooks do not wait for looks
        begun[agent_id] = time.perf_counter()
        _run_hook(root, agent_id)
        while agent_id not in seen:
            time.sleep(0.001)
    stop.set()
    viewer.join()
    return [(seen[agent_id] - at) * 1000 for agent_id, at in begun.items()]


def looks(root: Root, sessions: int) -> str:
    """What the first look and those after it cost on a spool in which nothing happens."""
    watch = _watch(root)
    begun = time.perf_counter()
    running = len(watch.look().running)
    first_ms = (time.perf_counter() - begun) * 1000
    time.sleep(0.2)  # a folder that has just been written is listed once more
    watch.look()
    spent = time.process_time()
    for _ in range(LOOKS):
        watch.look()
    each_ms = (time.process_time() - spent) * 1000 / LOOKS
    share = each_ms / (TICK_S * 1000)
    return (
        f"{sessions} sessions, {sessions * LINES:,} lines, {running} agents running: first look {first_ms:.0f} ms, "
        f"each one after it {each_ms:.2f} ms of processor time, {share:.1%} of one core"
    )


def write_spool(root: Root, sessions: int) -> None:
    """Sessions of this process with thirty agents each, of which one in twenty sessions still has one at work."""
    root.spool.mkdir(parents=True)
    now_ms = time.time_ns() // 1_000_000
    client = {"pid": os.getpid(), "started": int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])}
    for session in range(sessions):
        lines = []
        for line in range(LINES - (session % 20 == 0)):
            name = "SubagentStop" if line % 2 else "SubagentStart"
            payload = {
                "hook_event_name": name,
                "session_id": f"s{session}",
                "agent_id": f"a{session:08x}{line // 2:08x}",
                "agent_type": "test-runner",
            }
            lines.append(json.dumps({"v": 1, "at": now_ms - LINES + line, "client": client, "payload": payload}))
        (root.spool / f"s{session}.jsonl").write_text("\n".join(lines) + "\n")


def _watch(root: Root) -> Watch:
    environ = {"HOME": str(root.path)}
    return Watch(root, environ, Redactor(environ, str(root.path)))


def _run_hook(root: Root, agent_id: str) -> None:
    payload = {
        "hook_event_name": "SubagentStart",
        "session_id": "benchmark",
        "agent_id": agent_id,
        "agent_type": "test-runner",
    }
    python = os.path.realpath(sys.executable)
    command = [python, "-I", "-S", str(ENTRY), str(root.path), "/nonexistent/python"]
    subprocess.run(command, input=json.dumps(payload).encode(), env={}, check=True)


def _figures(delays: list[float]) -> str:
    ordered = sorted(delays)
    return f"{statistics.median(ordered):.0f} ms (median), {ordered[-1]:.0f} ms (longest)"


if __name__ == "__main__":
    main()
