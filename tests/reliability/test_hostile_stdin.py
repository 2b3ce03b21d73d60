"""Stdin without end, or of one sign again and again: the hook stops by itself, within little memory and processor time.

The kernel holds the limits, not a clock in the test: a hook that wants more is killed, and then its status is not 0.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
from typing import IO, TYPE_CHECKING

import pytest

from tests.hook_process import NO_COLLECTOR, SILENT, hook_arguments, run_hook, spool_lines
from tests.reliability.traced import needed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.reliability.figures import Figures

LIMITS = ("--as=150000000", "--cpu=5")
"""Bytes of address space, and seconds of processor time."""
ENDLESS_LIMITS = ("--as=60000000", "--cpu=5")
"""Less, because the time ends a stream of single bytes long before it is large: what it takes must not be per byte."""
MEGABYTES = 50
HEAD = b'{"session_id":"a","hook_event_name":"Stop"'
REPEATED = {
    "NUL": b"\0",
    "blanks": b" \n",
    "no UTF-8": b"\xff\xfe",
    "half surrogates": b"\xed\xa0\x80",
    "escaped half surrogates": b"\\ud800",
    "quotes": b'"',
    "backslashes": b"\\",
    "arrays": b"[",
    "objects": b'{"a":',
    "members": b'"a":1,',
    "digits": b"9",
    "NaN": b"NaN,",
    "events": HEAD + b"}",
}


def limited(root: Path, limits: tuple[str, ...] = LIMITS) -> list[str]:
    """The hook under the limits."""
    return [needed("prlimit", "util-linux"), *limits, *hook_arguments(root)]


@pytest.mark.parametrize("start", [b"", HEAD + b',"x":', HEAD + b',"x":"'], ids=["alone", "as a value", "in a text"])
@pytest.mark.parametrize("what", REPEATED)
def test_one_thing_again_and_again(tmp_path: Path, figures: Figures, what: str, start: bytes) -> None:
    """50 MB of it: silence, one whole line, and it tells of the event where the event came first."""
    piece = REPEATED[what]
    payload = start + piece * ((MEGABYTES << 20) // len(piece))

    done = subprocess.run(limited(tmp_path), input=payload, capture_output=True, env={}, timeout=60, check=False)

    assert (done.returncode, done.stdout, done.stderr) == SILENT
    (line,) = spool_lines(tmp_path)
    if start or what == "events":
        assert line["payload"] == {"session_id": "a", "hook_event_name": "Stop"}
    figures.hold(f"hook given {MEGABYTES} MB of one thing, under limits: a sound or no line", 1)


def dribble() -> Iterator[bytes]:
    """An event, and then a sign at a time."""
    return itertools.chain([HEAD + b',"x":"'], itertools.repeat(b"x"))


def flood() -> Iterator[bytes]:
    """An event, and then more than anybody could read."""
    return itertools.chain([HEAD + b',"x":"'], itertools.repeat(b"x" * (1 << 20)))


def write_on(pipe: IO[bytes], pieces: Iterator[bytes]) -> None:
    """Write until nobody reads any more."""
    for piece in pieces:
        pipe.write(piece)


@pytest.mark.parametrize("pieces", [dribble, flood])
def test_stdin_without_end(tmp_path: Path, figures: Figures, pieces: Callable[[], Iterator[bytes]]) -> None:
    """A client that never stops writing is left, and the event that came first is not lost."""
    command = limited(tmp_path, ENDLESS_LIMITS)
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={}, bufsize=0
    ) as hook:
        assert hook.stdin
        assert hook.stdout
        with pytest.raises(BrokenPipeError):
            write_on(hook.stdin, pieces())
        assert hook.stdout.read() == b""
    assert hook.returncode == 0
    (line,) = spool_lines(tmp_path)
    assert line["payload"] == {"session_id": "a", "hook_event_name": "Stop"}
    figures.hold("hook given stdin without end, under limits: not left or event lost", 1)


@pytest.mark.parametrize("cut", range(1, len(HEAD) + 1, 4))
def test_event_cut_anywhere(tmp_path: Path, figures: Figures, cut: int) -> None:
    """A payload that ends early: silence and one whole line, whatever it can still tell."""
    assert run_hook(HEAD[:cut], tmp_path) == SILENT
    (line,) = spool_lines(tmp_path)
    assert line.get("unreadable") is True or line["cut"] is True
    figures.hold("payload cut short: a sound or no line", 1)


_LATE = """
import sys, time
from afteraction.hook import record_event
record_event.STDIN_SECONDS = 1e-6
alarm = record_event.setitimer
def late(*given):
    alarm(*given)
    until = time.monotonic() + 0.01
    while given[1] and time.monotonic() < until:
        pass
record_event.setitimer = late
record_event.main(sys.argv)
"""
"""A machine so busy that the time for stdin is up before the hook gets to look at it."""


@pytest.mark.parametrize("filler", [0, 300_000], ids=["short", "more than a pipe holds"])
@pytest.mark.parametrize("kind", ["file", "pipe", "pipe that stays open"])
def test_what_had_arrived_when_the_time_was_up_is_read(
    tmp_path: Path, figures: Figures, kind: str, filler: int
) -> None:
    """An event is not lost because its hook was kept waiting; of one that is longer than a pipe, its beginning."""
    payload = HEAD + b',"x":"' + b"x" * filler + b'"}'
    (tmp_path / "payload").write_bytes(payload)
    command = [sys.executable, "-c", _LATE, str(tmp_path / "root"), NO_COLLECTOR]
    with (tmp_path / "payload").open("rb") as file:
        hook = subprocess.Popen(command, stdin=file if kind == "file" else subprocess.PIPE, stdout=subprocess.PIPE)
        if hook.stdin:
            hook.stdin.write(payload[: 1 << 16])
            hook.stdin.flush()
            if kind == "pipe":
                hook.stdin.close()
        assert hook.stdout
        assert (hook.stdout.read(), hook.wait()) == (b"", 0)
        hook.stdout.close()
        if hook.stdin:
            hook.stdin.close()

    (line,) = spool_lines(tmp_path / "root")
    assert line["payload"] == {"session_id": "a", "hook_event_name": "Stop"}
    figures.hold("hook kept waiting until the time for stdin was up: event lost", 1)
