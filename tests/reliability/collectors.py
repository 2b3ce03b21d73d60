"""Collectors on demand, each a process of its own, plain or traced, where the hooks of a session have run."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tests.reliability.traced import attach, calls_at_paths, calls_in
from tests.replay import SESSIONS, Machine, payloads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tests.reliability.traced import Call

SERVER = Path(__file__).with_name("collector_server.py")
DERIVED = ("invocations", "workflows")
CASE = "02d_bg_nested"
"""A recorded session with two subagents, one of which started the other, in one workflow."""
WORKERS = 2
"""Threads of a test that run collectors at once."""
ROOT, PID = "@root@", "@pid@"
"""Stand for a collector's own root and process id in the path of a call, as it writes both into its files' names."""
Row = TypeVar("Row")


class Told:
    """A machine on which the hooks of a session have run; its transcripts stay, its telemetry root is copied."""

    def __init__(self, folder: Path, case: str = CASE, *, hooks: bool = True, unheard: str | None = None) -> None:
        """Make the machine in a folder; only transcripts tell of an ``unheard`` case, and of all without ``hooks``."""
        self.folder = folder
        self._machine = Machine(folder / "home")
        self._machine.home.mkdir()
        self._machine.place_transcripts(case, age_s=3600)
        if hooks:
            self._machine.send(payloads(case, self._machine))
        if unheard is not None:
            self._machine.place_transcripts(unheard, age_s=3600)

    def root(self, name: str) -> Path:
        """A telemetry root as the hooks left it, in a place of its own."""
        root = self.folder / name
        shutil.rmtree(root, ignore_errors=True)
        if self._machine.root.is_dir():
            shutil.copytree(self._machine.root, root)
        return root

    def log(self, name: str) -> Path:
        """Where a trace goes."""
        return self.folder / f"{name}.strace"

    def server(self, name: str) -> Server:
        """A server for one thread."""
        return Server(self._machine.environ, self.root(f"{name}-first"))


class Server:
    """The forking process; one test thread may use it at a time."""

    def __init__(self, environ: dict[str, str], scratch: Path) -> None:
        """Start it with this environment; it makes its first pass over a copy of a root, ``scratch``."""
        self._process = subprocess.Popen(
            [sys.executable, str(SERVER)], env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.pid = self._process.pid
        """The last process that was traced."""
        self.collect(scratch)

    def collect(self, root: Path, *, sweep: bool = False) -> int:
        """Run a collector; its exit status, or 128 and the signal that killed it."""
        self._order(root, sweep=sweep, waits=False)
        return self._status()

    def collect_traced(self, root: Path, log: Path, options: Sequence[str], *, sweep: bool = False) -> int:
        """The same, traced by ``strace`` from the collector's first call on."""
        self._order(root, sweep=sweep, waits=True)
        self.pid = self._answer()
        own = [option.replace(ROOT, str(root)).replace(PID, str(self.pid)) for option in options]
        tracer = attach(self.pid, log, own)
        os.kill(self.pid, signal.SIGUSR1)
        status = self._status()
        tracer.communicate()
        return status

    def close(self) -> None:
        """End it."""
        self._process.communicate()

    def _order(self, root: Path, *, sweep: bool, waits: bool) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"root": str(root), "sweep": sweep, "waits": waits}) + "\n")
        self._process.stdin.flush()

    def _answer(self) -> int:
        assert self._process.stdout
        return int(self._process.stdout.readline())

    def _status(self) -> int:
        status = self._answer()
        return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def derived(root: Path) -> dict[str, bytes]:
    """Every record and workflow file below a root, by its place."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for name in DERIVED
        for path in sorted((root / name).rglob("*"))
        if path.is_file()
    }


def temporary_files(root: Path) -> list[str]:
    """What a writer left unfinished."""
    return sorted(str(path.relative_to(root)) for path in root.rglob(".*") if path.is_file())


def undisturbed(told: Told, *, sweep: bool) -> tuple[list[Call], dict[str, bytes]]:
    """The calls of a collector that nothing happens to, and what it writes.

    Of a sweep only those on the transcripts and the telemetry root: it looks for damaged records with a database
    engine whose threads share out what they read of the system differently each time, and which ends the process when
    it may not. After a hook there is no such engine, and every call is listed.
    """
    server = told.server("undisturbed")
    root, log = told.root("undisturbed"), told.log("undisturbed")
    assert server.collect_traced(root, log, ["--decode-fds=path"] if sweep else [], sweep=sweep) == 0
    server.close()
    if not sweep:
        return calls_in(log), derived(root)
    calls = calls_at_paths(log, told.folder)
    return [replace(call, path=any_run_s(call, root, server.pid)) for call in calls], derived(root)


def any_run_s(call: Call, root: Path, pid: int) -> str:
    """The path of a call as it is in any run."""
    return str(call.path).replace(str(root), ROOT).replace(f".{pid}.", f".{PID}.")


def shared_out(told: Told, rows: Iterable[Row], judge: Callable[[Server, str, Row], str | None]) -> list[str]:
    """What ``judge`` says against each row, a few at a time; it gets a server and a name for its own files."""
    rows = list(rows)

    def work(worker: int) -> list[str]:
        name = f"worker-{worker}"
        server = told.server(name)
        said = [judge(server, name, row) for row in rows[worker::WORKERS]]
        server.close()
        return [text for text in said if text is not None]

    with ThreadPoolExecutor(WORKERS) as pool:
        return [text for texts in pool.map(work, range(WORKERS)) for text in texts]


def essence(root: Path) -> list[dict[str, Any]]:
    """The records below a root but for what depends on whether a hook or a transcript told of the agent."""
    return sorted((shorn(json.loads(path.read_bytes())) for path in root.glob("invocations/*/*.json")), key=str)


def shorn(record: dict[str, Any]) -> dict[str, Any]:
    """A record without its source and its evidence."""
    metadata = {key: value for key, value in record["metadata"].items() if key != "source"}
    return record | {"metadata": metadata | {"outcome": metadata["outcome"]["category"]}}


def expected(case: str) -> list[dict[str, Any]]:
    """What a recorded session gives when nothing goes wrong."""
    stored = json.loads((SESSIONS / case / "expected.json").read_bytes())["records"]
    return sorted(map(shorn, stored), key=str)
