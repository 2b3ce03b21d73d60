"""Which user prompt set something off, and when it was given.

A task notification reaches the session as a prompt with an id of its own, and what follows it still belongs to the
prompt that set the agent off; so origins are traced back through the calls. Older clients say of no line which prompt
it belongs to; there the last one before it counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from afteraction.sources.claude.entries import Prompt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from afteraction.collector.evidence import SessionEvidence, Spawn


def prompt_origins(evidence: SessionEvidence, by_agent: Mapping[str, Spawn]) -> dict[str | None, str]:
    """Notification prompt id → the user prompt that set off the agent it speaks of."""
    origins: dict[str | None, str] = {}
    every = (notice for notices in evidence.notices.values() for notice in notices)
    for notice in sorted(every, key=lambda notice: notice.at or 0):
        spawn = by_agent.get(notice.task_id or "")
        told = spawn.prompt_id if spawn is not None else None
        if notice.prompt_id and told and told != notice.prompt_id:
            origins[notice.prompt_id] = origins.get(told, told)
    return origins


def prompt_times(evidence: SessionEvidence) -> dict[str, int]:
    """When each prompt was given, epoch ms, by its id: the transcript's time, else the hook's."""
    times: dict[str, int] = {}
    for event in evidence.events:
        if event.name == "UserPromptSubmit" and event.payload.prompt_id:
            times.setdefault(event.payload.prompt_id, event.at)
    if evidence.main is not None:
        for prompt in reversed(list(evidence.main.of(Prompt))):
            if prompt.prompt_id and prompt.at is not None:
                times[prompt.prompt_id] = prompt.at
    return times


def prompt_before(evidence: SessionEvidence, at: int) -> str | None:
    """The user's last prompt before a moment: older clients do not say which prompt a line belongs to."""
    given = [p.prompt_id for p in evidence.user_prompts() if p.at is not None and p.at <= at]
    return given[-1] if given else None
