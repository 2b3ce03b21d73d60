"""``afteraction review``: one review in every form, and a clear word when there is none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from afteraction.analytics.reviews import monthly
from afteraction.analytics.scope import Scope
from afteraction.moments import DAY_MS
from afteraction.paths import Root
from afteraction.store.index import open_index
from tests.program import on_terminal, piped
from tests.records import NOW_MS, history, invocation, write_records

if TYPE_CHECKING:
    from pathlib import Path

UNTIL = ("--until", "2025-10-30T18:00Z")


def test_json_is_the_review_itself(tmp_path: Path) -> None:
    """All of it, as the function gives it: period, agents, verdicts and reasons."""
    write_records(tmp_path, *history(200))

    found = piped(tmp_path, "review", "monthly", "--json", *UNTIL)

    review = monthly(open_index(Root(tmp_path)), Scope(until_ms=NOW_MS), now_ms=NOW_MS)
    assert json.loads(found.stdout) == msgspec.to_builtins(review)


@pytest.mark.parametrize("kind", ["daily", "weekly", "monthly"])
def test_markdown_says_what_the_terminal_says(tmp_path: Path, kind: str) -> None:
    """The same sections and every row of every table."""
    records = history(300, days=7)
    write_records(
        tmp_path,
        *(
            msgspec.structs.replace(record, workflow_id=f"wf-20251001-{at // 3:08x}")
            for at, record in enumerate(records)
        ),
    )

    shown = on_terminal(tmp_path, "review", kind, *UNTIL, columns=200, NO_COLOR="1").stdout
    text = piped(tmp_path, "review", kind, "--markdown", *UNTIL).stdout

    headings = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    assert headings
    assert all(heading.upper() in shown for heading in headings)
    rows = [line for line in text.splitlines() if line.startswith("| ") and "---" not in line]
    drawn = {" ".join(line.split()) for line in shown.splitlines()}
    for row in rows:
        cells = row.strip("| ").replace("\\", "").split(" | ")
        assert " ".join(" ".join(cells).split()) in drawn


def test_a_hostile_name_is_no_markup(tmp_path: Path) -> None:
    """Markdown is rendered elsewhere: a name must not become a link, a picture, or a cell more."""
    name = "x|[click](http://e.example)<img src=y>`\n# head"
    write_records(tmp_path, *(invocation(at, agent=name) for at in range(12)))

    text = piped(tmp_path, "review", "monthly", "--markdown", *UNTIL).stdout

    row = next(line for line in text.splitlines() if line.startswith("| x"))
    assert row.startswith(r"| x\|\[click\](http://e.example)\<img src=y\>\` \# head | 12 |")
    assert "\n# head" not in text
    assert text.splitlines()[-1].count("`") == 2


def test_an_empty_period_is_named_with_exit_code_3(tmp_path: Path) -> None:
    """Runs elsewhere in time are no review of this period; what to do stands there."""
    write_records(tmp_path, invocation(1, started_ms=NOW_MS - 3 * DAY_MS))

    day = piped(tmp_path, "review", "daily", *UNTIL)
    earlier = piped(tmp_path, "review", "daily", "--until", "2025-10-20T00:00Z")
    week = piped(tmp_path, "review", "weekly", *UNTIL)

    assert (day.code, day.stdout) == (3, "")
    assert day.stderr.startswith("afteraction: no run began from 2025-10-29 18:00 to 2025-10-30 18:00 UTC; ")
    assert (earlier.code, earlier.stdout) == (3, "")
    assert "fewer filters show more" in earlier.stderr
    assert (week.code, week.stdout) == (3, "")
    assert week.stderr == (
        "afteraction: no workflow of several agents began from 2025-10-23 18:00 to 2025-10-30 18:00 UTC; "
        "--until moves the period\n"
    )


def test_a_period_of_ones_own_is_refused(tmp_path: Path) -> None:
    """It would be ignored; so would a second form."""
    for more in (("--period", "3d"), ("--since", "2025-10-01"), ("--markdown", "--json")):
        assert piped(tmp_path, "review", "daily", *more).code == 2


def test_the_help_offers_no_option_that_is_refused(tmp_path: Path) -> None:
    """A review has a period of its own: the options that say where one begins are neither shown nor taken."""
    shown = piped(tmp_path, "review", "--help").stdout

    for option in ("--period", "--since"):
        assert option not in shown
        assert piped(tmp_path, "review", "weekly", option, "2025-10-20").code == 2
    assert "--until" in shown


def test_a_rate_of_workflows_stands_with_its_interval_and_n(tmp_path: Path) -> None:
    """Not the interval alone: where in it the rate lies is what was counted."""
    write_records(
        tmp_path,
        *(
            invocation(2 * at + half, status="failure" if at < 8 else "success", workflow_id=f"wf-20251029-{at:08x}")
            for at in range(20)
            for half in (0, 1)
        ),
    )

    text = piped(tmp_path, "review", "weekly", "--markdown", *UNTIL).stdout

    assert "now: 20 workflows, 12 succeeded (60%, 95%: 39-78%)" in text
