"""The live scenarios: what the model says, what happens meanwhile, and one driver that plays any of them.

They are data, so that every scenario runs in the same way with every version of the client, and a test names
the one it is about. Whoever checks records hands in ``before``, which installs hooks into the fresh HOME.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.client.model_server import Asked, ModelServer
from tests.client.run import HOLD, Client, ClientSession, Workplace, define_agent, make_workplace, wait_until
from tests.client.script import (
    LAST_AGENT,
    ApiError,
    Conversation,
    ToolUse,
    Turn,
    agent,
    bash,
    call,
    edit,
    read,
    say,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

USER = "MAIN"
"""The marker of the user's own conversation; scripts name it last, so that an agent's marker wins."""
FINAL = "All done."
"""What the model says last in every session that is not cut short."""

OAK = {"OAK_WORKFLOW_ID": "wf-20251030-5d41402a", "OAK_PARENT_INVOCATION_ID": "inv-20251030-9f3c2a71b0de"}
PLUGIN = "oak"
STOP_GATE = "the agent is inside its command"


@dataclass(frozen=True, slots=True)
class Scenario:
    """One session of the client, from its script to how it is cut short."""

    script: tuple[Conversation, ...]
    prompt: str = f"{USER} go"
    """What the user says; holds the marker of the user's conversation."""
    during: Callable[[ClientSession, ModelServer], None] | None = None
    """Called while the session runs: waits for a condition, then does what the scenario is about."""
    prepare: Callable[[Workplace], None] | None = None
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    through_sdk: bool = False


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """What a scenario left behind."""

    place: Workplace
    session_id: str
    exit_code: int
    """Negative for a signal, as the operating system says it."""
    stdout: bytes
    stderr: bytes
    seconds: float
    asked: tuple[Asked, ...]

    @property
    def home(self) -> Path:
        """The throw-away HOME, with the client's transcripts in it."""
        return self.place.home

    @property
    def project(self) -> Path:
        """The project the agents worked in."""
        return self.place.project

    @property
    def agent_transcripts(self) -> list[Path]:
        """The transcripts of the session's subagents."""
        return self.place.agent_transcripts(self.session_id)


def play(
    scenario: Scenario, client: Client, folder: Path, *, before: Callable[[Workplace], None] | None = None
) -> ScenarioResult:
    """Play a scenario in a new workplace.

    Args:
        scenario: one of :data:`SCENARIOS`, or your own.
        client: the version to run.
        folder: where the HOME and the project are made.
        before: called with the workplace before the client starts.

    Raises:
        TimeoutError: the session, or what it waited for, took too long.
    """
    place = make_workplace(folder)
    for step in (scenario.prepare, before):
        if step is not None:
            step(place)
    return play_in(place, scenario, client)


def play_in(place: Workplace, scenario: Scenario, client: Client) -> ScenarioResult:
    """Play a scenario as one more session of a workplace that is ready."""
    with ModelServer(scenario.script) as model:
        session = ClientSession(
            client,
            place,
            model.url,
            scenario.prompt,
            arguments=scenario.arguments,
            environment=scenario.environment,
            through_sdk=scenario.through_sdk,
        )
        try:
            if scenario.during is not None:
                scenario.during(session, model)
            ended = session.wait()
        finally:
            session.kill()
            place.release()
        asked = tuple(model.asked)
    return ScenarioResult(place, session.session_id, ended.exit_code, ended.stdout, ended.stderr, ended.seconds, asked)


def user(*tools: ToolUse, marker: str = USER) -> Conversation:
    """The user's conversation: these tools at once, then the final text."""
    return Conversation(marker, (call(*tools),), say(FINAL))


def _interrupt_when_held(session: ClientSession, _model: ModelServer) -> None:
    _wait_until_held(session)
    session.interrupt()


def _kill_when_held(session: ClientSession, _model: ModelServer) -> None:
    _wait_until_held(session)
    session.kill()


def _stop_when_held(session: ClientSession, model: ModelServer) -> None:
    _wait_until_held(session)
    model.open_gate(STOP_GATE)


def _wait_until_held(session: ClientSession) -> None:
    wait_until(lambda: session.place.held, "the subagent's command runs")


def _write_plugin(place: Workplace) -> None:
    plugin = place.project / "plugin"
    (plugin / ".claude-plugin").mkdir(parents=True)
    manifest = {"name": PLUGIN, "version": "1.0.0", "description": "A tiny plugin"}
    (plugin / ".claude-plugin" / "plugin.json").write_text(json.dumps(manifest))
    define_agent(plugin / "agents", "librarian", "Finds what is written where")


WORKER = Conversation(
    "SUB-WORK",
    (
        call(read("README.md")),
        call(write("out.txt", "one\ntwo\n"), bash("false")),
        call(edit("out.txt", "two", "2\n3")),
    ),
    say("The API is designed."),
)
READER = Conversation("SUB-READ", (call(read("src/auth.py")),), say("Read it."))
SECOND_READER = Conversation("SUB-ALSO", (call(read("README.md")),), say("Read that, too."))
TESTER = Conversation("SUB-TEST", (call(bash("true")),), say("All tests pass."))
HOLDER = Conversation("SUB-HOLD", (call(read("README.md")), call(bash(HOLD))), say("never said"))
OUTER = Conversation(
    "SUB-OUTER",
    (call(agent("test-runner", "Run the unit tests", "SUB-TEST go")), call(read("README.md"))),
    say("Designed and tested."),
)
FAILING = Conversation(
    "SUB-FAIL",
    (call(read("README.md")), ApiError(500, "api_error", "Internal server error")),
)
REFUSED = Conversation(
    "SUB-REFUSED",
    (call(read("README.md")), ApiError(400, "invalid_request_error", "This request cannot be served")),
)

HELD = (HOLDER, user(agent("backend-architect", "Migrate the schema", "SUB-HOLD go")))
"""A foreground agent stays inside its command until somebody ends the session."""

SCENARIOS: dict[str, Scenario] = {
    "foreground": Scenario((WORKER, user(agent("backend-architect", "Design auth API", "SUB-WORK go")))),
    "parallel": Scenario(
        (
            READER,
            SECOND_READER,
            TESTER,
            user(
                agent("code-reviewer", "Review the code", "SUB-READ go"),
                agent("code-reviewer", "Review the docs", "SUB-ALSO go"),
                agent("test-runner", "Run the tests", "SUB-TEST go"),
            ),
        )
    ),
    "nested": Scenario((TESTER, OUTER, user(agent("backend-architect", "Design and test", "SUB-OUTER go")))),
    "background": Scenario(
        (WORKER, user(agent("backend-architect", "Design in the background", "SUB-WORK go", background=True)))
    ),
    "unknown_type": Scenario((user(agent("no-such-agent", "Do something", "SUB-NONE go")),)),
    "api_error": Scenario((FAILING, user(agent("security-auditor", "Audit auth", "SUB-FAIL go")))),
    "api_error_background": Scenario(
        (REFUSED, user(agent("security-auditor", "Audit auth", "SUB-REFUSED go", background=True)))
    ),
    "sigint": Scenario(HELD, during=_interrupt_when_held),
    "sigkill": Scenario(HELD, during=_kill_when_held),
    "task_stop": Scenario(
        (
            HOLDER,
            Conversation(
                USER,
                (
                    call(agent("backend-architect", "Migrate the schema", "SUB-HOLD go", background=True)),
                    Turn((ToolUse("TaskStop", {"task_id": LAST_AGENT}),), gate=STOP_GATE),
                ),
                say(FINAL),
            ),
        ),
        during=_stop_when_held,
    ),
    "plugin": Scenario(
        (READER, user(agent(f"{PLUGIN}:librarian", "Find the login", "SUB-READ go"))),
        prepare=_write_plugin,
        arguments=("--plugin-dir", "plugin"),
    ),
    "oak": Scenario((READER, user(agent("code-reviewer", "Review the code", "SUB-READ go"))), environment=OAK),
    "python_sdk": Scenario(
        (WORKER, user(agent("backend-architect", "Design auth API", "SUB-WORK go"))), through_sdk=True
    ),
}
"""Every live scenario by its name."""
