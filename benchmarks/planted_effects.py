"""The effects that are planted in a made-up year, and the finds that each leads to.

Everything else is noise by construction: agents meet at random, succeed with a chance of their own whatever the hour,
project or task, and one is edited without any effect, as a control.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.model import AgentDefinition, Invocation, Metadata, Outcome
from afteraction.moments import DAY_MS, epoch_ms, utc_timestamp

if TYPE_CHECKING:
    from afteraction.model import Status

END_MS = epoch_ms("2026-11-22T18:00:00Z")
_DAYS = 365
_WORKFLOWS = 1_600
_PROJECTS = ("/home/user/shop", "/home/user/billing", "/home/user/infra")
_CHANCES = {
    "Explore": (0.95, 0.45), "code-reviewer": (0.88, 0.35), "test-runner": (0.75, 0.3), "Plan": (0.93, 0.25),
    "backend-architect": (0.7, 0.2), "frontend-developer": (0.88, 0.3), "legacy-migrator": (0.7, 0.06),
}  # fmt: skip
"""How often each agent succeeds, and its share of the workflows."""
_TASKS = ("Find where {} is stored", "Review the {} change", "Fix the failing {} tests", "Design the {} API")
_THINGS = ("session", "invoice", "checkout", "search", "login", "export", "webhook", "cart")
_ERRORS = ("API Error: 529 overloaded, request req_{}", "Prompt is too long: {} tokens > 200000 maximum")

WORSE, CONTROL = "frontend-developer", "code-reviewer"
HELPED, HELPER = "backend-architect", "Plan"
USELESS = "legacy-migrator"
KEYWORD = "migration"
_EDITED = {WORSE: 0.5, CONTROL: 0.4}
"""At which part of the year a definition was edited."""
_SENT_FOR = 0.5
"""Of the workflows with HELPED and without HELPER, how many get it."""
_KEYWORD_SHARE = 0.12


@dataclass(frozen=True, slots=True)
class Find:
    """Something that a report says, or could have said."""

    kind: str
    what: str


@dataclass(frozen=True, slots=True)
class Expected:
    """Finds that follow from an effect."""

    kind: str
    contains: tuple[str, ...]
    """All of these stand in it."""

    def covers(self, find: Find) -> bool:
        """Whether a find follows from the effect."""
        return find.kind == self.kind and all(part in find.what for part in self.contains)


EXPECTED = (
    Expected("edit", (WORSE,)),
    Expected("trend: change point", (WORSE,)),
    Expected("trend: halves", (WORSE,)),
    Expected("failures concentrate", (f"agent version {WORSE}",)),
    Expected("pair: meet more often", (HELPED, HELPER)),
    Expected("pair: do better or worse", (HELPED, HELPER)),
)


@dataclass(frozen=True, slots=True)
class _Run:
    """What a record is made of."""

    number: int
    workflow: str
    agent: str
    task: str
    project: str
    at_ms: int
    edited: bool
    succeeds: bool


def year(seed: int, *, planted: bool) -> list[Invocation]:
    """All invocations of a year, oldest workflow first; the same seed gives the same year."""
    dice = random.Random(seed)  # noqa: S311 - a history, not a secret
    records: list[Invocation] = []
    for number in range(_WORKFLOWS):
        when = (number + dice.random()) / _WORKFLOWS
        agents = [agent for agent, (_, share) in _CHANCES.items() if dice.random() < share]
        if planted and HELPED in agents and HELPER not in agents and dice.random() < _SENT_FOR:
            agents.append(HELPER)
        project = dice.choice(_PROJECTS)
        start_ms = END_MS - round((1 - when) * _DAYS * DAY_MS)
        workflow = f"wf-{utc_timestamp(start_ms)[:10].replace('-', '')}-{number:08x}"
        for at, agent in enumerate(dice.sample(agents, len(agents))):
            task = dice.choice(_TASKS).format(dice.choice(_THINGS)) + f" {KEYWORD}" * (dice.random() < _KEYWORD_SHARE)
            edited = when >= _EDITED.get(agent, 1)
            chance = _chance(agent, agents, task, edited=edited) if planted else _CHANCES[agent][0]
            run = _Run(
                number=len(records), workflow=workflow, agent=agent, task=task, project=project,
                at_ms=start_ms + at * 600_000, edited=edited, succeeds=dice.random() < chance,
            )  # fmt: skip
            records.append(_record(dice, run))
    return records


def _chance(agent: str, agents: list[str], task: str, *, edited: bool) -> float:
    chance = _CHANCES[agent][0]
    if agent == WORSE and edited:
        chance -= 0.2
    if agent == HELPED and HELPER in agents:
        chance += 0.22
    if agent == USELESS:
        chance = 0.2
    return chance - 0.25 * (KEYWORD in task)


def _record(dice: random.Random, run: _Run) -> Invocation:
    status: Status = "success" if run.succeeds else "failure"
    took_ms = round(60_000 * dice.lognormvariate(0, 0.6))
    error = None if run.succeeds else dice.choice(_ERRORS).format(dice.randrange(1_000, 900_000))
    version = hashlib.sha256(f"{run.agent}{run.edited}".encode()).hexdigest()
    return Invocation(
        invocation_id=f"inv-{utc_timestamp(run.at_ms)[:10].replace('-', '')}-{run.number:012x}",
        workflow_id=run.workflow, parent_invocation_id=None, agent_name=run.agent, task_description=run.task,
        timestamp=utc_timestamp(run.at_ms), status=status, execution_time_ms=took_ms, error_message=error,
        user_accepted=None,
        metadata=Metadata(
            model_tier="sonnet", schema_version=1, source="hook", client="claude-code", client_version="2.1.330",
            session_id=run.workflow, project=run.project, model="claude-sonnet-4-5-20250929", cost_usd=0.1,
            ended_at=utc_timestamp(run.at_ms + took_ms),
            agent_definition=AgentDefinition(path=f".claude/agents/{run.agent}.md", sha256=version),
            outcome=Outcome(category="completed" if run.succeeds else "api_error", evidence=()),
        ),
    )  # fmt: skip
