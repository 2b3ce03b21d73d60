"""A collector that is killed at any system call leaves nothing that the next one does not put right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.reliability.collectors import Told, derived, shared_out, temporary_files, undisturbed
from tests.reliability.traced import after_first_change, was_killed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reliability.collectors import Server
    from tests.reliability.figures import Figures
    from tests.reliability.traced import Call

KILLED = 128 + 9


@pytest.mark.parametrize("way", ["after a hook", "in a sweep", "in an import"])
def test_next_run_heals_whatever_call_the_last_was_killed_at(tmp_path: Path, figures: Figures, way: str) -> None:
    """Kill -9 at every call after the first write: the next run gives the same bytes, and no temporary file stays."""
    told = Told(tmp_path, hooks=way != "in an import")
    sweep = way != "after a hook"
    calls, wanted = undisturbed(told, sweep=sweep)
    assert len([place for place in wanted if place.startswith("invocations")]) == 2
    places = after_first_change(calls, tmp_path / "undisturbed")

    def judge(server: Server, name: str, call: Call) -> str | None:
        root, log = told.root(name), told.log(name)
        status = server.collect_traced(root, log, call.killing(), sweep=sweep)
        if status != KILLED or not was_killed(log):
            return f"{call}: not killed"
        healed = server.collect(root, sweep=sweep)
        if healed != 0 or derived(root) != wanted or temporary_files(root):
            return f"{call}: {healed}, {sorted(derived(root))}, {temporary_files(root)}"
        return None

    what = f"collector {way} killed at a call: next run gives other bytes or leaves a file"
    figures.hold(what, len(places), harm=shared_out(told, places, judge), at_least=60)
