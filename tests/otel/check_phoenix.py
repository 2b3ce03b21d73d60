"""Send a history to a real Arize Phoenix and ask it what it has: ``make phoenix``.

Not part of ``make test``: Phoenix and what it needs are 300 packages. It checks what only a receiver that shows spans
can tell: that nesting, kinds, tokens, status and session are understood, and that sending all of it twice adds nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.program import piped
from tests.records import busy_workflow, history, write_records, write_workflow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE_S = 180
SPANS = 11 + 11 * 6 + 1 + 20 * 7
Seen = dict[str, dict[str, Any]]


def check(url: str, root: Path) -> None:
    """Export, look, export everything again, look again; AssertionError when Phoenix shows something else."""
    for more in range(2):
        write_records(root, *history(20 + more))  # what is new arrives last: when it is there, so is all before it
        done = piped(root, "otlp", url)
        assert done.code == 0, done.stderr
        print(done.stdout, end="")  # noqa: T201 - this program reports
        shutil.rmtree(root / "state")
        expected = SPANS + more * 7
        seen = until(lambda: spans(url), partial(_at_least, expected))
        check_spans(seen, more)
        print(f"Phoenix shows {len(seen)} spans: {dict(kinds(seen))}")  # noqa: T201


def check_spans(seen: Seen, more: int) -> None:
    """What Phoenix says of the spans, against what the records say; ``more`` of them came with the second export."""
    assert kinds(seen) == {"TOOL": (31 + more) * 6, "AGENT": 31 + more, "UNKNOWN": 1}
    nested = Counter((span["span_kind"], seen.get(span["parent_id"], {}).get("span_kind")) for span in seen.values())
    assert nested == {
        ("TOOL", "AGENT"): 186 + more * 6,
        ("AGENT", None): 20 + more,
        ("AGENT", "UNKNOWN"): 8,
        ("AGENT", "AGENT"): 3,
        ("UNKNOWN", None): 1,
    }
    agents = [span["attributes"] for span in seen.values() if span["span_kind"] == "AGENT"]
    assert {agent["llm.token_count.prompt"] for agent in agents} == {49_200}
    assert {agent["llm.token_count.completion"] for agent in agents} == {850}
    assert {agent["session.id"] for agent in agents} == {"6f0c6a43-5a3e-4e0a-9a44-0d5f3f1c2b7e"}
    for span in seen.values():
        failed = span["attributes"].get("afteraction.status") == "failure" and span["span_kind"] == "AGENT"
        assert span["status_code"] == ("ERROR" if failed else "UNSET")


def _at_least(count: int, seen: Seen) -> bool:
    return len(seen) >= count


def kinds(seen: Seen) -> Counter[str]:
    """How many spans of each kind."""
    return Counter(span["span_kind"] for span in seen.values())


def spans(url: str) -> Seen:
    """Every span that Phoenix has, by its id."""
    with urllib.request.urlopen(f"{url}/v1/projects/default/spans?limit=1000", timeout=30) as answer:  # noqa: S310
        found = json.load(answer)["data"]
    seen = {span["context"]["span_id"]: span for span in found}
    assert len(seen) == len(found), "Phoenix shows a span twice"
    return seen


def until(ask: Callable[[], Seen], enough: Callable[[Seen], bool]) -> Seen:
    """The first answer that is enough; Phoenix takes spans before it shows them."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            found = ask()
        except (urllib.error.URLError, ConnectionError):
            found = {}
        if enough(found):
            return found
        time.sleep(0.2)
    raise TimeoutError("Phoenix did not show what it was sent")


@contextmanager
def phoenix(program: str, folder: Path) -> Iterator[str]:
    """A running Phoenix with nothing in it; its address."""
    with socket.socket() as one, socket.socket() as two:
        for probe in (one, two):
            probe.bind(("127.0.0.1", 0))
        port, grpc_port = one.getsockname()[1], two.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PHOENIX_WORKING_DIR": str(folder),
        "PHOENIX_HOST": "127.0.0.1",
        "PHOENIX_PORT": str(port),
        "PHOENIX_GRPC_PORT": str(grpc_port),
        "PHOENIX_TELEMETRY_ENABLED": "false",
    }
    log = (folder / "phoenix.log").open("wb")
    process = subprocess.Popen([program, "serve"], env=environment, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: {"": {}} if spans(url) == {} else {}, bool)
        yield url
    finally:
        process.terminate()
        process.wait(30)
        log.close()


def main() -> None:
    """Run the check against the Phoenix that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("phoenix", help="the program of Arize Phoenix")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        records, found = busy_workflow()
        write_records(folder / "root", *records)
        write_workflow(folder / "root", found)
        with phoenix(parser.parse_args().phoenix, folder) as url:
            check(url, folder / "root")


if __name__ == "__main__":
    main()
