"""Run the real client in ``-p`` mode, in a throw-away HOME and project; wait for conditions, not for time.

The environment is built from nothing: not one variable of the machine but PATH is handed on, so that neither
a developer's own agent installation nor a proxy can change what a session does, and no real key can be sent
anywhere.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.client.install import install_client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

NOT_A_KEY = "not-a-key-loopback-only"
SESSION_TIMEOUT_S = 90.0
POLL_S = 0.02
SDK_PROGRAM = Path(__file__).with_name("sdk_session.py")

AGENTS = {
    "backend-architect": "Designs services and their data",
    "test-runner": "Runs the tests and reports",
    "code-reviewer": "Reads a change and says what is wrong with it",
    "security-auditor": "Looks for holes",
}
"""The agents every project of ours defines; name → description."""

ALLOWED_TOOLS = ("Agent", "Task", "Bash", "Read", "Write", "Edit", "Glob", "Grep", "TaskStop", "SendMessage")

HOLD = "sh hold.sh"
"""A shell command that runs until the workplace is released; see :meth:`Workplace.release`."""

HOLD_SCRIPT = """\
# Say that the command runs, then wait to be released; give up after a minute: nothing may outlive a test run.
touch held
n=0
while [ ! -e released ] && [ "$n" -lt 1200 ]; do
  sleep 0.05
  n=$((n + 1))
done
"""


@dataclass(frozen=True, slots=True)
class Client:
    """One version of the real client."""

    version: str
    binary: Path

    @classmethod
    def installed(cls, version: str) -> Self:
        """Install this version where it is missing; see :func:`tests.client.install.install_client`."""
        return cls(version, install_client(version))


@dataclass(frozen=True, slots=True)
class Workplace:
    """A throw-away HOME and project."""

    home: Path
    project: Path

    @property
    def user_settings(self) -> Path:
        """The settings file that ``afteraction install --user`` edits."""
        return self.home / ".claude" / "settings.json"

    @property
    def held(self) -> bool:
        """Whether the command :data:`HOLD` is running, or has run."""
        return (self.project / "held").exists()

    def release(self) -> None:
        """Let the command :data:`HOLD` end."""
        (self.project / "released").touch()

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """What a program that belongs to this workplace sees: PATH, this HOME, and what is added."""
        plain = {"LANG": "C.UTF-8", "SHELL": "/bin/sh", "TERM": "dumb"}
        path = os.environ.get("PATH", os.defpath)
        return {**plain, "PATH": path, "HOME": str(self.home), **(extra or {})}

    def transcript(self, session_id: str) -> Path | None:
        """The main transcript of a session, or None while there is none."""
        return next(iter(self.home.glob(f".claude/projects/*/{session_id}.jsonl")), None)

    def agent_transcripts(self, session_id: str) -> list[Path]:
        """The transcripts of a session's subagents, by name."""
        return sorted(self.home.glob(f".claude/projects/*/{session_id}/subagents/agent-*.jsonl"))


def make_workplace(folder: Path, *, git: bool = False) -> Workplace:
    """A HOME that trusts the project and has nothing else, and a project with files, agents and permissions.

    Args:
        folder: where both are made; created if missing.
        git: make the project a git repository.
    """
    place = Workplace(home=folder / "home", project=folder / "project")
    agents = place.project / ".claude" / "agents"
    for path in (place.home, agents, place.project / "src"):
        path.mkdir(parents=True)
    (place.project / "README.md").write_text("# A project to work on\n")
    (place.project / "src" / "auth.py").write_text("def login():\n    return None\n")
    (place.project / "hold.sh").write_text(HOLD_SCRIPT)
    permissions = {"permissions": {"allow": list(ALLOWED_TOOLS)}}
    (place.project / ".claude" / "settings.json").write_text(json.dumps(permissions))
    trusted = {"projects": {str(place.project): {"hasTrustDialogAccepted": True}}}
    (place.home / ".claude.json").write_text(json.dumps(trusted))
    for name, description in AGENTS.items():
        define_agent(agents, name, description)
    if git:
        subprocess.run(("git", "init", "-q"), cwd=place.project, env=place.environment(), check=True)
    return place


def define_agent(folder: Path, name: str, description: str) -> None:
    """Write an agent's definition as the client reads it."""
    folder.mkdir(parents=True, exist_ok=True)
    front = f"---\nname: {name}\ndescription: {description}\n---\n"
    (folder / f"{name}.md").write_text(f"{front}Do the task you are given, then report in one sentence.\n")


def client_environment(model_url: str) -> dict[str, str]:
    """What the client needs beside its workplace: the scripted model, and quiet about everything else."""
    return {
        "ANTHROPIC_BASE_URL": model_url,
        "ANTHROPIC_API_KEY": NOT_A_KEY,
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "CLAUDE_CODE_MAX_RETRIES": "0",
        "DISABLE_AUTOUPDATER": "1",
        "DISABLE_ERROR_REPORTING": "1",
        "DISABLE_TELEMETRY": "1",
    }


@dataclass(frozen=True, slots=True)
class Ended:
    """How a client's process ended."""

    exit_code: int
    """As the operating system says it: negative for a signal."""
    stdout: bytes
    stderr: bytes
    seconds: float


@dataclass(slots=True)
class ClientSession:
    """One process of the client; starts when made.

    Args:
        client: the version to run.
        place: its HOME and project.
        model_url: where the scripted model is.
        prompt: what the user says.
        arguments: further arguments of the client, before the prompt.
        environment: further variables, such as ``OAK_WORKFLOW_ID``.
        through_sdk: let the Python Agent SDK start the client, instead of starting it ourselves.
    """

    client: Client
    place: Workplace
    model_url: str
    prompt: str
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    through_sdk: bool = False
    session_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    _process: subprocess.Popen[bytes] = field(init=False)
    _started: float = field(init=False)

    def __post_init__(self) -> None:
        """Start the client, its output going to files, so that no full pipe can hold it up."""
        self._started = time.perf_counter()
        with self._output("stdout").open("wb") as stdout, self._output("stderr").open("wb") as stderr:
            self._process = subprocess.Popen(
                self._command(),
                cwd=self.place.project,
                env=self.place.environment({**client_environment(self.model_url), **self.environment}),
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
            )

    @property
    def running(self) -> bool:
        """Whether the process has not ended yet."""
        return self._process.poll() is None

    def interrupt(self) -> None:
        """Send SIGINT to the client's process, and to no other."""
        self._process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """Send SIGKILL to the client's process, and to no other."""
        self._process.kill()

    def wait(self, timeout_s: float = SESSION_TIMEOUT_S) -> Ended:
        """Wait for the end; a client that does not end in time is killed and reported as an error.

        Raises:
            TimeoutError: it took too long; carries what the client had printed.
        """
        try:
            code = self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            printed = self._output("stdout").read_bytes() + self._output("stderr").read_bytes()
            raise TimeoutError(f"the client ran for more than {timeout_s:g} s; it printed {printed!r}") from None
        return Ended(
            exit_code=code,
            stdout=self._output("stdout").read_bytes(),
            stderr=self._output("stderr").read_bytes(),
            seconds=time.perf_counter() - self._started,
        )

    def _command(self) -> tuple[str, ...]:
        binary = str(self.client.binary)
        if self.through_sdk:
            return (sys.executable, "-I", str(SDK_PROGRAM), binary, self.session_id, self.prompt)
        return (binary, "-p", "--session-id", self.session_id, *self.arguments, self.prompt)

    def _output(self, stream: str) -> Path:
        return self.place.home.parent / f"{self.session_id}.{stream}"


def wait_until(condition: Callable[[], object], what: str, *, timeout_s: float = 120.0) -> None:
    """Return as soon as the condition holds.

    Raises:
        TimeoutError: it did not hold in time; the message says what was waited for.
    """
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {timeout_s:g} s in vain until {what}")
        time.sleep(POLL_S)


def json_lines(path: Path) -> Iterator[dict[str, object]]:
    """The complete lines of a JSONL file."""
    for line in path.read_bytes().splitlines(keepends=True):
        if line.endswith(b"\n"):
            yield json.loads(line)
