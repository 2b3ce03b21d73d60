"""What leaves the program: safe on a terminal, whole in a pipe, honest about the unknown."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from afteraction.analytics.timeline import timeline
from afteraction.moments import epoch_ms
from afteraction.output import figures
from afteraction.output.durations import duration
from afteraction.output.tabular import write_csv, write_json, write_tabs
from afteraction.output.terminal import open_screen
from afteraction.output.text import ascii_plain, escaped_json, plain, spreadsheet_cell
from afteraction.output.timeline import draw_workflow
from tests.records import busy_workflow, invocation, workflow

HOSTILE = "\x1b[31mred\x1b[0m\x1b]0;title\x07 \u202egnp.exe\u202c\x00\x9b5m\ttab\nline\u2028\u200b"


@dataclass(frozen=True, slots=True)
class Row:
    """A row with every kind of cell."""

    name: str
    runs: int
    cost: float | None
    tools: tuple[str, ...] | None = None


ROWS = [Row("a\tb\nc", 1_400, None), Row('=HYPERLINK("x")', 4, 0.1, ("Read", "Edit"))]


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (None, "-"), (-1, "-"), (0, "0ms"), (412, "412ms"), (999.6, "1.0s"), (4_200, "4.2s"), (9_949, "9.9s"),
        (9_950, "0m10"), (41_000, "0m41"), (59_600, "1m00"), (62_000, "1m02"), (640_000, "10m40"),
        (3_599_600, "1h00"), (3_900_000, "1h05"), (86_400_000, "1d00"), (273_600_000, "3d04"),
    ],
)  # fmt: skip
def test_a_duration_has_one_form(ms: float | None, text: str) -> None:
    """Two units at most, never 60 of one; unknown is a dash."""
    assert duration(ms) == text


def test_figures_never_round_to_a_claim() -> None:
    """99.6% is not 100%, a fraction of a cent is not free, unknown is not 0."""
    assert [figures.percent(rate) for rate in (0.0, 0.001, 0.97, 0.996, 1.0)] == ["0%", "1%", "97%", "99%", "100%"]
    assert [figures.money(cost) for cost in (None, 0.0, 0.00001, 0.0042, 0.03, 1234.5)] == [
        "-", "0.00", "<0.0001", "0.0042", "0.03", "1,234.50",
    ]  # fmt: skip
    assert [figures.compact(number) for number in (None, 0, 999, 12_345, 999_960, 4_560_000)] == [
        "-", "0", "999", "12.3k", "1.00M", "4.56M",
    ]  # fmt: skip
    assert (figures.points(0.144), figures.points(-0.31), figures.points(0.001)) == ("+14", "-31", "+0")
    assert (figures.count(None), figures.moment(None)) == ("-", "-")


def test_nothing_hostile_reaches_a_terminal() -> None:
    """Sequences, control bytes and bidirectional marks are replaced, and one can see that something was there."""
    assert plain(HOSTILE) == "\ufffdred\ufffd\ufffd \ufffdgnp.exe\ufffd\ufffd\ufffd tab line\ufffd\ufffd"
    assert plain("名前 · naïve 👩\u200d💻") == "名前 · naïve 👩\u200d💻"
    assert ascii_plain("naïve\x1b[1m名") == "na\\xefve?\\u540d"


@given(st.text())
def test_a_plain_text_is_one_visible_line(text: str) -> None:
    """Whatever an agent is called, no byte of it moves the cursor."""
    safe = plain(text)

    assert not any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in safe)
    assert not set(safe) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u2028\u2029")
    assert plain(safe) == safe
    assert ascii_plain(text).isascii()


@given(st.text())
def test_json_keeps_every_text_and_shows_none_of_its_marks(text: str) -> None:
    """A program reads back what was recorded; a terminal that shows the same bytes is safe."""
    document = escaped_json(json.dumps([text], ensure_ascii=False))

    assert json.loads(document) == [text]
    assert plain(document).replace(" ", "") == document.replace(" ", "")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "\uff1d"])
def test_no_cell_starts_a_formula(start: str) -> None:
    """A spreadsheet must not run what an agent was named."""
    assert spreadsheet_cell(f"{start}cmd()").startswith("'")
    assert spreadsheet_cell("Explore") == "Explore"


def test_csv_gives_unknown_as_an_empty_cell_and_numbers_exactly() -> None:
    """A number stays a number, also a negative one; what nobody knows is empty."""
    stream = io.StringIO()
    write_csv([*ROWS, Row("b", -1, -0.5)], Row, stream)

    assert list(csv.reader(io.StringIO(stream.getvalue()))) == [
        ["name", "runs", "cost", "tools"],
        ["a b c", "1400", "", ""],
        ['\'=HYPERLINK("x")', "4", "0.1", '["Read", "Edit"]'],
        ["b", "-1", "-0.5", ""],
    ]


def test_tabs_separate_whole_cells() -> None:
    """One row is one line with as many tabs as the head, whatever is in the cells."""
    stream = io.StringIO()
    write_tabs([*ROWS, Row("x" * 500, 1, None)], Row, stream)
    lines = stream.getvalue().splitlines()

    assert lines[1] == "a b c\t1400\t-\t-"
    assert lines[3] == "x" * 500 + "\t1\t-\t-"
    assert {line.count("\t") for line in lines} == {3}


def test_json_holds_the_same_rows() -> None:
    """The same names and values, unknown as null."""
    stream = io.StringIO()
    write_json(ROWS[:1], stream)

    assert json.loads(stream.getvalue()) == [{"name": "a\tb\nc", "runs": 1_400, "cost": None, "tools": None}]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_stream_that_lacks_a_character_gets_an_escape(encoding: str) -> None:
    """A foreign locale loses no row half-way."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    write_tabs([Row("名", 1, None)], Row, stream)
    write_json([Row("名", 1, None)], stream)
    stream.seek(0)

    assert stream.read().count("\\u540d") == 2


@pytest.mark.parametrize(
    ("encoding", "environ", "expected"),
    [
        ("utf-8", {}, "✗"),
        ("utf-8", {"LANG": "de_DE.UTF-8"}, "✗"),
        ("utf-8", {"LC_ALL": "C", "LANG": "de_DE.UTF-8"}, "x"),
        ("utf-8", {"LC_ALL": "C.UTF-8", "LANG": "C"}, "✗"),
        ("utf-8", {"LANG": "POSIX"}, "x"),
        ("latin-1", {}, "x"),
    ],
)
def test_glyphs_follow_the_locale(encoding: str, environ: dict[str, str], expected: str) -> None:
    """What a terminal cannot show would stand there as a box or stop the program."""
    screen = open_screen(io.TextIOWrapper(io.BytesIO(), encoding=encoding), environ, width=80)

    assert screen.glyphs.failed == expected


def test_the_critical_path_is_the_chain_that_decided_the_end() -> None:
    """Backwards from the end: who ended last, and who ended last before that one began."""
    _, found = busy_workflow()

    times = timeline(found)

    critical = [(step.agent_name, step.own_ms) for step in times.steps if step.critical]
    assert critical == [
        ("Plan", 62_000),
        ("Explore", 80_000),
        ("frontend-developer", 172_000),
        ("test-runner", 80_000),
        ("frontend-developer", 80_000),
        ("test-runner", 52_000),
        ("code-reviewer", 80_000),
    ]
    assert times.bottleneck is not None
    assert (times.bottleneck.agent_name, times.bottleneck.own_ms) == ("frontend-developer", 172_000)
    assert (times.duration_ms, times.agents_ms, times.most_at_once) == (640_000, 606_000, 3)


def test_what_outlives_its_background_parent_is_critical() -> None:
    """A parent in the background ends first; the chain goes through what it set off, which has the time as its own."""
    parent = invocation(1, agent="dispatcher", started_ms=0, took_ms=567)
    records = [
        parent,
        invocation(2, started_ms=193, took_ms=2_344, parent_invocation_id=parent.invocation_id),
        invocation(3, agent="beside", started_ms=100, took_ms=2_000),
    ]

    times = timeline(workflow(*records))

    own = {step.agent_name: step.own_ms for step in times.steps}
    assert own == {"dispatcher": 193, "Explore": 2_344, "beside": None}
    assert times.bottleneck is not None
    assert (times.bottleneck.agent_name, times.duration_ms) == ("Explore", 2_537)


def test_a_parent_may_be_waited_for_without_what_it_left_running() -> None:
    """What began after a parent's end and ended last waited for the parent, not for its child in the background."""
    parent = invocation(1, agent="dispatcher", started_ms=0, took_ms=500)
    records = [
        parent,
        invocation(2, agent="left", started_ms=100, took_ms=1_900, parent_invocation_id=parent.invocation_id),
        invocation(3, agent="last", started_ms=600, took_ms=2_400),
    ]

    own = {step.agent_name: step.own_ms for step in timeline(workflow(*records)).steps}

    assert own == {"dispatcher": 500, "left": None, "last": 2_400}


def test_the_child_of_a_parent_without_an_end_can_be_critical() -> None:
    """Not knowing when the parent ended does not hide what ended last."""
    parent = invocation(1, agent="open", started_ms=0, took_ms=None)
    child = invocation(2, started_ms=10, took_ms=90, parent_invocation_id=parent.invocation_id)

    own = {step.agent_name: step.own_ms for step in timeline(workflow(parent, child)).steps}

    assert own == {"open": None, "Explore": 90}


def test_a_very_deep_chain_has_a_timeline() -> None:
    """Depth comes from outside: no number of levels ends in a traceback."""
    records = [invocation(0, started_ms=0, took_ms=5_000)]
    for number in range(1, 2_000):
        caller = records[-1].invocation_id
        took_ms = 5_000 - 2 * number
        records.append(invocation(number, started_ms=number, took_ms=took_ms, parent_invocation_id=caller))

    times = timeline(workflow(*records))

    assert times.steps[-1].depth == 1_999
    assert [step.own_ms for step in times.steps] == [2] * 1_999 + [1_002]


def test_steps_stand_below_their_parents_in_order_of_start() -> None:
    """The tree's order does not depend on the order of the file."""
    records, found = busy_workflow()

    assert [step.depth for step in timeline(found).steps] == [0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0]
    assert timeline(workflow(*reversed(records))).steps == timeline(found).steps


def test_a_workflow_with_holes_is_still_drawn() -> None:
    """No end, a parent from elsewhere, a circle of parents: every invocation appears once."""
    at_ms = epoch_ms("2025-10-30T12:00:00Z")
    one, two = (f"inv-20251030-{number:012x}" for number in (1, 2))
    records = [
        invocation(1, started_ms=at_ms, parent_invocation_id=two),
        invocation(2, started_ms=at_ms + 1_000, parent_invocation_id=one),
        invocation(3, started_ms=at_ms, parent_invocation_id="inv-from-elsewhere"),
        invocation(4, started_ms=at_ms + 2_000, took_ms=None),
    ]

    times = timeline(workflow(*records))

    assert sorted(step.invocation_id[-1] for step in times.steps) == ["1", "2", "3", "4"]
    assert [step.duration_ms for step in times.steps if step.invocation_id.endswith("4")] == [None]
    assert times.duration_ms == 42_000


def test_an_empty_workflow_has_no_bottleneck() -> None:
    """A workflow of denied calls alone has no steps and no time."""
    _, found = busy_workflow()
    nothing = type(found)(**{**{name: getattr(found, name) for name in found.__struct_fields__}, "invocations": ()})

    assert timeline(nothing).bottleneck is None
    assert timeline(nothing).duration_ms is None


def test_long_and_wide_names_keep_the_columns_in_place() -> None:
    """A label may be shortened on a terminal, but a wide character takes two cells and time stays aligned."""
    records = [
        invocation(1, agent="審査員", started_ms=0, took_ms=10_000),
        invocation(2, agent="plugin:" + "very-" * 20 + "long", started_ms=0, took_ms=10_000),
    ]
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    found = workflow(*records)

    draw_workflow(found, timeline(found), open_screen(stream, {"NO_COLOR": "1"}, width=80))

    stream.seek(0)
    rows = stream.read().splitlines()[3:6]
    assert [cell_len(row[: row.index(first)]) for row, first in zip(rows, "─█▒", strict=True)] == [45] * 3
    assert max(cell_len(row) for row in rows) <= 80
