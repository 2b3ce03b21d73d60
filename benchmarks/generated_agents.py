"""The agents of generated histories: how they behave, what they are used for together, and how they fail.

Invented, but of the kind that real histories show: a few agents do most of the work, failures have few causes with many
wordings, and an agent is seldom equally good everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from afteraction.model import Status

PROJECTS = {"/home/user/shop": 6, "/home/user/billing": 3, "/home/user/docs-site": 2, "/home/user/infra": 1}
HARD_PROJECT = "/home/user/billing"


@dataclass(frozen=True, slots=True)
class Kind:
    """How one agent behaves."""

    name: str
    success: float
    """Chance at the end of the history, everything else being ordinary."""
    trend: float = 0.0
    """How much of the log-odds were gained since the beginning; negative for a decline."""
    median_s: float = 60
    model: str = "claude-sonnet-4-5-20250929"
    edited: float | None = None
    """At which part of the history its definition was edited; the trend is a step there."""
    tools: tuple[str, ...] = ("Read", "Grep", "Bash")
    writes: bool = False


KINDS = {
    kind.name: kind
    for kind in (
        Kind("Explore", 0.97, 0.3, 35, "claude-haiku-4-5-20251001", tools=("Grep", "Glob", "Read")),
        Kind("Plan", 0.95, 0.0, 62, "claude-opus-4-1-20250805", tools=("Read", "Grep")),
        Kind("general-purpose", 0.86, 0.0, 95),
        Kind("code-reviewer", 0.92, 1.1, 80, edited=0.6),
        Kind("test-runner", 0.78, -0.9, 70, tools=("Bash", "Read")),
        Kind("debug-specialist", 0.72, 0.2, 140, "claude-opus-4-1-20250805"),
        Kind("frontend-developer", 0.68, 0.8, 210, tools=("Read", "Edit", "Write", "Bash"), writes=True),
        Kind("backend-architect", 0.84, -0.2, 240, tools=("Read", "Edit", "Write", "Bash"), writes=True),
        Kind("docs:api-documenter", 0.9, 0.0, 110, tools=("Read", "Write"), writes=True),
        Kind("legacy-migrator", 0.41, -0.4, 320, tools=("Bash", "Edit"), writes=True),
    )
}
USD_PER_TOKEN = {"haiku": 1.6e-6, "sonnet": 4.5e-6, "opus": 21e-6}

Stage = tuple[str, tuple[str, ...]]
"""An agent and those it sets off itself."""
SHAPES: tuple[tuple[int, tuple[tuple[Stage, ...], ...]], ...] = (
    (30, ((("Explore", ()),),)),
    (8, ((("general-purpose", ()),),)),
    (14, ((("Plan", ()),), (("backend-architect", ()),), (("test-runner", ()),), (("code-reviewer", ()),))),
    (12, ((("Explore", ()), ("Explore", ()), ("Explore", ())), (("frontend-developer", ("test-runner",)),))),
    (9, ((("Plan", ()),), (("frontend-developer", ("test-runner", "debug-specialist")),), (("code-reviewer", ()),))),
    (8, ((("code-reviewer", ()), ("test-runner", ()), ("docs:api-documenter", ())),)),
    (6, ((("test-runner", ()),), (("debug-specialist", ()),), (("test-runner", ()),))),
    (5, ((("docs:api-documenter", ()),),)),
    (2, ((("legacy-migrator", ("Explore",)),),)),
)
"""Weight and groups: those of a group run at once, the groups one after the other."""
FAILURES: tuple[tuple[int, Status, str, str], ...] = (
    (30, "failure", "api_error", "API Error: 529 overloaded, request req_{id}"),
    (14, "failure", "rate_limited", "API Error: 429 rate limit of {n} tokens per minute reached"),
    (10, "failure", "context_exceeded", "Prompt is too long: {n} tokens > 200000 maximum"),
    (12, "failure", "interrupted", "Interrupted by the user after {n} ms"),
    (10, "failure", "crashed", "ENOENT: no such file or directory, open '/home/user/shop/build/{id}.json'"),
    (6, "failure", "killed", "Stopped by TaskStop"),
    (5, "failure", "not_started", "Agent type '{id}' not found"),
    (12, "partial", "turn_limit", "Reached its turn limit of {n} turns"),
    (8, "partial", "truncated", "The answer was cut off after {n} tokens"),
    (6, "partial", "tool_denied", "The user denied Bash for /home/user/billing/deploy-{n}.sh"),
    (5, "partial", "empty_answer", "It ended without a visible answer."),
)
WORK = (
    "Find where {} is stored",
    "Design the {} API",
    "Fix the failing {} tests",
    "Review the {} change",
    "Document {}",
)
THINGS = ("session", "invoice", "checkout", "search", "login", "export", "webhook", "cart", "audit log", "upload")
