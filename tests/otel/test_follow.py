"""The continuous mode: it waits for whom it must wait, and loses nothing meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from opentelemetry.sdk.resources import Resource

from afteraction.otel.export import Export, ExportReport
from afteraction.otel.follow import Rhythm, World, follow
from afteraction.otel.journal import open_journal
from afteraction.otel.receiver import Answer, Receiver, Verdict
from afteraction.otel.spans import Sender
from afteraction.paths import Root
from tests.hook_process import wait_until
from tests.otel.loopback import Inbox, Said, free_port, receiver
from tests.program import COMMAND
from tests.records import invocation, write_records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOUR_S = 3600.0
LATE_NS = 10**18
"""A moment that the tests call now, or the time of writing."""


def test_following_survives_a_receiver_that_comes_late(tmp_path: Path) -> None:
    """Down, then up, then new work: the process stays, and everything arrives once."""
    port = free_port()
    write_records(tmp_path, invocation(1))
    with _following(tmp_path, port) as process:
        assert process.stderr is not None
        assert b"does not answer" in process.stderr.readline()
        with receiver(port) as inbox:
            wait_until(lambda: bool(inbox.accepted))
            write_records(tmp_path, invocation(2))
            wait_until(lambda: len(inbox.accepted) == 14)
            wait_until(lambda: bool(inbox.metrics))
            process.send_signal(signal.SIGTERM)
            assert b"takes everything again" in process.stderr.readline()
            assert b"Stopped" in process.stderr.readline()
            assert process.wait(30) == 0

    assert len({span.span_id for span in inbox.accepted}) == 14


class _EndedError(Exception):
    """Ends a loop that has no end."""


def test_following_waits_as_long_as_it_was_asked_else_ever_longer(root: Path, inbox: Inbox) -> None:
    """``Retry-After`` is an order; silence is answered with patience that doubles and is bounded."""
    inbox.answers = deque([Said(503, {"Retry-After": "3600"}), Said(503), Said(503), Said()])
    waits: list[float] = []

    def pause(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 4:
            raise _EndedError

    with _export(root, inbox, patience_s=0.7) as export, pytest.raises(_EndedError):
        follow(export, lambda: Answer(Verdict.ACCEPTED), Rhythm(interval_s=5), World(lambda: LATE_NS, pause, _ignore))

    assert waits == [HOUR_S, 20, 40, 5]


def test_a_workflow_is_sent_when_it_no_longer_grows(root: Path, inbox: Inbox) -> None:
    """A span cannot be taken back: agents are sent as they end, their workflow when it has come to rest."""
    (path,) = (root / "workflows").iterdir()
    os.utime(path, ns=(LATE_NS, LATE_NS))
    with _export(root, inbox, patience_s=5) as export:
        early = export.run(settled_before_ns=LATE_NS - 1)
        late = export.run(settled_before_ns=LATE_NS)

    assert (early.invocations, early.workflows) == (11, 0)
    assert (late.invocations, late.workflows) == (0, 1)


@contextmanager
def _export(root: Path, inbox: Inbox, *, patience_s: float) -> Iterator[Export]:
    there = Receiver(inbox.url, patience_s=patience_s, now=lambda: 0.0)
    with open_journal(Root(root), inbox.url) as journal:
        yield Export(Root(root), there, journal, Sender(Resource({}), with_text=False))
    there.close()


@contextmanager
def _following(root: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    command = [*COMMAND, "otlp", f"http://127.0.0.1:{port}", "--follow", "--interval", "0.05", "--wait", "1"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(root), "OAK_TELEMETRY_DIR": str(root)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def _ignore(report: ExportReport, answer: Answer | None) -> None:
    del report, answer
