"""The reports as users run them: a real process, in a pipe or on a terminal."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from afteraction.moments import DAY_MS
from tests.program import on_terminal, piped
from tests.records import NOW_MS, busy_workflow, full_metadata, invocation, write_records, write_workflow

if TYPE_CHECKING:
    from pathlib import Path

    from afteraction.model import Invocation, Status

HOSTILE_NAMES = ["\x1b[31mred\x1b]0;owned\x07", "=cmd()|' /C calc'!A0", "\u202egnp.exe", "two\tcells\nand lines"]
UNTIL = "2025-10-30T18:00Z"

LEADERBOARD = """\
194 agent runs · 25 days · $9.50 · 4 agents

AGENT                 RUNS   OK  0  95% interval  100  7-DAY  MEDIAN  $/OK
──────────────────────────────────────────────────────────────────────────
Explore                100  97%  ·················━●━     +4    0m41  0.05
git-workflow-manager    60  70%  ···········━━●━━····   ▲+60    0m41  0.07
frontend-developer      30  50%  ······━━━━●━━━······  ▼-100    0m41  0.10
project-historian        4  0/4  ●━━━━━━━━━··········    few    0m41     -

git-workflow-manager rose 60 points in 7 days
frontend-developer fell 100 points in 7 days
4 runs without a known price
next: afteraction show inv-20251026-000000000202
"""


def runs(
    agent: str, first: int, outcomes: dict[Status, int], *, days_ago: int, cost: float | None = 0.05
) -> list[Invocation]:
    """As many records of each status as asked for."""
    statuses = [status for status, count in outcomes.items() for _ in range(count)]
    return [
        invocation(
            first + at, agent=agent, status=status, started_ms=NOW_MS - days_ago * DAY_MS + at * 1000,
            metadata=full_metadata(status, cost_usd=cost),
        )
        for at, status in enumerate(statuses)
    ]  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Four agents: steady, risen, fallen, and one with few runs; and one workflow."""
    write_records(
        tmp_path,
        *runs("Explore", 0, {"success": 77, "failure": 3}, days_ago=25),
        *runs("Explore", 100, {"success": 20}, days_ago=3),
        *runs("git-workflow-manager", 200, {"success": 12, "failure": 12, "partial": 6}, days_ago=20),
        *runs("git-workflow-manager", 300, {"success": 30}, days_ago=2),
        *runs("frontend-developer", 400, {"success": 15}, days_ago=20),
        *runs("frontend-developer", 500, {"failure": 15}, days_ago=4),
        *runs("project-historian", 600, {"failure": 4}, days_ago=1, cost=None),
    )
    return tmp_path


def test_the_leaderboard_fits_eighty_columns(root: Path) -> None:
    """The whole answer on the narrowest terminal people use, readable without colour."""
    result = on_terminal(root, "agents", "--until", UNTIL, NO_COLOR="1")

    assert (result.code, result.stderr) == (0, "")
    assert result.stdout == LEADERBOARD
    assert max(len(line) for line in result.stdout.splitlines()) <= 80


def test_colour_adds_nothing_that_is_not_written(root: Path) -> None:
    """Green and red repeat what ▲ and ▼ say; NO_COLOR sends not one escape sequence."""
    coloured = on_terminal(root, "agents", "--until", UNTIL)
    bare = on_terminal(root, "agents", "--until", UNTIL, NO_COLOR="1")

    assert "\x1b[32m ▲+60\x1b[0m" in coloured.stdout
    assert "\x1b[31m▼-100\x1b[0m" in coloured.stdout
    assert "\x1b" not in bare.stdout


@pytest.mark.parametrize("command", [["agents", "--until", UNTIL], ["workflow"], ["show", "last"]])
def test_an_ascii_locale_gets_ascii(tmp_path: Path, command: list[str]) -> None:
    """``LC_ALL=C`` must neither fail nor fill the screen with replacement signs."""
    records, workflow = busy_workflow()
    write_records(tmp_path, *records)
    write_workflow(tmp_path, workflow)

    result = on_terminal(tmp_path, *command, LC_ALL="C", NO_COLOR="1")

    assert (result.code, result.stderr) == (0, "")
    assert result.stdout.isascii()


def test_a_pipe_gets_whole_tab_separated_rows(root: Path) -> None:
    """``cut`` and ``awk`` need every row on one line, every cell in its place."""
    name = "plugin:" + "a-very-long-agent-name-" * 8
    write_records(root, invocation(0xF00, agent=name, took_ms=None))

    lines = [line.split("\t") for line in piped(root, "agents").stdout.splitlines()]

    assert lines[0][:3] == ["agent_name", "invocations", "success"]
    assert {len(line) for line in lines} == {len(lines[0])}
    row = dict(zip(lines[0], next(line for line in lines if line[0] == name), strict=True))
    assert (row["median_ms"], row["change"], row["invocations"]) == ("-", "-", "1")


def test_json_and_csv_carry_the_same_rows(root: Path) -> None:
    """Two forms of one answer cannot differ in a number."""
    from_json = json.loads(piped(root, "agents", "--json").stdout)
    from_csv = list(csv.DictReader(io.StringIO(piped(root, "agents", "--csv").stdout)))

    assert from_json[0]["agent_name"] == "Explore"
    assert [{name: "" if value is None else str(value) for name, value in row.items()} for row in from_json] == from_csv


def test_hostile_names_do_no_harm_in_any_form(tmp_path: Path) -> None:
    """An agent may be called anything; no terminal, spreadsheet or script may obey its name."""
    write_records(tmp_path, *(invocation(at, agent=name) for at, name in enumerate(HOSTILE_NAMES)))

    shown = on_terminal(tmp_path, "agents", NO_COLOR="1").stdout
    tabs = piped(tmp_path, "agents").stdout
    table = list(csv.reader(io.StringIO(piped(tmp_path, "agents", "--csv").stdout)))
    document = piped(tmp_path, "agents", "--json").stdout

    for text in (shown, tabs, document):
        assert not {"\x1b", "\x07", "\u202e"} & set(text)
    assert len(tabs.splitlines()) == len(table) == 5
    assert not [row[0] for row in table if row[0].startswith(("=", "+", "-", "@"))]
    assert sorted(row["agent_name"] for row in json.loads(document)) == sorted(HOSTILE_NAMES)


def test_a_damaged_record_is_mentioned_and_left_out(root: Path) -> None:
    """The answer comes, and it says what it does not contain."""
    bad = root / "invocations" / "2025-10-29" / "broken-1.json"
    bad.parent.mkdir(exist_ok=True)
    bad.write_bytes(b'{"invocation_id": "inv-')

    result = piped(root, "agents", "--json")

    assert result.code == 0
    assert sum(row["invocations"] for row in json.loads(result.stdout)) == 194
    assert result.stderr == f"afteraction: 1 record could not be read and are missing here, first {bad}\n"


@pytest.mark.parametrize("command", [["agents"], ["show", "last"], ["workflow"], []])
def test_no_data_is_its_own_answer(tmp_path: Path, command: list[str]) -> None:
    """Exit code 3 and what to do next: a fresh install is no error."""
    result = piped(tmp_path, *command)

    assert (result.code, result.stdout) == (3, "")
    assert "nothing recorded yet" in result.stderr
    assert "'afteraction install --user'" in result.stderr


def test_filters_that_match_nothing_say_so(root: Path) -> None:
    """No match is not the same as no data; JSON stays JSON."""
    result = piped(root, "agents", "--agent", "nobody", "--json")

    assert (result.code, json.loads(result.stdout)) == (3, [])
    assert result.stderr == "afteraction: none of the 194 recorded invocations matches; fewer filters show more\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["agents", "--period", "soon"], "'soon' is no period; try 7days, 28d, 24h or all"),
        (["agents", "--since", "30.10.2025"], "'30.10.2025' is no date; try 2025-10-30"),
        (["agents", "--since", "2025-10-30", "--period", "7days"], "give one of them"),
        (["agents", "--since", "2025-10-30", "--until", "2025-10-01"], "--until lies before --since"),
        (["agents", "--sort", "beauty"], "'beauty' is not one of"),
        (["agents", "--by", "task-type", "--sort", "runs"], "leave out --sort"),
        (["best", " "], "say in a few words"),
        (["quality", "Explore", "--agent", "Explore"], "the agent is named twice"),
        (["show", "last", "more"], "unexpected extra argument"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_read(root: Path, arguments: list[str], said: str) -> None:
    """Exit code 2, and a message that shows the right form."""
    result = piped(root, *arguments)

    assert (result.code, result.stdout) == (2, "")
    assert said in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ([], 194), (["--since", "2025-10-26"], 69), (["--until", "2025-10-05"], 80), (["--project", "shop"], 194),
        (["--since", "2025-10-27", "--until", "2025-10-27"], 20), (["--period", "2w", "--until", "2025-10-30"], 69),
        (["--min-runs", "10"], 190),
    ],
)  # fmt: skip
def test_filters_choose_the_runs(root: Path, filters: list[str], count: int) -> None:
    """A bare date means its whole UTC day, at either end."""
    rows = json.loads(piped(root, "agents", "--json", *filters).stdout)

    assert sum(row["invocations"] for row in rows) == count


def test_a_task_may_come_in_any_number_of_words_or_from_a_pipe(root: Path) -> None:
    """A shell that takes quotes for its own is no reason not to be asked."""
    one = piped(root, "best", "find where it's stored", "--json")
    many = piped(root, "best", "find", "where", "it's", "stored", "--json")
    read = piped(root, "best", "-", "--json", given="find where\nit's stored\n")

    assert one.stdout == many.stdout == read.stdout
    found = json.loads(one.stdout)
    assert (found["task_type"], found["basis"]) == ("explore", "like tasks")
    assert piped(root, "best", "-", given="").code == 2


def test_without_a_command_the_leaderboard_comes(root: Path) -> None:
    """One word is enough for the first insight."""
    assert piped(root).stdout == piped(root, "agents").stdout


def test_an_unknown_id_and_an_ambiguous_one_are_told_apart(root: Path) -> None:
    """3: there is nothing like it; 1: there is too much like it."""
    missing, several = piped(root, "show", "nothing"), piped(root, "show", "inv-2025")

    assert (missing.code, several.code) == (3, 1)
    assert "no invocation 'nothing'" in missing.stderr
    assert "194 ids match 'inv-2025'" in several.stderr


@pytest.mark.parametrize("command", ["agents", "show", "workflow"])
def test_help_shows_examples(tmp_path: Path, command: str) -> None:
    """A command is learnt from an example that works when it is pasted."""
    result = piped(tmp_path, command, "--help")

    assert result.code == 0
    assert f"Examples:\n    afteraction {command}" in result.stdout.replace("\n  Examples", "\nExamples")


def test_the_rate_of_rejected_work_stands_with_its_interval(tmp_path: Path) -> None:
    """Of how many that ended well, and between which bounds: the sums above it have both as well."""
    write_records(tmp_path, *(invocation(at, user_accepted=False if at < 5 else None) for at in range(20)))

    shown = on_terminal(tmp_path, "failures", "--until", UNTIL, NO_COLOR="1").stdout

    assert "5 of 20 that ended well were rejected (25%, 95%: 11-47%)" in shown


def test_the_client_s_names_of_models_stay_whole(tmp_path: Path) -> None:
    """A name broken over two lines can neither be read nor be copied: the bar gives way."""
    write_records(tmp_path, *(invocation(at, status="failure" if at % 5 == 0 else "success") for at in range(1_000)))

    shown = on_terminal(tmp_path, "cost", "--by", "model", NO_COLOR="1").stdout.splitlines()

    assert max(map(len, shown)) <= 80
    assert [line.split()[0] for line in shown if line.startswith("claude-")] == ["claude-sonnet-4-5-20250929"]


def test_a_file_where_the_data_folder_should_be_is_named(tmp_path: Path) -> None:
    """Who owns it is not what is wrong with it."""
    root = tmp_path / "telemetry"
    root.write_text("a file")

    result = piped(root, "agents")

    assert result.code == 1
    assert "a file is where a folder must be" in result.stderr
