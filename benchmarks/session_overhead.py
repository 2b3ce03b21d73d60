"""What Afteraction adds to a real session: ``python -m benchmarks.session_overhead`` from the checkout.

One session of 40 tool calls and 3 parallel subagents against a scripted model that answers at once, so nothing
hides the hooks' cost: with a real model's seconds per answer the share is far smaller. Three kinds of session
take turns in one run, because only neighbours on a noisy machine compare: no hooks, hooks that run ``true`` (what
any hook costs in this client), and what ``afteraction install --user`` installed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.client.install import NEWEST, VERSIONS
from tests.client.product import afteraction
from tests.client.run import Client, Workplace
from tests.client.scenarios import Scenario, ScenarioResult, play, user
from tests.client.script import Conversation, agent, bash, call, edit, read, say, write

Prepare = Callable[[Workplace], None]
MARKERS = ("SUB-ONE", "SUB-TWO", "SUB-THREE")
READS = 9
"""Of each subagent; with a command, a write and an edit it makes 12 calls. The main thread makes 4."""
TOOL_CALLS = len(MARKERS) * (READS + 3) + 4


def worker(marker: str) -> Conversation:
    """A subagent that reads, runs a command, writes and edits, one call after the other."""
    path = f"{marker}.txt"
    work = (bash("true"), write(path, "one\n"), edit(path, "one", "two"))
    reads = (read("README.md") for _ in range(READS))
    return Conversation(marker, tuple(call(tool) for tool in (*reads, *work)), say("done"))


def session() -> Scenario:
    """Three subagents at once, then one more call of the main thread."""
    agents = (agent("backend-architect", f"Job {marker}", f"{marker} go") for marker in MARKERS)
    main = user(*agents)
    main = Conversation(main.marker, (*main.steps, call(read("README.md"))), main.final)
    return Scenario((*(worker(marker) for marker in MARKERS), main))


def install(place: Workplace) -> None:
    """The hooks of the product, as a user installs them."""
    afteraction(place, "install", "--user")


def same_hooks(command: str) -> Prepare:
    """The same events and matchers as the product's, each running another command."""

    def prepare(place: Workplace) -> None:
        install(place)
        settings: dict[str, Any] = json.loads(place.user_settings.read_bytes())
        for groups in settings["hooks"].values():
            for hook in (hook for group in groups for hook in group["hooks"]):
                hook["command"] = command
        place.user_settings.write_text(json.dumps(settings))

    return prepare


def run(client: Client, prepare: Prepare | None = None) -> ScenarioResult:
    """One session in a workplace of its own; what it left detached has ended before this returns."""
    with tempfile.TemporaryDirectory(prefix="afteraction-bench-") as folder:
        result = play(session(), client, Path(folder), before=prepare)
        if result.exit_code != 0:
            raise RuntimeError(f"the session failed: {result.stdout!r} {result.stderr!r}")
        if prepare is install:
            afteraction(result.place, "collect", "--sweep")
    return result


def count_hook_runs(client: Client) -> int:
    """How often the client runs one of the product's hooks in this session; also warms up the machine."""
    with tempfile.TemporaryDirectory(prefix="afteraction-bench-") as folder:
        counter = Path(folder) / "count"
        run(client, same_hooks(f"printf x >> {counter}"))
        return counter.stat().st_size


def main() -> int:
    """Measure one version of the client and print the medians."""
    parser = argparse.ArgumentParser(description="Wall time that Afteraction's hooks add to a real session.")
    parser.add_argument("--client", choices=VERSIONS, default=NEWEST, help="version of Claude Code")
    parser.add_argument("--runs", type=int, default=7, help="sessions of each kind")
    arguments = parser.parse_args()
    client = Client.installed(arguments.client)
    kinds: dict[str, Prepare | None] = {"no hooks": None, "hooks: true": same_hooks("true"), "afteraction": install}
    hook_runs = count_hook_runs(client)
    seconds: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(arguments.runs):
        for kind, prepare in kinds.items():
            seconds[kind].append(run(client, prepare).seconds)
    report(client, seconds, hook_runs)
    return 0


def report(client: Client, seconds: dict[str, list[float]], hook_runs: int) -> None:
    """Print each kind's median and what it adds: the median over the rounds of its difference to no hooks."""
    print(f"Claude Code {client.version}: {TOOL_CALLS} tool calls, {len(MARKERS)} subagents, {hook_runs} hook runs")
    print(
        f"{'session':<14}{'n':>3}{'median s':>10}{'min s':>8}{'max s':>8}{'added ms':>10}{'added %':>9}{'ms/hook':>9}"
    )
    base = seconds["no hooks"]
    for kind, taken in seconds.items():
        line = f"{kind:<14}{len(taken):>3}{statistics.median(taken):>10.2f}{min(taken):>8.2f}{max(taken):>8.2f}"
        added = statistics.median(one - plain for one, plain in zip(taken, base, strict=True)) * 1000
        if kind != "no hooks":
            line += f"{added:>10.0f}{added / statistics.median(base) / 10:>9.1f}{added / hook_runs:>9.1f}"
        print(line)


if __name__ == "__main__":
    sys.exit(main())
