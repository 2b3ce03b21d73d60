"""A hook that is killed at any system call harms neither what is there nor the next hook."""

from __future__ import annotations

import fcntl
from typing import TYPE_CHECKING

from tests.reliability.traced import after_first_change, calls_in, was_killed
from tests.reliability.traced_hook import PLACES, UNKNOWN, run_plain, run_traced, shared_out, state, whole_lines

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reliability.figures import Figures
    from tests.reliability.traced import Call

BEFORE_THE_COLLECTOR = ("setsid", "chdir", "dup2")
"""Calls that only the hook's fork makes, before it becomes the collector."""


def test_kill_at_any_call_after_the_first_write(tmp_path: Path, figures: Figures) -> None:
    """Kill -9 from the first folder it makes on: no torn line, no other file, and the next hook goes all the way."""
    log = tmp_path / "undisturbed.strace"
    assert run_traced(tmp_path / "undisturbed", log, []) == (0, b"")
    places = after_first_change(calls_in(log), tmp_path / "undisturbed")

    def judge(name: str, call: Call) -> str | None:
        root, log = tmp_path / name, tmp_path / f"{name}.strace"
        result = run_traced(root, log, call.killing())
        left, kept = state(root), whole_lines(root)
        if result != (0, b"") or not was_killed(log) or not left <= PLACES or kept > 1:
            return f"{call}: {result}, killed: {was_killed(log)}, {sorted(left)}, lines: {kept}"
        if run_plain(root) != (0, b"") or whole_lines(root) != kept + 1 or state(root) != PLACES - {UNKNOWN}:
            return f"{call}: the next hook left {sorted(state(root))}, lines: {whole_lines(root)}"
        return None

    what = "hook killed at a call: torn line, file left, or next hook stopped"
    figures.hold(what, len(places), harm=shared_out(places, judge), at_least=20)


def test_killed_fork_gives_the_lock_back(tmp_path: Path) -> None:
    """The hook's fork holds the collector's lock; whatever kills it before it is the collector, the lock is free."""
    for name in BEFORE_THE_COLLECTOR:
        root, log = tmp_path / name, tmp_path / f"{name}.strace"
        assert run_traced(root, log, ["--follow-forks", f"--trace={name}", f"--inject={name}:signal=KILL"]) == (0, b"")
        with (root / "spool" / "collector.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # waits for the fork that is being killed
        assert was_killed(log)
        assert whole_lines(root) == 1
