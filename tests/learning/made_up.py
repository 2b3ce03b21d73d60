"""Histories with a planted effect, and rules to propose changes for."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

from afteraction.moments import DAY_MS
from tests.records import NOW_MS, full_metadata, invocation

if TYPE_CHECKING:
    from pathlib import Path

    from afteraction.model import Invocation, Status

AGENTS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta")
WORDS = ("login", "export", "cache", "search", "billing", "upload", "report", "queue", "mailer", "session")


def years(
    seed: int, *, rates: dict[str, float] | None = None, word_rates: dict[tuple[str, str], float] | None = None
) -> list[Invocation]:
    """120 runs of each agent, each about two words; every rate is 0.85 where none is planted."""
    dice = random.Random(seed)  # noqa: S311 - a history, not a secret
    records = []
    for number in range(120 * len(AGENTS)):
        agent = AGENTS[number % len(AGENTS)]
        said = dice.sample(WORDS, 2)
        rate = (rates or {}).get(agent, 0.85)
        for word in said:
            rate = (word_rates or {}).get((agent, word), rate)
        status: Status = "success" if dice.random() < rate else "failure"
        folder, ending = ("web", "tsx") if agent == "alpha" else ("src", "py")
        records.append(
            invocation(
                number, agent=agent, status=status, started_ms=NOW_MS - dice.randrange(1, 300 * DAY_MS),
                task_description=f"Rework the {said[0]} and the {said[1].upper()}",
                metadata=full_metadata(
                    status, files_modified=(f"{folder}/{said[0]}.{ending}", "/etc/hosts", "README")
                ),
            )
        )  # fmt: skip
    return records


def rules(*names: str, **changes: Any) -> dict[str, Any]:
    """A rules file's content for these agents; ``changes`` are keys of every entry."""
    return {
        "version": "2.1",
        "agents": [
            {
                "name": name,
                "auto_activate": True,
                "priority": "high",
                "model_tier": "sonnet",
                "triggers": {
                    "keywords": ["Login"], "file_patterns": ["*.py", "src/**/*", "web/**", "*.tsx"], "contexts": ["x"],
                },
                "confidence_threshold": 0.7,
                "description": "für alles",
                "ours": {"kept": [1, 2.50]},
                **changes,
            }
            for name in names
        ],
        "learning_config": {
            "adjust_thresholds_dynamically": False, "min_confidence_floor": 0.6, "max_confidence_ceiling": 0.9,
            "feedback_weight": 0.2,
        },
    }  # fmt: skip


def write_rules(path: Path, content: object) -> Path:
    """Write a rules file as people do: indented, not escaped."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
