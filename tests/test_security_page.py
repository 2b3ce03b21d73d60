"""The page about security names a test for each promise; none of them may be a name only."""

from __future__ import annotations

import ast
import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
PAGE = (REPOSITORY / "docs" / "security.md").read_text("utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def names_in(path: Path) -> set[str]:
    """The names of the tests in a file."""
    return {node.name for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)}


def test_every_test_that_holds_a_promise_exists() -> None:
    """A test that is renamed or removed takes its promise with it, or the page is mended."""
    named = NAMED.findall(PAGE)
    missing = [
        f"{file}::{test}"
        for file, test in named
        if not (REPOSITORY / file).is_file() or test not in names_in(REPOSITORY / file)
    ]

    assert named
    assert missing == []


def test_every_promise_names_a_test() -> None:
    """Each row of the table ends with at least one test."""
    promised = PAGE.partition("## What is promised")[2].partition("\n## ")[0]
    rows = [line for line in promised.splitlines() if line.startswith("| ")][1:]

    assert len(rows) > 10
    assert [row for row in rows if not NAMED.search(row.rpartition(" | ")[2])] == []
