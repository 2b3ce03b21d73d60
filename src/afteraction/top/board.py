"""The live view as rows: a snapshot, the past, and the time of asking put together. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from afteraction.analytics.agents import FEW
from afteraction.moments import utc_date, utc_timestamp
from afteraction.top.history import Usual

if TYPE_CHECKING:
    from afteraction.live.snapshot import EndedAgent, RunningAgent, Snapshot
    from afteraction.model import Status
    from afteraction.top.history import History, Today

_UNKNOWN = Usual(0, None, None)


@dataclass(frozen=True, slots=True)
class LiveRow:
    """One agent that runs, or that ended lately."""

    state: Literal["running", "ended"]
    agent_name: str
    description: str | None
    started_at: str | None
    """UTC."""
    ended_at: str | None
    """UTC; None while it runs, and where nobody saw the end."""
    elapsed_ms: int | None
    """How long it has been at work."""
    usual_ms: int | None
    """The median of its recorded runs."""
    usual_p90_ms: int | None
    """Nine of ten recorded runs took no longer; None with fewer than ``FEW`` of them."""
    status: Status | None
    """None while it runs, and while nothing is decided."""
    reason: str | None
    """The outcome's category."""
    error_message: str | None
    background: bool | None
    agent_id: str | None
    parent_agent_id: str | None
    invocation_id: str | None
    session_id: str | None
    project: str | None

    @property
    def is_long(self) -> bool:
        """Whether it has been at work longer than nine of ten runs of its kind."""
        return None not in (self.elapsed_ms, self.usual_p90_ms) and (self.elapsed_ms or 0) > (self.usual_p90_ms or 0)


@dataclass(frozen=True, slots=True)
class Board:
    """What the live view shows at one moment."""

    at: str
    """UTC."""
    at_ms: int
    """The same, epoch ms."""
    running: tuple[LiveRow, ...]
    """An agent stands behind its parent."""
    ended: tuple[LiveRow, ...]
    """The newest first."""
    today: Today | None
    """None while the past has not been read, and on a day on which it has not been read yet."""

    @property
    def rows(self) -> tuple[LiveRow, ...]:
        """All of them."""
        return (*self.running, *self.ended)


def board(snapshot: Snapshot, history: History | None, now_ms: int) -> Board:
    """Put together what runs, what is usual, and the time of asking."""
    usual = history.usual if history is not None else {}
    today = history.today if history is not None and history.today.day == utc_date(now_ms) else None
    return Board(
        at=utc_timestamp(now_ms),
        at_ms=now_ms,
        running=tuple(_running(one, usual.get(one.agent_name, _UNKNOWN), now_ms) for one in snapshot.running),
        ended=tuple(_ended(one, usual.get(one.agent_name, _UNKNOWN)) for one in snapshot.ended),
        today=today,
    )


def _running(agent: RunningAgent, usual: Usual, now_ms: int) -> LiveRow:
    return LiveRow(
        state="running",
        agent_name=agent.agent_name,
        description=agent.description,
        started_at=utc_timestamp(agent.started_at_ms),
        ended_at=None,
        elapsed_ms=max(now_ms - agent.started_at_ms, 0),
        usual_ms=usual.median_ms,
        usual_p90_ms=_p90(usual),
        status=None,
        reason=None,
        error_message=None,
        background=agent.background,
        agent_id=agent.agent_id,
        parent_agent_id=agent.parent_agent_id,
        invocation_id=None,
        session_id=agent.session_id,
        project=agent.project,
    )


def _ended(agent: EndedAgent, usual: Usual) -> LiveRow:
    return LiveRow(
        state="ended",
        agent_name=agent.agent_name,
        description=agent.description,
        started_at=utc_timestamp(agent.started_at_ms) if agent.started_at_ms is not None else None,
        ended_at=utc_timestamp(agent.ended_at_ms) if agent.ended_at_ms is not None else None,
        elapsed_ms=agent.execution_time_ms,
        usual_ms=usual.median_ms,
        usual_p90_ms=_p90(usual),
        status=agent.status,
        reason=agent.reason,
        error_message=agent.error_message,
        background=None,
        agent_id=agent.agent_id,
        parent_agent_id=None,
        invocation_id=agent.invocation_id,
        session_id=agent.session_id,
        project=agent.project,
    )


def _p90(usual: Usual) -> int | None:
    return usual.p90_ms if usual.invocations >= FEW else None
