"""The continuous mode: a pass, a pause, until somebody ends it. A receiver that is down is waited for, ever longer.

Nothing is kept in memory in between: what was not accepted is still a record that the journal does not name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.otel.receiver import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from afteraction.otel.export import Export, ExportReport
    from afteraction.otel.receiver import Answer

_NS = 1_000_000_000
_LONGEST_WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often what is done, in seconds."""

    interval_s: float = 5.0
    """Between two passes."""
    settle_s: float = 60.0
    """How long a workflow must not have grown before it is sent."""
    metrics_s: float = 60.0
    """How long metrics are good for when nothing new was sent: many receivers forget a series that falls silent."""


@dataclass(frozen=True, slots=True)
class World:
    """What the loop needs from outside."""

    now_ns: Callable[[], int]
    pause: Callable[[float], object]
    """Sleeps for seconds; raises to end the loop."""
    tell: Callable[[ExportReport, Answer | None], None]
    """Told of every pass, and of the answer to metrics where any were sent."""


def follow(export: Export, send_metrics: Callable[[], Answer], rhythm: Rhythm, world: World) -> None:
    """Export for ever; returns only by what ``world.pause`` raises. OSError when the journal cannot be written."""
    failures = 0
    metrics_due_ns = 0
    while True:
        now_ns = world.now_ns()
        report = export.run(settled_before_ns=now_ns - round(rhythm.settle_s * _NS))
        answer = None
        if report.stopped is None and (report.spans or now_ns >= metrics_due_ns):
            answer = send_metrics()
            metrics_due_ns = now_ns + round(rhythm.metrics_s * _NS)
        world.tell(report, answer)
        trouble = report.stopped or (answer if answer is not None and answer.verdict is Verdict.LATER else None)
        failures = failures + 1 if trouble is not None else 0
        asked = trouble.wait_s if trouble is not None else rhythm.interval_s
        world.pause(min(_LONGEST_WAIT_S, rhythm.interval_s * 2**failures) if asked is None else asked)
