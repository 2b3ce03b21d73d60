"""What the pages tell a reader to run does run: each block as it stands there, from the page itself."""

from __future__ import annotations

import functools
import os
import pty
import re
import shlex
import subprocess
import sys
import termios
import time
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from typing import TYPE_CHECKING

import pytest

from afteraction.model import Outcome
from afteraction.moments import DAY_MS
from tests.archived import archive
from tests.conftest import installed
from tests.docs.snippets import RUN, Snippet, snippets, spoken
from tests.plugin_copy import CHECKOUT, path_with_afteraction
from tests.records import full_metadata, invocation, write_records
from tests.replay import Machine

if TYPE_CHECKING:
    from pathlib import Path

QUICKSTART = CHECKOUT / "docs" / "quickstart.md"
RECIPES = CHECKOUT / "docs" / "recipes.md"
SESSIONS = ("04e_maxturns", "02d_bg_nested")
RECORDED = "2026-11-22"
"""The day on which they were."""


def test_a_block_that_is_not_run_says_so() -> None:
    """A snippet that nobody ever ran must not look like one that works."""
    silent = [
        f"{page.name}:{block.line}"
        for page in (QUICKSTART, RECIPES)
        for block in snippets(page)
        if block.language not in RUN and not block.before.startswith("Not run")
    ]

    assert silent == []


def test_the_quickstart_shows_what_it_says(tmp_path: Path) -> None:
    """From an empty home with two recorded sessions, in the page's order: every command works and shows these lines."""
    machine = Machine(tmp_path)
    for session in SESSIONS:
        machine.place_transcripts(session)
    _move_to_yesterday(tmp_path / ".claude" / "projects")
    ran = 0
    for block in snippets(QUICKSTART):
        if block.language == "console":
            for command, expected in spoken(block):
                _shows(_on_terminal(command, tmp_path), expected)
                ran += 1
        elif block.language in RUN:
            done = _run(block, tmp_path)
            assert done.returncode == 0, done.stderr
            ran += 1

    assert ran == len([block for block in snippets(QUICKSTART) if block.language in RUN]) + 1
    assert not (tmp_path / ".claude" / "settings.json").exists(), "uninstall comes after install"
    assert (tmp_path / ".local/share/afteraction/telemetry/invocations").is_dir()


def test_every_recipe_works_on_real_records(tmp_path: Path) -> None:
    """Each block of shell and Python as it stands, after the first that names the folder; and each says something."""
    installed("jq", package="jq")
    root = _recorded(tmp_path)
    first, *others = (block for block in snippets(RECIPES) if block.language in RUN)
    output = {}
    for block in others:
        done = _run(block, tmp_path, before=first.text)
        assert done.returncode == 0, f"line {block.line}: {done.stderr}"
        output[block.line] = done.stdout

    said = "\n".join(output.values())
    assert "# Workflow efficiency" in (tmp_path / "weekly.md").read_text(encoding="utf-8")
    assert "| Explore |" not in said, "the report is in its file"
    assert re.search(r"^tester turn_limit \d+$", said, re.MULTILINE), "DuckDB on the files"
    assert re.search(r"^packed-only 1 0\.\d+$", said, re.MULTILINE), "DuckDB on the archive"
    assert not re.search(r"^tester \d+ \d", said, re.MULTILINE), "what has a file is not counted from the archive"
    assert len(output) >= 10
    mail = message_from_bytes((tmp_path / "last-week.eml").read_bytes())
    assert [part.get_filename() for part in mail.walk()][-1] == "last-week.html"
    assert root.is_dir()


def test_the_gate_of_the_recipes_closes(tmp_path: Path) -> None:
    """The exit codes in the page's table: open for good agents, closed for a bad one, 3 where nothing is recorded."""
    gate = next(block for block in snippets(RECIPES) if "--fail-under" in block.text)
    first = snippets(RECIPES)[0].text
    assert _run(gate, tmp_path, before=first).returncode == 3
    _recorded(tmp_path)
    assert _run(gate, tmp_path, before=first).returncode == 0
    root = tmp_path / ".local/share/afteraction/telemetry"
    bad = functools.partial(invocation, agent="bad", status="failure", started_ms=_now_ms() - DAY_MS)
    write_records(root, *(bad(900 + number) for number in range(24)))
    closed = _run(gate, tmp_path, before=first)

    assert closed.returncode == 1
    assert "bad succeeds" in closed.stderr


def test_a_false_word_on_the_page_is_noticed(tmp_path: Path) -> None:
    """The comparison itself: a line that is not shown, or not in this order, fails."""
    page = tmp_path / "page.md"
    page.write_text("Text.\n\n```console\n$ printf 'one\\ntwo\\n'\none\ntwo\n```\n", encoding="utf-8")
    [(command, shown)] = spoken(snippets(page)[0])
    _shows(_on_terminal(command, tmp_path), shown)
    for wrong in (["two", "one"], ["three"]):
        with pytest.raises(AssertionError, match="not shown"):
            _shows(_on_terminal(command, tmp_path), wrong)


def _recorded(home: Path) -> Path:
    """Workflows of two agents in the last days, one of whose runs failed, and an old day that is packed."""
    root = home / ".local/share/afteraction/telemetry"
    now_ms = _now_ms()
    cut_short = full_metadata("partial", outcome=Outcome(category="turn_limit", evidence=("transcript: turn limit",)))
    recent = functools.partial(invocation, started_ms=now_ms - 2 * DAY_MS)
    for number in range(24):
        together = f"wf-20251030-{number:08x}"
        write_records(root, recent(2 * number, workflow_id=together))
        write_records(root, recent(2 * number + 1, agent="tester", workflow_id=together))
    write_records(root, recent(50, agent="tester", status="partial", metadata=cut_short))
    old_ms = now_ms - 60 * DAY_MS
    late = invocation(61, agent="tester", started_ms=old_ms)
    write_records(root, invocation(60, agent="packed-only", started_ms=old_ms), late)
    assert archive(root, datetime.now(UTC).date() - timedelta(days=30)) == 2
    write_records(root, late)
    return root


def _move_to_yesterday(transcripts: Path) -> None:
    """Reports tell the last week apart, and the sessions were recorded once; the page is read any day."""
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    for path in transcripts.rglob("*.jsonl"):
        path.write_text(path.read_text(encoding="utf-8").replace(RECORDED, yesterday), encoding="utf-8")


def _now_ms() -> int:
    """The program asks for the last weeks, so its records must lie in them."""
    return time.time_ns() // 1_000_000


def _run(block: Snippet, folder: Path, *, before: str = "") -> subprocess.CompletedProcess[str]:
    """Run a block of shell or Python in ``folder``, which is HOME too, after some lines of shell."""
    script = folder / "snippet.py"
    script.write_text(block.text, encoding="utf-8")
    text = block.text if block.language == "sh" else f"exec {shlex.quote(sys.executable)} {shlex.quote(str(script))}"
    return subprocess.run(
        ["sh", "-e", "-c", f"{before}\n{text}"], cwd=folder, env=_environment(folder), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def _on_terminal(command: str, folder: Path) -> str:
    """What a shell command shows on a terminal of 80 columns."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    environment = {**_environment(folder), "TERM": "xterm-256color"}
    process = subprocess.Popen(["sh", "-c", command], cwd=folder, env=environment, stdin=theirs, stdout=theirs,
                               stderr=theirs)  # fmt: skip
    os.close(theirs)
    shown = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    assert process.wait(timeout=60) == 0, shown.decode()
    return shown.decode()


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65_536)
    except OSError:  # Linux answers EIO once the other side is closed
        return b""


def _environment(home: Path) -> dict[str, str]:
    return {"HOME": str(home), "PATH": path_with_afteraction(), "LANG": "C.UTF-8"}


def _shows(screen: str, expected: list[str]) -> None:
    """Each expected line is on the screen, in order; what stands behind ``…`` may be anything."""
    lines = iter([line.rstrip() for line in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", screen).splitlines()])
    for line in expected:
        begin, cut, _ = line.partition("…")
        assert any(shown.startswith(begin) if cut else shown == line for shown in lines), f"not shown: {line}"
