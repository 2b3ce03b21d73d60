"""One session's main file: prompts, work, and the agents it spawns along the way.

Turns share the session's bytes evenly; a wave of agents stands in the middle of its turn. Background agents are
announced to the main thread at the end of the turn, as the client does when nothing else is going on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.history.agents import Stage, give_back, spawn, write_surroundings
from benchmarks.history.endings import INTERRUPTED, REJECTED, SERVER_ERROR
from benchmarks.history.lines import Author, Writer
from benchmarks.history.work import work

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from benchmarks.history.agents import Launch, Tally, Wave
    from benchmarks.history.lines import Setting
    from benchmarks.history.texts import Texts

MODELS = {False: "claude-opus-4-8", True: "claude-opus-5-5"}
"""Of the main thread, by whether the version is the newer one."""
TURN_WITHOUT_WAVE = 120_000
"""Bytes; a session without agents has a turn for each of these."""


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """One session to be written."""

    setting: Setting
    folder: Path
    """The project's folder of transcripts."""
    started: int
    """Epoch ms."""
    size: int
    """Bytes the main file is to have."""
    waves: tuple[Wave, ...]
    refused_type: str | None = None
    """An agent type that a rule refuses to start: an invocation without a file."""
    user_refuses: bool = False
    """The user says no to a spawn call: no invocation at all."""


def write_session(plan: SessionPlan, texts: Texts, rng: Random, tally: Tally) -> None:
    """Write a session's files and count them in ``tally``."""
    setting = plan.setting
    author = Author(MODELS[setting.is_new], prompt_id="")
    main = Writer(plan.folder / f"{setting.session_id}.jsonl", setting, author, rng, plan.started)
    stage = Stage(texts, tally, plan.folder / setting.session_id / "subagents")
    _open(main)
    turns = max(len(plan.waves), plan.size // TURN_WITHOUT_WAVE if not plan.waves else 1, 1)
    for turn in range(turns):
        _prompt(main, stage, plan, first=turn == 0)
        wave = plan.waves[turn] if turn < len(plan.waves) else None
        until = plan.size * (turn + 1) // turns
        work(main, texts, (main.size + until) // 2)
        if wave is None:
            _finish_turn(main, stage, until, [])
            continue
        launches = spawn(main, wave, stage)
        if wave.ending == "cut":
            break
        if wave.background:
            for launch in launches:
                _launched(main, launch)
        else:
            give_back(main, launches)
        if wave.ending == "interrupted":
            main.wait(5_000, 60_000)
        else:
            _finish_turn(main, stage, until, launches if wave.background else [])
    tally.take(main)


def _open(main: Writer) -> None:
    session = f'"sessionId":"{main.setting.session_id}"'
    if main.setting.entrypoint == "cli":
        main.loose("mode", f'"mode":"normal",{session}')
        main.loose("permission-mode", f'"permissionMode":"default",{session}')


def _prompt(main: Writer, stage: Stage, plan: SessionPlan, *, first: bool) -> None:
    main.begin_prompt()
    message = main.uuid()
    snapshot = f'{{"messageId":"{message}","trackedFileBackups":{{}},"timestamp":"{main.stamp()}"}}'
    main.loose("file-history-snapshot", f'"messageId":"{message}","snapshot":{snapshot},"isSnapshotUpdate":false')
    said = stage.texts.say(main.rng, main.rng.randrange(40, 1_500))
    main.said(f'"{said}"', '"permissionMode":"default","origin":{"kind":"human"},"promptSource":"typed",')
    if not first:
        return
    write_surroundings(main, stage.texts, plan.size)
    if plan.refused_type is not None:
        _refuse_type(main, plan.refused_type)
        stage.tally.categories["not_started"] += 1
    if plan.user_refuses:
        _refuse_call(main)
        main.begin_prompt()
        main.said('"Do it yourself."', '"permissionMode":"default","origin":{"kind":"human"},"promptSource":"typed",')


def _refuse_type(main: Writer, agent_type: str) -> None:
    said = f"Agent type '{agent_type}' has been denied by permission rule 'Agent({agent_type})' from projectSettings."
    call = _call(main, "Agent", f'{{"description":"Plan it","prompt":"Plan.","subagent_type":"{agent_type}"}}')
    main.result(call, f'"{said}"', f'"Error: {said}"', is_error=True)


def _refuse_call(main: Writer) -> None:
    call = _call(main, "Agent", '{"description":"Sort it","prompt":"Sort.","subagent_type":"general-purpose"}')
    main.result(call, f'"{REJECTED}"', '"User rejected tool use"', is_error=True)
    main.said(INTERRUPTED)


def _call(main: Writer, name: str, arguments: str) -> tuple[str, str]:
    main.wait(500, 5_000)
    call = main.tool_use(main.begin_message(), name, arguments)
    main.wait(20, 500)
    return call


def _launched(main: Writer, launch: Launch) -> None:
    agent_id, output = launch.author.agent_id, _output_file(main, launch)
    said = f"Async agent launched successfully.\\nagentId: {agent_id} (internal ID)\\noutput_file: {output}"
    detail = (
        f'{{"isAsync":true,"status":"async_launched","agentId":"{agent_id}","description":"{launch.description}",'
        f'"resolvedModel":"{launch.author.model}","prompt":"{launch.prompt}","outputFile":"{output}",'
        '"canReadOutputFile":true}'
    )
    main.result(launch.call, f'[{{"type":"text","text":"{said}"}}]', detail)


def _finish_turn(main: Writer, stage: Stage, until: int, running: list[Launch]) -> None:
    if main.size < until:
        work(main, stage.texts, until)
    for launch in sorted(running, key=lambda launch: launch.ended):
        main.now = max(main.now, launch.ended + 40)
        if launch.plan.ending == "stopped":
            _stop(main, launch)
    _answer(main, stage)
    for launch in sorted(running, key=lambda launch: launch.ended):
        if launch.plan.ending not in ("stopped", "abandoned"):
            _notify(main, launch)
            _answer(main, stage)
    session = f'"sessionId":"{main.setting.session_id}"'
    main.loose("last-prompt", f'"lastPrompt":"Go on.","leafUuid":"{main.last_uuid}",{session}')
    main.wait(10_000, 600_000)


def _answer(main: Writer, stage: Stage) -> None:
    main.wait(500, 9_000)
    main.text(main.begin_message(), stage.texts.say(main.rng, main.rng.randrange(100, 2_500)), "end_turn")


def _stop(main: Writer, launch: Launch) -> None:
    agent_id, session = launch.author.agent_id, main.setting.session_id
    call = _call(main, "TaskStop", f'{{"task_id":"{agent_id}"}}')
    notice = _notice(main, launch, "killed", "was stopped by Claude")
    stamp = main.stamp()
    main.loose(
        "queue-operation",
        f'"operation":"enqueue","timestamp":"{stamp}","sessionId":"{session}","content":"{notice}"',
    )
    said = f'"message":"Successfully stopped task: {agent_id}","task_id":"{agent_id}","task_type":"local_agent"'
    quoted = said.replace('"', '\\"')
    main.result(call, f'"{{{quoted}}}"', f"{{{said}}}")
    main.loose("queue-operation", f'"operation":"remove","timestamp":"{stamp}","sessionId":"{session}"')
    main.attachment(
        f'"type":"queued_command","prompt":"{notice}","commandMode":"task-notification","timestamp":"{stamp}"'
    )


def _notify(main: Writer, launch: Launch) -> None:
    failed = launch.plan.ending == "api_error" and main.setting.is_new
    summary = f"failed: Agent terminated early due to an API error: {SERVER_ERROR}" if failed else "finished"
    notice = _notice(main, launch, "failed" if failed else "completed", summary)
    session, stamp = main.setting.session_id, main.stamp()
    main.loose(
        "queue-operation",
        f'"operation":"enqueue","timestamp":"{stamp}","sessionId":"{session}","content":"{notice}"',
    )
    main.loose("queue-operation", f'"operation":"dequeue","timestamp":"{stamp}","sessionId":"{session}"')
    main.begin_prompt()
    main.said(
        f'"{notice}"', '"permissionMode":"default","origin":{"kind":"task-notification"},"promptSource":"system",'
    )


def _notice(main: Writer, launch: Launch, status: str, summary: str) -> str:
    result = f"\\n<result>{launch.answer}</result>" if status == "completed" else ""
    return (
        f"<task-notification>\\n<task-id>{launch.author.agent_id}</task-id>\\n<tool-use-id>{launch.call[0]}"
        f"</tool-use-id>\\n<output-file>{_output_file(main, launch)}</output-file>\\n<status>{status}</status>\\n"
        f'<summary>Agent \\"{launch.description}\\" {summary}</summary>{result}\\n</task-notification>'
    )


def _output_file(main: Writer, launch: Launch) -> str:
    return f"/tmp/claude/{main.setting.session_id}/tasks/{launch.author.agent_id}.output"  # noqa: S108 - never opened
