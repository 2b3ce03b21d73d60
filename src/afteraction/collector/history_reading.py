"""Reading past sessions, in this process or in several.

What is read in other processes comes back through one pipe each, in the order of the sessions: a process that dies (for
want of memory, say) is noticed by the end of its pipe, and this one reads the rest of its share itself. A pool of the
standard library would wait for ever for what the dead one had in hand.
"""

from __future__ import annotations

import contextlib
import gc
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from afteraction.collector.conclusion import Concluder, Conclusion
from afteraction.collector.evidence import SessionEvidence
from afteraction.collector.failures import Failure, describe
from afteraction.collector.liveness import linux_process_state, session_over
from afteraction.sources.claude.session_files import glance_at, may_tell_of_agents, named_elsewhere, read_session
from afteraction.sources.claude.transcript import Glance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection
    from pathlib import Path

    from afteraction.collector.record import Gate
    from afteraction.sources.claude.history import PastSession

PARALLEL_FROM_BYTES = 64 * 1024 * 1024
"""Less is read sooner than other processes start."""
_BATCH_BYTES = 8 * 1024 * 1024
_BATCH_SESSIONS = 64


@dataclass(frozen=True, slots=True)
class SessionRead:
    """What one session gave."""

    conclusion: Conclusion | None = None
    """None when it has nothing to do with subagents."""
    foreign: bool = False
    """Its file is no transcript."""
    broken_lines: int = 0
    cut_files: int = 0
    first_ms: int | None = None
    """Its oldest line, epoch ms."""
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads sessions one after the other."""

    concluder: Concluder
    now_ms: int

    @classmethod
    def start(cls, make_gate: Callable[[], Gate], config_dir: Path, now_ms: int) -> Self:
        """A reader with a redactor of its own; ``config_dir`` is the client's folder, ``now_ms`` the time, epoch ms."""
        return cls(Concluder(make_gate(), config_dir), now_ms)

    def read(self, sessions: Sequence[PastSession]) -> list[SessionRead]:
        """Read some sessions; one that fails says so and stops no other."""
        gc.disable()  # nothing that is read refers back to itself: looking for cycles costs a fifth of the time
        try:
            return [self._read(session) for session in sessions]
        finally:
            gc.enable()

    def _read(self, session: PastSession) -> SessionRead:
        try:
            return self._read_whole(session)
        except Exception as error:  # noqa: BLE001 - one session must not stop the others
            return SessionRead(failure=describe(error))

    def _read_whole(self, session: PastSession) -> SessionRead:
        files = session.files
        seen = glance_at(files.main) if files.main is not None else Glance()
        if not files.agents and not (files.main and seen.is_transcript and may_tell_of_agents(files.main)):
            return SessionRead(foreign=not seen.is_transcript, first_ms=seen.first_at)
        main, agents = read_session(files)
        evidence = SessionEvidence(
            session_id=session.session_id,
            main=main,
            agents=agents,
            elsewhere=named_elsewhere(files.main, main, agents),
            over=session_over(
                (), files_changed_ms=session.changed_ms, now_ms=self.now_ms, process_state=linux_process_state
            ),
        )
        _, conclusion = self.concluder.conclude(evidence)
        starts = (transcript.first_at for transcript in evidence.transcripts())
        return SessionRead(
            conclusion=conclusion,
            broken_lines=sum(transcript.unreadable for transcript in evidence.transcripts()),
            cut_files=sum(transcript.cut for transcript in evidence.transcripts()),
            first_ms=min(filter(None, (seen.first_at, *starts)), default=None),
        )


def read_sessions(
    sessions: Sequence[PastSession], make_reader: Callable[[], Reader], *, jobs: int
) -> Iterator[tuple[Sequence[PastSession], list[SessionRead]]]:
    """Read sessions batch by batch, in their order, with as many processes as were asked for and pay off."""
    batches = list(_batches(sessions))
    if jobs <= 1 or sum(session.size for session in sessions) < PARALLEL_FROM_BYTES:
        reader = make_reader()
        for batch in batches:
            yield batch, reader.read(batch)
        return
    with contextlib.ExitStack() as stack:
        pipes = _start_processes(batches, make_reader, min(jobs, len(batches)), stack)
        own: Reader | None = None
        for place, batch in enumerate(batches):
            try:
                results = pipes[place % len(pipes)].recv()
            except (EOFError, OSError):  # its process is gone
                own = own or make_reader()
                results = own.read(batch)
            yield batch, results


def _start_processes(
    batches: Sequence[Sequence[PastSession]],
    make_reader: Callable[[], Reader],
    number: int,
    stack: contextlib.ExitStack,
) -> list[Connection]:
    """Give each process its share of the batches, dealt in turn; what it reads comes out of its pipe."""
    import multiprocessing

    forked = sys.platform == "linux"
    context: Any = multiprocessing.get_context("fork" if forked else "spawn")
    pipes: list[Connection] = []
    for first in range(number):
        receiving, sending = context.Pipe(duplex=False)
        pipes.append(receiving)
        inherited = tuple(pipes) if forked else ()
        process = context.Process(
            target=_serve, args=(sending, inherited, make_reader, batches[first::number]), daemon=True
        )
        process.start()
        sending.close()
        stack.callback(process.join)
        stack.callback(process.terminate)
        stack.callback(receiving.close)
    return pipes


def _serve(
    sending: Connection,
    inherited: Sequence[Connection],
    make_reader: Callable[[], Reader],
    batches: Sequence[Sequence[PastSession]],
) -> None:
    """Read one share. Nobody holds the other end once the process that asked is gone, and writing then fails."""
    for connection in inherited:
        connection.close()
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        reader = make_reader()
        for batch in batches:
            sending.send(reader.read(batch))


def _batches(sessions: Sequence[PastSession]) -> Iterator[Sequence[PastSession]]:
    batch: list[PastSession] = []
    size = 0
    for session in sessions:
        batch.append(session)
        size += session.size
        if size >= _BATCH_BYTES or len(batch) >= _BATCH_SESSIONS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
