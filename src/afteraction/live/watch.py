"""Watches one telemetry root: who runs now, and every change of that.

A look takes what was added to the spool and to the records since the last one, asks the kernel whether the clients of
running agents still live, and hands out a snapshot. One thread may use a watch; whoever serves many viewers keeps one
watch and hands its snapshots on.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from afteraction.collector.identity import invocation_key
from afteraction.collector.liveness import STALE_AFTER_MS, linux_process_state
from afteraction.live.lives import Lives
from afteraction.live.new_records import NewRecords
from afteraction.live.spool_tail import SpoolTail
from afteraction.moments import DAY_MS, utc_date
from afteraction.paths import claude_config_dir
from afteraction.sources.claude.session_files import agent_file, agent_meta, file_stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from threading import Event

    from afteraction.collector.liveness import ProcessState
    from afteraction.collector.record import Gate
    from afteraction.live.snapshot import Snapshot
    from afteraction.live.told import OpenAgent
    from afteraction.paths import Root
    from afteraction.sources.claude.events import ClientProcess

TICK_S = 0.2
"""How long ``changes`` rests between two looks."""
ENDED = 20
"""So many ended agents a snapshot has."""
_DESCRIBED_WITHIN_MS = 60_000
"""For so long a client that has not written down what an agent is asked to do is asked again."""


class Watch:
    """Who runs now, told again and again."""

    def __init__(
        self,
        root: Root,
        environ: Mapping[str, str],
        gate: Gate,
        *,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        process_state: Callable[[ClientProcess], ProcessState] = linux_process_state,
    ) -> None:
        """Begin with nothing read; ``gate`` clears every text that is handed out."""
        self._environ = environ
        self._now_ms = now_ms
        self._process_state = process_state
        self._tail = SpoolTail(root.spool)
        self._records = NewRecords(root.invocations)
        self._lives = Lives(gate, most=ENDED)

    def look(self) -> Snapshot:
        """Who runs now, and who ended last."""
        self._hear()
        while self._tail.behind:
            self._hear()
        now_ms = self._now_ms()
        awaited = [*self._lives.running(), *self._lives.unjudged()]
        keys = {_key(agent) for agent in awaited}
        days = {utc_date(agent.started_at - back) for agent in awaited for back in (0, DAY_MS)}
        for record in self._records.read(keys, days):
            self._lives.record(record)
        for agent in self._lives.running():
            if not agent.described and now_ms - agent.started_at < _DESCRIBED_WITHIN_MS:
                self._describe(agent)
            if self._is_gone(agent, now_ms):
                self._lives.lose(agent.agent_id)
        return self._lives.snapshot()

    def changes(self, stop: Event, *, tick_s: float = TICK_S) -> Iterator[Snapshot]:
        """The first snapshot, and then each that differs from the one before, until ``stop`` is set."""
        last: Snapshot | None = None
        while not stop.is_set():
            snapshot = self.look()
            if snapshot != last:
                last = snapshot
                yield snapshot
            stop.wait(tick_s)

    def _hear(self) -> None:
        for event in self._tail.read():
            self._lives.hear(event)

    def _describe(self, agent: OpenAgent) -> None:
        if agent.transcript_path is not None:
            meta = agent_meta(Path(agent.transcript_path), agent.agent_id, self._config_dir(agent) / "projects")
            self._lives.learn(agent.agent_id, meta)

    def _config_dir(self, agent: OpenAgent) -> Path:
        return Path(agent.config_dir) if agent.config_dir else claude_config_dir(self._environ)

    def _is_gone(self, agent: OpenAgent, now_ms: int) -> bool:
        """Whether an agent's client has ended, or, where that cannot be known, has been silent for long."""
        state = self._process_state(agent.client) if agent.client.pid is not None else "unknown"
        cleared = agent.session_cleared_at > agent.started_at and state != "alive"
        if state == "dead" or agent.session_ended_at > agent.started_at or cleared:
            return True
        if state == "alive":
            return False
        heard = agent.heard_at
        if agent.transcript_path is not None:
            main = Path(agent.transcript_path)
            written = [file_stamp(main)[1], file_stamp(agent_file(main, agent.agent_id))[1]]
            heard = max(heard, max(written) // 1_000_000)
        return now_ms - heard > STALE_AFTER_MS


def _key(agent: OpenAgent) -> str:
    """By what an agent's record will be found."""
    return invocation_key(agent_id=agent.agent_id, tool_use_id=None, session_id=agent.session_id)
