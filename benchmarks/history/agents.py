"""Subagents of a made-up session: the call that spawns them, their own files, how each ends, and what its parent gets.

An agent's ending is planned, not drawn on the way: it decides what the agent's file ends on and what its parent is
given, and with that the category which an import must find.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.history.endings import ENDINGS, INTERRUPTED, KILLED, REJECTED
from benchmarks.history.lines import Author, TokenTotals, Writer
from benchmarks.history.work import work

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.history.lines import Message
    from benchmarks.history.texts import Texts

TYPES = (
    *(
        "general-purpose",
        "Explore",
        "code-reviewer",
        "backend-architect",
        "test-writer",
        "review-kit:security-reviewer",
    ),
    *("frontend-developer", "db-migrator", "docs-writer", "release-captain"),
)
TYPE_WEIGHTS = (30, 22, 14, 10, 8, 5, 4, 3, 2, 2)
TASKS = ("Review", "Design", "Trace", "Refactor", "Document", "Test", "Migrate", "Explain")
THINGS = (
    "invoice export",
    "login flow",
    "search index",
    "retry logic",
    "report cache",
    "queue worker",
    "Größenrechner",
)
MODELS = {
    False: ("claude-sonnet-5", "claude-haiku-4-5-20251001", "claude-opus-4-8"),
    True: ("claude-sonnet-5-5", "claude-haiku-4-5-20251001", "claude-opus-5-5"),
}
"""By whether the version is the newer one."""
MODEL_WEIGHTS = (60, 25, 15)


@dataclass(frozen=True, slots=True)
class AgentPlan:
    """One agent to be written."""

    size: int
    """Bytes its file is to have."""
    ending: str
    children: tuple[AgentPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class Wave:
    """Agents spawned by one message; they run at the same time."""

    agents: tuple[AgentPlan, ...]
    background: bool = False

    @property
    def ending(self) -> str:
        """How they all end, where something ends all of them; else how the first does."""
        return self.agents[0].ending


@dataclass(slots=True)
class Tally:
    """What has been written so far."""

    files: int = 0
    lines: int = 0
    main_bytes: int = 0
    agent_bytes: int = 0
    categories: Counter[str] = field(default_factory=Counter)
    tokens: TokenTotals = field(default_factory=TokenTotals)
    agent_tokens: TokenTotals = field(default_factory=TokenTotals)
    agent_tool_calls: int = 0

    def take(self, writer: Writer) -> None:
        """Close a finished file and count it."""
        writer.close()
        self.files += 1
        self.lines += writer.lines
        self.tokens.add(writer.tokens)
        if writer.author.agent_id is None:
            self.main_bytes += writer.size
        else:
            self.agent_bytes += writer.size
            self.agent_tokens.add(writer.tokens)
            self.agent_tool_calls += writer.tool_calls


@dataclass(frozen=True, slots=True)
class Stage:
    """What all files of one session share."""

    texts: Texts
    tally: Tally
    folder: Path
    """Where the session's agent files go."""


@dataclass(slots=True)
class Launch:
    """One agent, from its call to its end."""

    call: tuple[str, str]
    """The tool use and its line."""
    message: Message
    plan: AgentPlan
    author: Author
    description: str
    prompt: str
    ended: int = 0
    took: int = 0
    answer: str = ""
    tool_calls: int = 0


def spawn(parent: Writer, wave: Wave, stage: Stage) -> list[Launch]:
    """Write the message that spawns a wave, and the file of each of its agents."""
    parent.wait(500, 5_000)
    message = parent.begin_message()
    parent.text(message, stage.texts.say(parent.rng, 200), "tool_use")
    launches = [_launch(parent, message, plan, wave, stage) for plan in wave.agents]
    for launch in launches:
        _write_agent(parent, launch, wave, stage)
    return launches


def _launch(parent: Writer, message: Message, plan: AgentPlan, wave: Wave, stage: Stage) -> Launch:
    rng, is_new = parent.rng, parent.setting.is_new
    author = Author(
        model=rng.choices(MODELS[is_new], MODEL_WEIGHTS)[0],
        prompt_id=parent.author.prompt_id,
        agent_id=f"a{rng.getrandbits(64):016x}",
        agent_type=rng.choices(TYPES, TYPE_WEIGHTS)[0],
        depth=parent.author.depth + 1,
    )
    description = f"{rng.choice(TASKS)} {rng.choice(THINGS)}"
    prompt = stage.texts.say(rng, rng.randrange(300, 3_000))
    asked = f'{{"description":"{description}","prompt":"{prompt}","subagent_type":"{author.agent_type}"'
    if wave.background != is_new:  # what the version does not do by default
        asked += f',"run_in_background":{"true" if wave.background else "false"}'
    return Launch(parent.tool_use(message, "Agent", asked + "}"), message, plan, author, description, prompt)


def _write_agent(parent: Writer, launch: Launch, wave: Wave, stage: Stage) -> None:
    author, plan = launch.author, launch.plan
    path = stage.folder / f"agent-{author.agent_id}.jsonl"
    started = parent.now + parent.rng.randrange(30, 400)
    writer = Writer(path, parent.setting, author, parent.rng, started)
    writer.said(f'"{launch.prompt}"')
    write_surroundings(writer, stage.texts, plan.size)
    if plan.children:
        work(writer, stage.texts, plan.size // 2)
        give_back(writer, spawn(writer, Wave(plan.children), stage))
    work(writer, stage.texts, plan.size)
    writer.wait(500, 9_000)
    launch.answer = ENDINGS[plan.ending](writer, stage.texts)
    launch.ended, launch.took, launch.tool_calls = writer.now, writer.now - started, writer.tool_calls
    stage.tally.take(writer)
    stage.tally.categories["killed" if plan.ending in KILLED else plan.ending] += 1
    path.with_suffix(".meta.json").write_text(_meta(launch, wave, is_new=parent.setting.is_new), encoding="utf-8")


def write_surroundings(writer: Writer, texts: Texts, size: int) -> None:
    """What the client attaches to the first prompt; the newer version adds the whole system prompt."""
    names = ",".join(f'"skill-{number}"' for number in range(12))
    listing = texts.say(writer.rng, min(2_000, size // 10))
    writer.attachment(
        f'"type":"skill_listing","content":"{listing}","skillCount":12,"isInitial":true,"names":[{names}]'
    )
    if writer.setting.is_new:
        system = texts.say(writer.rng, min(40_000, size // 6))
        writer.attachment(f'"type":"prompt_snapshot","systemPrompt":["{system}"],"reminderFold":false')


def _meta(launch: Launch, wave: Wave, *, is_new: bool) -> str:
    author = launch.author
    known = f'"description":"{launch.description}","toolUseId":"{launch.call[0]}","spawnDepth":{author.depth}'
    if not is_new:
        return f'{{"agentType":"{author.agent_type}",{known}}}'
    shape = "background" if wave.background else "foreground"
    finished = "" if launch.plan.ending in KILLED else ',"finished":true'
    return (
        f'{{"agentType":"{author.agent_type}","isBuiltIn":false,"launchedWithDefaults":true,{known},"requestShape":'
        f'"{shape}","requestNonInteractive":false,"model":"{author.model}"{finished}}}'
    )


def give_back(parent: Writer, launches: Sequence[Launch]) -> None:
    """The results of foreground agents, each when it ends; an interruption ends all of them at once."""
    for launch in sorted(launches, key=lambda launch: launch.ended):
        parent.now = max(parent.now, launch.ended + 40)
        if launch.plan.ending == "interrupted":
            parent.result(launch.call, f'"{REJECTED}"', '"User rejected tool use"', is_error=True)
        else:
            _give_answer(parent, launch)
    if launches[0].plan.ending == "interrupted":
        parent.said(INTERRUPTED, f'"interruptedMessageId":"{launches[0].message.id}",')


def _give_answer(parent: Writer, launch: Launch) -> None:
    author = launch.author
    none = launch.plan.ending == "turn_limit"
    shown = "(Subagent completed but returned no output.)" if none else launch.answer
    usage = f"subagent_tokens: 1450\\ntool_uses: {launch.tool_calls}\\nduration_ms: {launch.took}"
    content = (
        f'[{{"type":"text","text":"{shown}"}},{{"type":"text","text":"agentId: {author.agent_id} (use SendMessage with '
        f"to: '{author.agent_id}' to continue this agent)\\n<usage>{usage}</usage>\"}}]"
    )
    given = "[]" if none else f'[{{"type":"text","text":"{launch.answer}"}}]'
    detail = (
        f'{{"status":"completed","prompt":"{launch.prompt}","agentId":"{author.agent_id}","agentType":'
        f'"{author.agent_type}","content":{given},"resolvedModel":"{author.model}","totalDurationMs":{launch.took},'
        f'"totalTokens":1450,"totalToolUseCount":{launch.tool_calls},"usage":{{"input_tokens":105,'
        '"cache_creation_input_tokens":300,"cache_read_input_tokens":1000,"output_tokens":45}}'
    )
    detailed = author.depth == 1 or parent.setting.entrypoint == "cli"
    parent.result(launch.call, content, detail if detailed else None)
