"""A collector whose n-th system call fails leaves nothing wrong behind, whichever call and however it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.reliability.collectors import Told, derived, shared_out, temporary_files, undisturbed
from tests.reliability.traced import faults, was_injected

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reliability.collectors import Server
    from tests.reliability.figures import Figures
    from tests.reliability.traced import Call


@pytest.mark.parametrize("way", ["after a hook", "in an import"])
def test_sweep_brings_back_what_a_failing_call_cost(tmp_path: Path, figures: Figures, way: str) -> None:
    """Every file call fails once in every way it can: the next sweep gives the same bytes as if nothing had failed."""
    told = Told(tmp_path, hooks=way != "in an import")
    sweep = way == "in an import"
    calls, wanted = undisturbed(told, sweep=sweep)
    ways_to_fail = faults(calls)

    def judge(server: Server, name: str, fault: tuple[Call, str]) -> str | None:
        call, error = fault
        root, log = told.root(name), told.log(name)
        status = server.collect_traced(root, log, call.failing(error), sweep=sweep)
        if status not in {0, 1} or not was_injected(log):
            return f"{error} at {call}: status {status}, injected: {was_injected(log)}"
        healed = server.collect(root, sweep=True)
        if healed != 0 or derived(root) != wanted or temporary_files(root):
            return f"{error} at {call}: {healed}, {sorted(derived(root))}, {temporary_files(root)}"
        return None

    what = f"call of a collector {way} fails: next sweep gives other bytes"
    figures.hold(what, len(ways_to_fail), harm=shared_out(told, ways_to_fail, judge), at_least=200)
