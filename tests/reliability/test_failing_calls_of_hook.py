"""A hook whose n-th system call fails is silent, and at most its own event is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.reliability.traced import calls_in, faults, was_injected
from tests.reliability.traced_hook import PLACES, run_plain, run_traced, shared_out, state, whole_lines

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reliability.figures import Figures
    from tests.reliability.traced import Call


def test_failing_call_is_silent_and_costs_one_event(tmp_path: Path, figures: Figures) -> None:
    """Every file call, those of Python's start included, fails in every way it can: no torn line, nothing else lost."""
    log = tmp_path / "undisturbed.strace"
    assert run_traced(tmp_path / "undisturbed", log, []) == (0, b"")
    ways_to_fail = faults(calls_in(log))

    def judge(name: str, fault: tuple[Call, str]) -> str | None:
        call, error = fault
        root, log = tmp_path / name, tmp_path / f"{name}.strace"
        result = run_traced(root, log, call.failing(error))
        left, kept = state(root), whole_lines(root)
        if result != (0, b"") or not was_injected(log) or not left <= PLACES:
            return f"{error} at {call}: {result}, injected: {was_injected(log)}, {sorted(left)}"
        if run_plain(root) != (0, b"") or whole_lines(root) != kept + 1:
            return f"{error} at {call}: the next hook recorded {whole_lines(root) - kept} events"
        return None

    what = "call of a hook fails: a sound, a torn line, or more lost than its own event"
    figures.hold(what, len(ways_to_fail), harm=shared_out(ways_to_fail, judge), at_least=200)
