"""Show what Afteraction records, on real sessions: ``python -m demo.run`` from the checkout, or ``make demo``.

Everything happens in a new folder with its own HOME, which is kept for you to look at. The model is scripted, so
that no account is needed and every run goes the same way; the client, the hooks and the records are real. Where
npm is missing (or fails), recorded sessions go through the installed hook instead of a live client.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from demo.replay import CASES, replay
from demo.sessions import SESSIONS
from demo.terminal import run_in_terminal
from tests.client.install import NEWEST, ClientUnavailableError
from tests.client.product import data_home, telemetry_folder
from tests.client.run import Client, Workplace, make_workplace
from tests.client.scenarios import play_in


def main() -> int:
    """Run the demo; 0 when records were made."""
    folder = Path(tempfile.mkdtemp(prefix="afteraction-demo-"))
    place = make_workplace(folder)
    say(f"A throw-away HOME and project: {folder}")
    show(place, "install", "--user")
    run_sessions(place)
    show(place, "collect", "--sweep")
    show(place, "agents")
    show(place, "workflow", largest_workflow(place))
    return show_records(place)


def run_sessions(place: Workplace) -> None:
    """Have subagents do something: live where the client can be had, else from recordings."""
    say(f"\nClaude Code {NEWEST}, with a scripted model on loopback (the first time, npm downloads the client)")
    try:
        client = Client.installed(NEWEST)
    except ClientUnavailableError as missing:
        say(f"  {missing}.\n  Until then: recorded sessions, replayed through the installed hook.")
        for case in CASES:
            say(f"  {case}: {replay(place, case)} hook runs")
        return
    for scenario in SESSIONS:
        result = play_in(place, scenario, client)
        said = " | ".join((result.stdout + result.stderr).decode().split("\n")).rstrip(" |")
        say(f'  "{scenario.prompt}": {result.seconds:.1f} s, exit code {result.exit_code}, the client printed: {said}')


def largest_workflow(place: Workplace) -> str:
    """The workflow with the most to see."""
    files = telemetry_folder(place).glob("workflows/*.json")
    workflows = [json.loads(path.read_bytes()) for path in files]
    largest = max(workflows, key=lambda workflow: len(workflow["invocations"]), default={"workflow_id": "last"})
    return str(largest["workflow_id"])


def show_records(place: Workplace) -> int:
    """Show the first failure, and one record as it lies on the disk."""
    records = sorted(telemetry_folder(place).glob("invocations/*/*.json"))
    read: dict[Path, dict[str, Any]] = {path: json.loads(path.read_bytes()) for path in records}
    failed = [path for path, record in read.items() if record["status"] == "failure"]
    if not records:
        say("\nNo record was made: this is a bug; `afteraction doctor` may say why.")
        return 1
    for path in failed[:1]:
        show(place, "show", str(read[path]["invocation_id"]))
    one = (failed or records)[0]
    say(f"\n{len(records)} records, {len(failed)} of them failures. One of them, {one}:\n{one.read_text()}")
    say(f"Everything is below {place.home.parent}; delete it when you have seen enough.")
    return 0


def show(place: Workplace, *arguments: str) -> None:
    """Run one command and show it with what it printed."""
    say(f"\n$ afteraction {' '.join(arguments)}")
    command = (sys.executable, "-P", "-m", "afteraction", *arguments)
    environment = place.environment({"XDG_DATA_HOME": str(data_home(place))})
    say(run_in_terminal(command, cwd=place.project, environment=environment).rstrip())


def say(text: str) -> None:
    """Print at once, so that the order is right when the output is a file."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
