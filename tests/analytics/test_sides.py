"""Sides named as people name them: an agent, a version of it, or one side of its last edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from afteraction.analytics.compare import compare
from afteraction.analytics.scope import Scope
from afteraction.analytics.sides import Side, side
from afteraction.errors import NotFoundError
from afteraction.model import AgentDefinition
from afteraction.moments import DAY_MS
from afteraction.paths import Root
from afteraction.store.index import open_index
from tests.records import NOW_MS, full_metadata, invocation, write_records

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from afteraction.model import Invocation
    from afteraction.store.index import Index

A, B = "code-reviewer", "plugin:runner"


def index_of(root: Path, records: Iterable[Invocation]) -> Index:
    write_records(root, *records, invocation(98, agent=B))
    return open_index(Root(root))


def versions(*shas: str) -> list[Invocation]:
    """Runs of A, an hour apart, with these versions."""
    return [
        invocation(
            at, agent=A, started_ms=NOW_MS - 20 * DAY_MS + at * 3_600_000,
            metadata=full_metadata(agent_definition=AgentDefinition(path=f".claude/agents/{A}.md", sha256=sha * 64)),
        )
        for at, sha in enumerate(shas)
    ]  # fmt: skip


def test_before_and_after_are_the_two_sides_of_the_last_edit(tmp_path: Path) -> None:
    """Also when an earlier version came back: its first time is not part of it."""
    index = index_of(tmp_path, versions(*"aaabbbbaabbbb"))

    before, after = side(index, Scope(), f"{A}@before"), side(index, Scope(), f"{A}@after")
    found = compare(index, Scope(), before, after)

    assert (before.sha256, after.sha256) == ("a" * 64, "b" * 64)
    assert found is not None
    assert (found.a_runs, found.b_runs) == (2, 4)
    assert not before.contains(after)
    assert not after.contains(before)


def test_a_version_is_named_by_the_beginning_of_its_hash(tmp_path: Path) -> None:
    """In either case of letters, short or whole."""
    index = index_of(tmp_path, versions(*"aab"))

    for name in (f"{A}@a", f"{A}@AAAA", f"{A}@{'a' * 12}", f"{A}@{'a' * 64}"):
        found = compare(index, Scope(), side(index, Scope(), name), Side(A, A))
        assert found is not None
        assert found.a_runs == 2


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("code-reviwer", "did you mean 'code-reviewer'?"),
        ("Reviewer", "did you mean 'code-reviewer'?"),
        ("reviwer@before", "did you mean 'code-reviewer'?"),
        ("nothing like it", "'afteraction agents' lists all"),
        (f"{A}@0", "no run of code-reviewer has a version '0'; those that ran most begin with aaaaaaaa, bbbbbbbb"),
        (f"{A}@", "no run of code-reviewer has a version ''"),
        ("Explore@ab", "none of its runs knows its version"),
        ("Explore@after", "no edit of Explore's definition shows in its runs"),
    ],
)
def test_a_side_that_does_not_exist_is_said(tmp_path: Path, name: str, said: str) -> None:
    """With the nearest name, or the versions there are, instead of an empty answer."""
    unknown = invocation(99, agent="Explore", metadata=full_metadata(agent_definition=None))
    index = index_of(tmp_path, [*versions(*"aab"), unknown])

    with pytest.raises(NotFoundError) as raised:
        side(index, Scope(), name)

    assert said in str(raised.value)


def test_a_name_that_is_recorded_wins(tmp_path: Path) -> None:
    """Names are the client's, whatever signs they have."""
    odd = msgspec.structs.replace(invocation(7), agent_name=f"{A}@before")

    assert side(index_of(tmp_path, [*versions(*"ab"), odd]), Scope(), odd.agent_name) == Side(
        odd.agent_name, odd.agent_name
    )


def test_a_part_contains_no_whole(tmp_path: Path) -> None:
    """What shares runs is known to do so, however it is named; then there is nothing to compare."""
    index = index_of(tmp_path, versions(*"aab"))
    whole, part, same, other, someone = (
        side(index, Scope(), name) for name in (A, f"{A}@a", f"{A}@before", f"{A}@b", B)
    )

    assert whole.contains(part)
    assert part.contains(same)
    assert not part.contains(whole)
    assert not part.contains(other)
    assert not whole.contains(someone)
