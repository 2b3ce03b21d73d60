"""``afteraction top``: the program on real spools, in a pipe, under a pilot, and on a real pseudo-terminal."""

from __future__ import annotations

import asyncio
import io
import json
import re
import time
from typing import TYPE_CHECKING

from rich.console import Console
from textual.widgets import Static

from afteraction.live.snapshot import EndedAgent, RunningAgent, Snapshot
from afteraction.moments import DAY_MS, utc_timestamp
from afteraction.output.terminal import UNICODE, Screen
from afteraction.paths import Root
from afteraction.top.app import Top
from afteraction.top.board import board
from afteraction.top.history import History, Today, Usual, read_history
from afteraction.top.page import draw_board
from tests.live.telling import Telling
from tests.program import on_terminal, piped
from tests.records import NOW_MS, full_metadata, invocation, write_records
from tests.top.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from afteraction.errors import AfteractionError
    from afteraction.model import Invocation, Status

COLOUR = re.compile(r"\x1b\[[0-9;]*\b(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]")
MINUTE_MS = 60_000
TODAY = Today("2025-10-30", 14, 11, 2, 1, 1.2, 0)


def test_a_pipe_gets_one_snapshot(tmp_path: Path) -> None:
    """JSON says who runs, who ended and what today came to; rows are whole; both end with 0."""
    session = Telling(tmp_path)
    session.start("a0000000000000001", "test-runner", "Run the tests")
    session.start("a0000000000000002", "code-reviewer")
    session.stop("a0000000000000002")
    write_records(session.root.path, invocation(1, started_ms=NOW_MS))

    done = piped(session.root.path, "top", "--json")
    assert (done.code, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    (running,) = found["running"]
    assert (running["agent_name"], running["state"], running["usual_ms"]) == ("test-runner", "running", None)
    assert running["elapsed_ms"] >= 0
    assert [(row["agent_name"], row["status"]) for row in found["ended"]] == [
        ("code-reviewer", None),
        ("Explore", "success"),
    ]
    assert found["ended"][1]["usual_ms"] == 41_000
    assert found["today"]["invocations"] == 0

    done = piped(session.root.path, "top")
    assert done.code == 0
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert [line[0] for line in lines] == ["state", "running", "ended", "ended"]
    assert {len(line) for line in lines} == {len(lines[0])}


def test_an_empty_root_is_no_error(tmp_path: Path) -> None:
    """Nothing runs and nothing is recorded: a valid document, and on a terminal what to do."""
    done = piped(tmp_path, "top", "--json")
    assert done.code == 0
    assert (json.loads(done.stdout)["running"], json.loads(done.stdout)["ended"]) == ([], [])
    shown = on_terminal(tmp_path, "top")
    assert shown.code == 0
    assert "no subagent runs" in shown.stdout
    assert "afteraction install --user" in shown.stdout.replace("\n", " ")


def test_when_nothing_runs_the_last_end_is_named(tmp_path: Path) -> None:
    """The empty state tells when the last one ended, who it was and how."""
    write_records(tmp_path, invocation(1, status="failure"), invocation(2, started_ms=NOW_MS - 9 * DAY_MS))
    shown = on_terminal(tmp_path, "top", NO_COLOR="1")
    assert re.search(r"no subagent runs; the last ended \d+d\d\d ago: Explore, failure", shown.stdout)
    assert "x failure" in on_terminal(tmp_path, "top", LANG="C", LC_ALL="C").stdout


def test_without_the_extra_it_says_how_to_get_it(tmp_path: Path) -> None:
    """Staying needs Textual; the error has the command, and what works without."""
    (tmp_path / "path" / "textual").mkdir(parents=True)
    (tmp_path / "path" / "textual" / "__init__.py").write_text("raise ModuleNotFoundError(name='textual')")
    with Terminal(tmp_path, PYTHONPATH=str(tmp_path / "path")) as terminal:
        assert terminal.ended() == 1
    assert "textual is missing; run: pip install 'afteraction[top]'" in terminal.text
    assert "Traceback" not in terminal.text


def test_what_is_shown_against_what_is_usual() -> None:
    """Longer than nine of ten runs is marked with a sign and a word, but not where few runs tell what is usual."""
    long, few, unknown = (_running(name, NOW_MS - 5 * MINUTE_MS) for name in ("often", "seldom", "new"))
    usual = {
        "often": Usual(40, 2 * MINUTE_MS, 4 * MINUTE_MS),
        "seldom": Usual(3, MINUTE_MS, MINUTE_MS + 1),
    }
    text = _drawn(Snapshot((long, few, unknown)), History(usual, TODAY))
    lines = {line.split()[0]: line for line in text.splitlines() if "Run the tests" in line}
    assert "5m00 ▲ long 2m00 to 4m00 Run" in " ".join(lines["often"].split())
    assert "5m00 1m00 Run" in " ".join(lines["seldom"].split())
    assert "5m00 - Run" in " ".join(lines["new"].split())
    assert "3 running · today (UTC) 14 ended · 11 success · 2 failure · 1 partial · $1.20" in text


def test_yesterday_is_not_called_today() -> None:
    """After midnight (UTC) the sums of the day before are not shown as today's."""
    later = board(Snapshot(), History({}, TODAY), NOW_MS + DAY_MS)
    assert later.today is None
    assert board(Snapshot(), History({}, TODAY), NOW_MS).today == TODAY


def test_a_folder_that_cannot_be_read_ends_the_program_with_the_reason(tmp_path: Path) -> None:
    """What a report says of such a folder, the live view says as well, on a terminal that was put back."""
    session = Telling(tmp_path)
    session.start("a0000000000000001")
    session.root.invocations.write_text("a file where the folder should be")
    with Terminal(session.root.path) as terminal:
        assert terminal.ended() == 1
    assert "afteraction: cannot read" in terminal.text
    assert "Traceback" not in terminal.text


def test_eighty_columns_hold_everything() -> None:
    """Long names and tasks are cut with an ellipsis; no line is wider, and no text can move the cursor."""
    name, task = "a-very-long-agent-name-that-goes-on-and-on", "a task \x1b[2Jthat " + "goes on " * 20
    running = _running(name, NOW_MS - 100 * MINUTE_MS, task=task)
    child = _running("child", NOW_MS, task=task, agent_id="b", parent=running.agent_id)
    ended = tuple(_ended(number, status="failure", reason="context_exceeded", task=task) for number in range(3))
    usual = {name: Usual(40, 62 * MINUTE_MS, 63 * MINUTE_MS)}
    text = _drawn(Snapshot((running, child), ended), History(usual, TODAY))
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "└─ child" in text
    assert "context_exceed" in text
    assert "\x1b" not in text


def test_what_ended_tells_how_and_why() -> None:
    """An end without a record is being judged; one that nobody saw is said to be that."""
    judged = _ended(1, status="failure", reason="rate_limited")
    open_, lost = _ended(2, status=None, reason=None), _ended(3, status=None, reason=None, ended_at=None)
    text = _drawn(Snapshot((), (judged, open_, lost)), None)
    lines = [" ".join(line.split()) for line in text.splitlines() if "Run the tests" in line]
    assert lines == [
        "agent1 ✗ failure rate_limited 1m00 2m00 Run the tests",
        "agent2 · judging - 1m00 2m00 Run the tests",
        "agent3 · judging client gone - 3m00 Run the tests",
    ]


def test_today_and_the_usual_come_from_the_index(tmp_path: Path) -> None:
    """Today is the UTC day; what is usual is over everything recorded."""
    begin = NOW_MS - NOW_MS % DAY_MS
    write_records(
        tmp_path,
        invocation(1, started_ms=begin, took_ms=1000),
        invocation(2, started_ms=begin + 5, status="failure", took_ms=3000),
        invocation(3, started_ms=begin - 1, took_ms=5000, metadata=full_metadata(cost_usd=None)),
    )
    found = read_history(Root(tmp_path), NOW_MS)
    assert found.today == Today("2025-10-30", 2, 1, 1, 0, 0.0842, 0)
    assert found.usual["Explore"] == Usual(3, 3000, 4600)


def test_the_program_follows_and_quits_on_q(tmp_path: Path) -> None:
    """What hooks tell appears without a key, in the terminal program itself; q ends it."""
    session = Telling(tmp_path)
    shown: list[str] = []

    async def drive() -> AfteractionError | None:
        app = Top(session.watch(), session.root, Screen(Console(), UNICODE))
        async with app.run_test(size=(80, 24)) as pilot:
            await _seen(pilot, "no subagent runs", shown)
            await _told(lambda: session.start("a0000000000000001", "test-runner", "Run the tests"))
            await _seen(pilot, "1 running", shown)
            await _told(lambda: session.stop("a0000000000000001"))
            await _seen(pilot, "judging", shown)
            write_records(session.root.path, _record_of("a0000000000000001"))
            await _seen(pilot, "success", shown)
            await pilot.press("q")
        return app.return_value

    assert asyncio.run(drive()) is None
    assert "Run the tests" in shown[1]
    assert "no subagent runs; the last ended" in shown[2]


def test_on_a_real_terminal_it_follows_without_colour_and_leaves_it_clean(tmp_path: Path) -> None:
    """With NO_COLOR no colour is sent; the keyboard ends it with 0, and the terminal is put back."""
    session = Telling(tmp_path)
    with Terminal(session.root.path, NO_COLOR="1") as terminal:
        terminal.wait_for("no subagent runs")
        session.start("a0000000000000001", "test-runner")
        terminal.wait_for("test-runner")
        terminal.type("q")
        assert terminal.ended() == 0
    assert COLOUR.search(terminal.text) is None
    assert terminal.text.rindex("\x1b[?1049l") > terminal.text.rindex("\x1b[?1049h")


async def _told(tell: Callable[[], None]) -> None:
    await asyncio.to_thread(tell)


async def _seen(pilot: Pilot[AfteractionError | None], text: str, shown: list[str]) -> None:
    """Wait until a text is on the page, and keep the page."""
    while text not in (page := _page(pilot)):
        await pilot.pause(0.01)
    shown.append(page)


def _page(pilot: Pilot[AfteractionError | None]) -> str:
    widget = pilot.app.query_one("#page", Static)
    return "\n".join(line.text for line in widget.render_lines(widget.size.region))


def _record_of(agent_id: str) -> Invocation:
    now_ms = time.time_ns() // 1_000_000
    metadata = full_metadata(agent_id=agent_id, ended_at=utc_timestamp(now_ms + MINUTE_MS))
    return invocation(1, agent="test-runner", started_ms=now_ms, metadata=metadata)


def _drawn(snapshot: Snapshot, history: History | None) -> str:
    console = Console(width=80, color_system=None, record=True, file=io.StringIO())
    draw_board(board(snapshot, history, NOW_MS), Screen(console, UNICODE))
    return console.export_text()


def _running(
    name: str,
    started_ms: int,
    *,
    task: str = "Run the tests",
    agent_id: str | None = None,
    parent: str | None = None,
) -> RunningAgent:
    return RunningAgent(agent_id or name, name, task, started_ms, None, parent, "s", "/home/user/shop")


def _ended(
    number: int,
    *,
    status: Status | None,
    reason: str | None,
    task: str = "Run the tests",
    ended_at: int | None = NOW_MS - 2 * MINUTE_MS,
) -> EndedAgent:
    return EndedAgent(
        agent_id=f"a{number}",
        invocation_id=None,
        agent_name=f"agent{number}",
        description=task,
        started_at_ms=NOW_MS - 3 * MINUTE_MS,
        ended_at_ms=ended_at,
        execution_time_ms=MINUTE_MS if ended_at is not None else None,
        status=status,
        reason=reason,
        error_message=None,
        session_id="s",
        project="/home/user/shop",
    )
