"""How often suggested agents are taken, by agent and by the confidence with which they were suggested; what checks say.

An agent counts as taken when it is among those that were used in the end. Where that is not known the decision tells:
accepted means all that were suggested, rejected and ignored mean none, modified leaves it open.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Literal

from afteraction.analytics.statistics.wilson import wilson
from afteraction.learning.thresholds import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from afteraction.analytics.checked import CheckedRun
    from afteraction.store.events import SuggestedAgent, Suggestion, Validation

BANDS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Where each band of confidence begins; the last one includes 1."""
UNKNOWN_BAND = "unknown"
_TAKEN = {"accepted": True, "rejected": False, "ignored": False}


@dataclass(frozen=True, slots=True)
class Acceptance:
    """How often something was suggested, or checked, and taken, or passed."""

    by: Literal["agent", "confidence", "check"]
    name: str
    """The agent, the band of confidence, or the check."""
    total: int
    """Times it was suggested, or checked."""
    decided: int
    """Of these, those of which the outcome is known."""
    accepted: int
    """Of the decided ones, those that were taken, or passed."""
    rate: float | None
    """``accepted`` of ``decided``, as a fraction of 1; None when none is."""
    low: float | None
    """Wilson's lower bound, 95%."""
    high: float | None
    median_decide_ms: int | None
    """From showing it to the decision; None when no suggestion tells, and for checks."""


@dataclass(frozen=True, slots=True)
class _Shown:
    agent: str
    band: str
    taken: bool | None
    decide_ms: int | None


def acceptances(suggestions: Iterable[Suggestion], validations: Iterable[Validation]) -> list[Acceptance]:
    """By agent, the most suggested first; then by band of confidence, upwards; then by check, the most made first."""
    shown = [_shown(event, one) for event in suggestions for one in event.suggested]
    agents, bands, checks = (
        {name: [one for one in shown if one.agent == name] for name in {one.agent for one in shown}},
        {name: [one for one in shown if one.band == name] for name in {one.band for one in shown}},
        _by_check(validations),
    )
    return [
        *sorted((_row("agent", name, some) for name, some in agents.items()), key=lambda row: (-row.total, row.name)),
        *sorted((_row("confidence", name, some) for name, some in bands.items()), key=lambda row: row.name),
        *sorted((_row("check", name, some) for name, some in checks.items()), key=lambda row: (-row.total, row.name)),
    ]


def verdicts(suggestions: Iterable[Suggestion]) -> list[Tally]:
    """How often each suggested agent was taken, of the times of which that is known."""
    rows = acceptances(suggestions, ())
    return [Tally(row.name, row.accepted, row.decided) for row in rows if row.by == "agent"]


def passes(checks: Iterable[Validation], runs: Iterable[CheckedRun]) -> list[Tally]:
    """How many of each agent's checked runs passed. A run counts once, and passed when none of its checks failed.

    Checks of one run say much the same: were each counted, an agent would be judged by fewer runs than it seems.
    """
    passed: dict[str | None, bool] = {}
    for one in checks:
        if one.passed is not None:
            passed[one.invocation_id] = one.passed and passed.get(one.invocation_id, True)
    by_agent: dict[str, list[bool]] = {}
    for run in runs:
        if run.invocation_id in passed:
            by_agent.setdefault(run.agent_name, []).append(passed[run.invocation_id])
    return [Tally(agent, sum(found), len(found)) for agent, found in by_agent.items()]


def _shown(event: Suggestion, one: SuggestedAgent) -> _Shown:
    taken = _TAKEN.get(event.decision or "") if event.chosen is None else one.agent_name in event.chosen
    return _Shown(one.agent_name, band(one.confidence), taken, event.time_to_decide_ms)


def band(confidence: float | None) -> str:
    """The band of a confidence: ``0.70-0.80``; the lower bound belongs to it."""
    if confidence is None:
        return UNKNOWN_BAND
    at = max((number for number, low in enumerate(BANDS) if confidence >= low), default=0)
    return f"{BANDS[at]:.2f}-{(*BANDS, 1.0)[at + 1]:.2f}"


def _by_check(validations: Iterable[Validation]) -> dict[str, list[_Shown]]:
    found: dict[str, list[_Shown]] = {}
    for event in validations:
        found.setdefault(event.check, []).append(_Shown("", "", event.passed, None))
    return found


def _row(by: Literal["agent", "confidence", "check"], name: str, shown: Sequence[_Shown]) -> Acceptance:
    known = [one.taken for one in shown if one.taken is not None]
    times = [one.decide_ms for one in shown if one.decide_ms is not None]
    low, high = wilson(sum(known), len(known))
    return Acceptance(
        by=by,
        name=name,
        total=len(shown),
        decided=len(known),
        accepted=sum(known),
        rate=sum(known) / len(known) if known else None,
        low=low if known else None,
        high=high if known else None,
        median_decide_ms=round(median(times)) if times else None,
    )
