"""What one session's evidence comes to: its records, and what its workflows must know beside them.

Plain data between thinking and storing, so that several processes can read history while one of them writes: two
sessions may tell of the same invocation, and merging is a reading and a writing that must not be torn apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from afteraction.collector.reconcile import reconcile
from afteraction.collector.record import SessionContext, build_records, denied_calls
from afteraction.pricing import PriceLists
from afteraction.sources.claude.agent_definitions import find_definition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from afteraction.collector.evidence import SessionEvidence
    from afteraction.collector.reconcile import Findings, Life
    from afteraction.collector.record import Gate
    from afteraction.model import AgentDefinition, Invocation


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What is to be stored of one session; no text in it is unredacted."""

    session_id: str
    project: str | None
    records: tuple[Invocation, ...]
    denied: Mapping[str, tuple[int, str]]
    """Refused spawn calls by workflow: how many, and when the prompt that asked for them was given."""
    open: int
    """Invocations that still run."""


@dataclass(frozen=True, slots=True)
class Concluder:
    """Concludes from one session after the other; what one had to look up, the next one knows."""

    gate: Gate
    config_dir: Path
    """The client's folder: agents may be defined there."""
    prices: PriceLists = field(default_factory=PriceLists)
    _definitions: dict[tuple[str, str | None], tuple[AgentDefinition, int] | None] = field(default_factory=dict)

    def conclude(self, evidence: SessionEvidence) -> tuple[Findings, Conclusion]:
        """Reconcile a session and build its records."""
        findings = reconcile(evidence)
        context = SessionContext(evidence, findings, self.gate, self._define, self.prices)
        return findings, Conclusion(
            session_id=self.gate.redact_name(evidence.session_id),
            project=self.gate.redact_path(context.project) if context.project else None,
            records=tuple(build_records(context)),
            denied=denied_calls(context),
            open=sum(life.verdict is None for life in findings.lives),
        )

    def _define(self, life: Life, project: str | None) -> AgentDefinition | None:
        key = (life.agent_name, project)
        if key not in self._definitions:
            place = Path(project) if project else None
            self._definitions[key] = find_definition(life.agent_name, project=place, config_dir=self.config_dir)
        ended = life.ended_at if life.ended_at is not None else life.started_at
        found = self._definitions[key]
        return found[0] if found is not None and found[1] <= ended else None
