"""Whichever event of a session was lost, the record is the same: the transcript is the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.reliability.collectors import Told, essence, expected, shared_out

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reliability.collectors import Server
    from tests.reliability.figures import Figures


@pytest.mark.parametrize("case", ["00_basic", "02c_bg_several", "02d_bg_nested", "03a_sendmessage_resume"])
def test_any_lost_event_is_found_again(tmp_path: Path, figures: Figures, case: str) -> None:
    """Without any one event, without all from any on, with half a line only: a sweep gives the same records."""
    told = Told(tmp_path, case)
    (spooled,) = (tmp_path / "home" / "telemetry" / "spool").glob("*.jsonl")
    lines = spooled.read_bytes().splitlines(keepends=True)
    wanted = expected(case)
    one_lost = [[*lines[:at], *lines[at + 1 :]] for at in range(len(lines))]
    tail_lost = [lines[:at] for at in range(len(lines))]
    all_torn = [[lines[0][: len(lines[0]) // 2]], [lines[0][: len(lines[0]) // 2], b"\n"]]
    cases = [*one_lost, *tail_lost, *all_torn]

    def judge(server: Server, name: str, left: list[bytes]) -> str | None:
        root = told.root(name)
        (root / "spool" / spooled.name).write_bytes(b"".join(left))
        status = server.collect(root, sweep=True)
        missing = [number for number, line in enumerate(lines) if line not in left]
        return None if (status, essence(root)) == (0, wanted) else f"without {missing}: {status}, {essence(root)}"

    figures.hold("event lost, or all from one on: other records", len(cases), harm=shared_out(told, cases, judge))
