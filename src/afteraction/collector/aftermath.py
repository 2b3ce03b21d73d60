"""What happened after each invocation of a session, as its main transcript tells it. Pure.

Places are positions among the main transcript's entries, not times: what came after an agent stands behind the line
that gave its work to the main agent. An agent without such a line leaves no signs but its own, and one that another
agent had started is given to the main agent with that one's work. No text of a prompt leaves this module, only what it
was found to be.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from afteraction.collector.acceptance import Aftermath, Sign
from afteraction.collector.corrections import corrects
from afteraction.collector.endings import USER_DENIED
from afteraction.collector.fate import Fate, Step, follow
from afteraction.collector.git_commands import git_actions
from afteraction.collector.similarity import is_same_task
from afteraction.sources.claude.edits import EDITING_TOOLS, Change, Replacement, Replacements
from afteraction.sources.claude.entries import Interrupt, Notice, Prompt, Reply, Result
from afteraction.sources.claude.lines import read_as

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from afteraction.collector.evidence import SessionEvidence
    from afteraction.collector.measure import Work
    from afteraction.collector.reconcile import Life
    from afteraction.sources.claude.entries import Entry, ToolCall, Transcript

_MADE_COMMIT = re.compile(r"^\[[^\]\n]*\b([0-9a-f]{7,40})\]", re.MULTILINE)
_WORKTREES = "/.claude/worktrees/"
_REWRITTEN_SHARE = 0.5


@dataclass(frozen=True)
class _Story:
    """The main transcript by positions."""

    main: Transcript
    spawn_calls: frozenset[str]
    """The ids of the calls that started the agents which are looked at."""

    @property
    def entries(self) -> Sequence[Entry]:
        return self.main.entries

    @cached_property
    def spawned(self) -> dict[str, int]:
        """Where each call was made, by its id."""
        replies = ((at, entry) for at, entry in enumerate(self.entries) if isinstance(entry, Reply))
        return {call.tool_use_id: at for at, reply in replies for call in reply.calls}

    @cached_property
    def ended(self) -> dict[str, int]:
        """Where the work of a call, or of a task, was last given to the main agent."""
        found: dict[str, int] = {}
        for at, entry in enumerate(self.entries):
            if isinstance(entry, Result) and entry.tool_use_id in self.spawn_calls and not entry.is_launch:
                found[entry.tool_use_id] = at
            elif isinstance(entry, Notice) and entry.task_id is not None:
                found[entry.task_id] = at
        return found

    @cached_property
    def prompts(self) -> list[tuple[int, Prompt]]:
        """What the user told the main agent to do; commands of the client itself are none of it."""
        return [
            (at, entry)
            for at, entry in enumerate(self.entries)
            if isinstance(entry, Prompt) and entry.kind == "user" and not entry.text.lstrip().startswith("<")
        ]

    @cached_property
    def calls(self) -> list[tuple[int, Reply, ToolCall]]:
        """Calls that did not fail."""
        done = self.main.results
        return [
            (at, entry, call)
            for at, entry in enumerate(self.entries)
            if isinstance(entry, Reply)
            for call in entry.calls
            if (result := done.get(call.tool_use_id)) is not None and not result.is_error
        ]

    @cached_property
    def edits(self) -> list[int]:
        """Where the main agent began to change a file, whatever came of it."""
        replies = ((at, entry) for at, entry in enumerate(self.entries) if isinstance(entry, Reply))
        return [at for at, reply in replies if any(call.name in EDITING_TOOLS for call in reply.calls)]

    @cached_property
    def steps(self) -> list[Step]:
        """What git commands did."""
        return [
            Step(at, action, _commit_made(self.main.results[call.tool_use_id]))
            for at, reply, call in self.calls
            if call.name == "Bash" and not (given := call.input).get("run_in_background")
            for action in git_actions(str(given.get("command", "")), reply.cwd or self.main.cwd or "/")
        ]

    def next_prompt(self, position: int) -> int | None:
        """Where the first prompt after a position stands."""
        place = bisect_right(self.prompts, position, key=lambda found: found[0])
        return self.prompts[place][0] if place < len(self.prompts) else None

    @cached_property
    def corrections(self) -> dict[int, str]:
        """The prompts that say that something is wrong, without regard to case, by where they stand."""
        return {at: prompt.text.casefold() for at, prompt in self.prompts if corrects(prompt.text)}

    def sign(self, position: int, words: str) -> Sign:
        """A sign that stands on a line."""
        entry = self.entries[position]
        return Sign(entry.at, entry.uuid if isinstance(entry, (Prompt, Reply, Result)) else None, words)


@dataclass(frozen=True, slots=True)
class _Past:
    """One invocation whose work the main agent was given."""

    life: Life
    work: Work | None
    position: int
    """Where."""

    @property
    def is_top(self) -> bool:
        return self.life.parent_agent_id is None

    def files(self, project: str | None) -> tuple[str, ...]:
        """What it changed in the project's own work tree."""
        inside = f"{project.rstrip('/')}/" if project else None
        changed = self.work.files_modified if self.work is not None else ()
        return tuple(p for p in changed if inside and p.startswith(inside) and _WORKTREES not in p)


def aftermaths(
    evidence: SessionEvidence, lives: Sequence[Life], works: Mapping[str, Work], project: str | None
) -> dict[str, Aftermath]:
    """What became of each invocation that has ended, by ``agent_id``.

    ``works`` is what each agent did. While some agents were not read again, only an agent's own signs are looked for:
    what is missing might have spoken first.
    """
    found = {life.agent_id: Aftermath(denied=_denied(life)) for life in lives if life.agent_id is not None}
    if evidence.main is None or evidence.settled:
        return found
    story = _Story(evidence.main, frozenset(life.tool_use_id for life in lives if life.tool_use_id is not None))
    past = list(_given_back(story, lives, works))
    for one in past:
        own = found[one.life.agent_id or ""]
        found[one.life.agent_id or ""] = _after(story, one, past, project, own, over=evidence.over is not None)
    return found


def _given_back(story: _Story, lives: Sequence[Life], works: Mapping[str, Work]) -> Iterator[_Past]:
    by_agent = {life.agent_id: life for life in lives if life.agent_id is not None}
    for agent_id, life in by_agent.items():
        top, seen = life, {agent_id}
        while top.parent_agent_id in by_agent and top.parent_agent_id not in seen:
            seen.add(top.parent_agent_id)
            top = by_agent[top.parent_agent_id]
        places = [story.ended[key] for key in (top.tool_use_id, top.agent_id) if key in story.ended]
        if places and top.parent_agent_id is None:
            yield _Past(life, works.get(agent_id), max(places))


def _after(
    story: _Story, one: _Past, past: Sequence[_Past], project: str | None, own: Aftermath, *, over: bool
) -> Aftermath:
    own = replace(own, interrupted=_interrupted(story, one.life))
    verdict = one.life.verdict
    if verdict is None or verdict.status == "failure":
        return own
    files = one.files(project)
    created = one.work.files_created if one.work is not None else ()
    fate = follow(files, created, (step for step in story.steps if step.position > one.position)) if files else Fate()
    until = fate.committed if fate.committed is not None else len(story.entries)
    return replace(
        own,
        reverted=story.sign(fate.reverted, "git threw its changes away") if fate.reverted is not None else None,
        corrected=_corrected(story, one, past),
        redelegated=_redelegated(story, one, past, until, project),
        rewritten=_rewritten(story, one, until),
        committed=story.sign(fate.committed, "git commit") if fate.committed is not None else None,
        moved_on=fate.committed is not None and _moved_on(story, one, fate.committed, over=over),
    )


def _denied(life: Life) -> Sign | None:
    if not life.ending.user_denied_tool or life.transcript is None:
        return None
    refused = (r for r in reversed(life.transcript.of(Result)) if r.is_error and r.text.startswith(USER_DENIED))
    line = next((result.uuid for result in refused), None)
    return Sign(life.ended_at, line, "the user refused a tool", own=True)


def _interrupted(story: _Story, life: Life) -> Sign | None:
    """The user's own interruption leaves a line that names the message it cut off; a signal leaves none."""
    spawn, verdict = life.spawn, life.verdict
    if spawn is None or not spawn.rejected_by_user or verdict is None or verdict.category != "interrupted":
        return None
    at = story.ended.get(spawn.tool_use_id)
    if at is None:
        return None
    named = any(isinstance(e, Interrupt) and e.message_id is not None for e in story.entries[at + 1 : at + 3])
    return story.sign(at, "the user interrupted it") if named else None


def _corrected(story: _Story, one: _Past, past: Sequence[_Past]) -> Sign | None:
    position = story.next_prompt(one.position)
    if position is None or position not in story.corrections or not one.is_top:
        return None
    since = max((at for at, _ in story.prompts if at < position), default=-1)
    rivals = [other for other in past if other.is_top and since < other.position < position]
    if len(rivals) > 1:
        names = {form for form in _forms(one.life.agent_name) if form in story.corrections[position]}
        if not names or one.position < max(r.position for r in rivals if r.life.agent_name == one.life.agent_name):
            return None
    return story.sign(position, "the user's next prompt corrects")


def _forms(agent_name: str) -> tuple[str, str]:
    """An agent's name as a user may write it."""
    name = agent_name.rpartition(":")[2].casefold()
    return name, name.replace("-", " ")


def _redelegated(story: _Story, one: _Past, past: Sequence[_Past], until: int, project: str | None) -> Sign | None:
    files = set(one.files(project))
    for other in sorted(past, key=lambda other: other.life.started_at):
        position = story.spawned.get(other.life.tool_use_id or "")
        if position is None or not one.position < position < until or not (one.is_top and other.is_top):
            continue
        if other.life.agent_name != one.life.agent_name:
            continue
        shared = len(files & set(other.files(project))) / len(files) if files else 0.0
        untouched = not files and _nothing_changed(story, one, other, past, position)
        if is_same_task(one.life.description, other.life.description, shared=shared, repeated=untouched or bool(files)):
            return story.sign(position, "the same agent was given the task again")
    return None


def _nothing_changed(story: _Story, one: _Past, other: _Past, past: Sequence[_Past], position: int) -> bool:
    """Whether nobody changed a file between the end of one invocation and the call of another."""
    if any(one.position < at < position for at in story.edits):
        return False
    between = (p for p in past if p is not one and p is not other and p.work is not None and p.work.files_modified)
    return not any(one.position < p.position < position for p in between)


def _rewritten(story: _Story, one: _Past, until: int) -> Sign | None:
    files = set(one.work.files_modified) if one.work is not None else set()
    after = story.next_prompt(one.position)
    end = min(until, after) if after is not None else until
    replaced = 0
    for position, _, call in story.calls:
        if not one.position < position < end or call.name not in EDITING_TOOLS:
            continue
        if call.path not in files:
            continue
        replaced += _lines_replaced(call, story.main.results[call.tool_use_id])
        added = one.work.lines_added if one.work is not None else None
        if added and replaced >= added * _REWRITTEN_SHARE:
            return story.sign(position, "the main agent rewrote its work")
    return None


def _lines_replaced(call: ToolCall, result: Result) -> int:
    """How many lines a change took out; of a file written anew only the client's patch tells."""
    patch = read_as(result.raw_detail, Change).structuredPatch
    if patch:
        return sum(line.startswith("-") for hunk in patch for line in hunk.lines or ())
    edits = read_as(call.raw_input, Replacements).edits or [read_as(call.raw_input, Replacement)]
    return sum(len(edit.old_string.splitlines()) for edit in edits if edit.old_string)


def _moved_on(story: _Story, one: _Past, committed: int, *, over: bool) -> bool:
    if any(position in story.corrections for position in map(story.next_prompt, (one.position, committed))):
        return False
    return over or story.next_prompt(committed) is not None


def _commit_made(result: Result) -> str | None:
    made = _MADE_COMMIT.search(result.text)
    return made.group(1) if made else None
