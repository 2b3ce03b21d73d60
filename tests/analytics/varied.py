"""A seeded history in which everything differs that a question may cut by, counted without SQL."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from afteraction.model import Acceptance, AgentDefinition, Outcome
from afteraction.moments import DAY_MS, epoch_ms
from tests.records import NOW_MS, full_metadata, invocation

if TYPE_CHECKING:
    from afteraction.model import Invocation, Status

AGENTS = {"Explore": 0.9, "code-reviewer": 0.75, "plugin:runner": 0.5}
PROJECTS = ("/home/user/shop", "/home/user/billing", None)
MODELS = ("claude-sonnet-4-5-20250929", "claude-haiku-4-5-20251001", "claude-opus-4-1-20250805")
WAYS: tuple[tuple[Status, str | None, str | None, str | None], ...] = (
    # status, category, message, what it is masked to
    (
        "failure",
        "api_error",
        "API Error: 529 overloaded, request req_0{n}aB",
        "API Error: 529 overloaded, request <id>",
    ),
    ("failure", "api_error", "API Error: 500 {n} bytes", "API Error: 500 <n> bytes"),
    (
        "failure",
        "rate_limited",
        "API Error: 529 overloaded, request req_{n}",
        "API Error: 529 overloaded, request <id>",
    ),
    ("partial", "turn_limit", "Reached its turn limit of {n} turns", "Reached its turn limit of <n> turns"),
    ("failure", None, None, None),
)
JUDGED: tuple[tuple[bool | None, Acceptance | None], ...] = (
    (None, None),
    (True, Acceptance(source="explicit", signal="feedback")),
    (None, None),
    (False, Acceptance(source="explicit", signal="feedback")),
    (True, Acceptance(source="inferred", signal="committed")),
    (False, Acceptance(source="inferred", signal="corrected")),
    (False, Acceptance(source="inferred", signal="reverted")),
    (False, None),
    (None, None),
    (True, None),
    (None, None),
)


def varied_history(count: int = 400, *, days: int = 30, seed: int = 3) -> list[Invocation]:
    """``count`` records of the days before ``NOW_MS``; some overlap, some parts of some are not known."""
    dice = random.Random(seed)  # noqa: S311 - a history, not a secret
    return [_record(dice, number, days) for number in range(count)]


def _record(dice: random.Random, number: int, days: int) -> Invocation:
    agent = dice.choice(list(AGENTS))
    started_ms = NOW_MS - dice.randrange(1, days * DAY_MS)
    way = None if dice.random() < AGENTS[agent] else dice.choice(WAYS)
    status: Status = way[0] if way else "success"
    version = "ab" if started_ms < NOW_MS - 9 * DAY_MS else "cd"
    known = dice.random() < 0.9
    accepted, acceptance = JUDGED[number % len(JUDGED)]
    metadata = full_metadata(
        status,
        project=dice.choice(PROJECTS),
        model=dice.choice(MODELS) if known else None,
        client_version=dice.choice(("2.1.197", "2.1.330")),
        task_type=dice.choice(("review", "search", "debug")),
        cost_usd=round(dice.lognormvariate(-3, 1), 6) if known else None,
        agent_definition=AgentDefinition(path=f".claude/agents/{agent}.md", sha256=version * 32) if known else None,
        session_id=f"session-{number // 12}" if number % 10 else None,
        acceptance=acceptance,
        outcome=None if way and way[1] is None else Outcome(category=(way[1] or "") if way else "completed"),
    )
    message = way[2].format(n=number + 10_000) if way and way[2] else None
    return invocation(
        number, agent=agent, status=status, started_ms=started_ms, metadata=metadata, error_message=message,
        user_accepted=accepted, task_description=f"Find cause {number % 3}",
        took_ms=None if dice.random() < 0.05 else round(dice.lognormvariate(13, 2)),
    )  # fmt: skip


def start_ms(record: Invocation) -> int:
    return epoch_ms(record.timestamp)


def failed(record: Invocation) -> bool:
    return record.status != "success"


def counts(records: list[Invocation]) -> tuple[int, int]:
    """How many succeeded, of how many."""
    return sum(not failed(record) for record in records), len(records)
