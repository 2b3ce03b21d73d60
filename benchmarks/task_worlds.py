"""Made-up histories in which it is known who is best at what: what a recommendation can be held against.

In each world tasks have a kind, told by their words in several wordings, and users give most tasks to the agent meant
for the kind, many to the one they always take, and some to any. What differs is how well who does what.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from afteraction.model import Invocation, Metadata
from afteraction.moments import DAY_MS, epoch_ms, utc_timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping

START_MS = epoch_ms("2026-08-01T00:00:00Z")
_DAYS = 112
THINGS = (
    *(
        "login",
        "cart",
        "invoice",
        "export",
        "webhook",
        "search",
        "session",
        "audit log",
        "upload",
        "checkout",
        "payment",
    ),
    *(
        "user",
        "order",
        "report",
        "billing",
        "coupon",
        "refund",
        "profile",
        "password",
        "email",
        "cache",
        "queue",
        "tax",
    ),
    *("shipping", "inventory", "catalog", "review", "rating", "wishlist", "address", "currency", "locale", "banner"),
)
WORDINGS: dict[str, tuple[str, ...]] = {
    "test-writer": (
        "Write unit tests for {}",
        "Add missing {} tests",
        "Increase {} test coverage",
        "Test {} edge cases",
    ),
    "debugger": ("Fix {} bug", "Debug failing {} job", "Fix broken {} flow", "Find cause of {} crash"),
    "frontend": ("Build {} page", "Add {} button to the page", "Style the {} form", "Create {} page component"),
    "backend": ("Add {} endpoint", "Implement {} API", "Create REST API for {}", "Add validation to {} API"),
    "sql-expert": (
        "Write {} migration",
        "Optimize slow {} query",
        "Add {} table to schema",
        "Create index for {} table",
    ),
    "documenter": ("Document {} API", "Update {} docs", "Write {} guide", "Explain {} in README"),
    "explorer": ("Explore {} code", "Find where {} is stored", "Search for {} usages", "Investigate {} handling"),
    "reviewer": ("Review {} change", "Review {} pull request", "Audit {} security", "Review {} code quality"),
}
"""Kind of task, named by the agent meant for it, and how such tasks are worded; the last wording is new lately."""
ANY, STRONG = "general-purpose", "senior"
"""The agent that is always taken, and the best one where none is better at anything."""


@dataclass(frozen=True, slots=True)
class World:
    """How often each agent does well at each kind of task, and how tasks are handed out."""

    name: str
    meant: float
    """The chance of an agent at what it is meant for."""
    other: float
    """Its chance at anything else."""
    harder: Mapping[str, float] = field(default_factory=dict)
    """Kind → what is taken off every agent's chance."""
    new_wordings: bool = False
    """Whether held-back tasks are worded as none before."""

    def chance(self, agent: str, kind: str) -> float:
        """How often the agent does well at tasks of that kind."""
        skill = {ANY: 0.72, STRONG: 0.8}.get(agent, self.meant if agent == kind else self.other)
        return max(0.02, skill - self.harder.get(kind, 0.0))

    def best_agents(self, kind: str) -> set[str]:
        """Who does best there."""
        top = max(self.chance(agent, kind) for agent in AGENTS)
        return {agent for agent in AGENTS if self.chance(agent, kind) == top}


AGENTS = (*WORDINGS, ANY, STRONG)
_HARDER = {"debugger": 0.15, "sql-expert": 0.1}
WORLDS = (
    World("specialists", 0.9, 0.6, _HARDER),
    World("specialists, tasks in new words", 0.9, 0.6, _HARDER, new_wordings=True),
    World("small differences", 0.84, 0.7, _HARDER),
    World("nobody is special", 0.7, 0.7, _HARDER),
)


@dataclass(frozen=True, slots=True)
class Given:
    """A task as it was given."""

    kind: str
    record: Invocation


def make_world(world: World, count: int, *, seed: int, held_back: float) -> tuple[list[Given], list[Given]]:
    """``count`` tasks in their order: those before, and the share ``held_back`` of them that comes after."""
    dice = random.Random(seed)  # noqa: S311 - a history, not a secret
    split = round(count * (1 - held_back))
    given = [_given(dice, world, number, count, is_late=number >= split) for number in range(count)]
    return given[:split], given[split:]


def _given(dice: random.Random, world: World, number: int, count: int, *, is_late: bool) -> Given:
    kind = dice.choice(list(WORDINGS))
    agent = dice.choices((kind, ANY, STRONG, dice.choice(AGENTS)), (45, 30, 10, 15))[0]
    *usual, new = WORDINGS[kind]
    wording = new if is_late and world.new_wordings else dice.choice(usual)
    started_ms = START_MS + _DAYS * DAY_MS * number // count
    good = dice.random() < world.chance(agent, kind)
    record = Invocation(
        invocation_id=f"inv-{utc_timestamp(started_ms)[:10].replace('-', '')}-{number:012x}",
        workflow_id=None, parent_invocation_id=None, agent_name=agent,
        task_description=wording.format(dice.choice(THINGS)), timestamp=utc_timestamp(started_ms),
        status="success" if good else "failure", execution_time_ms=60_000,
        error_message=None if good else "It did not work.", user_accepted=None, metadata=Metadata(),
    )  # fmt: skip
    return Given(kind, record)
