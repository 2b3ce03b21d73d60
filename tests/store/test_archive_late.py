"""Late records: evidence about a day that is already packed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from afteraction.paths import Root
from afteraction.store.reading import all_records
from afteraction.store.records import RecordStore
from tests.archived import DAY, NOON, archive, contents, ids
from tests.cached import rows, told
from tests.records import invocation

if TYPE_CHECKING:
    from pathlib import Path


def test_a_late_record_stands_beside_and_is_packed_next_time(tmp_path: Path) -> None:
    """Evidence may come after a day was packed: the newer file counts, once, and replaces the row later."""
    stays, changes = invocation(1, started_ms=NOON), invocation(2, started_ms=NOON)
    store = RecordStore(Root(tmp_path))
    store.write(stays)
    store.write(changes)
    archive(tmp_path)
    rows(tmp_path)
    late = msgspec.structs.replace(changes, status="failure", error_message="API Error: 500")

    found = RecordStore(Root(tmp_path)).find(changes.invocation_id, changes.agent_name)
    assert found is not None
    assert found[1] == changes
    assert RecordStore(Root(tmp_path)).write(late)

    assert list(contents(tmp_path)) == [f"invocations/{DAY}/Explore-000000000002.json"]
    assert ids(tmp_path) == [stays.invocation_id, late.invocation_id]
    assert [found.record for found in all_records(Root(tmp_path))] == [late, stays]
    assert archive(tmp_path) == 1
    assert told(tmp_path) == (1, 1), "only the row that is new is read again"
    assert sorted(found.record.status for found in all_records(Root(tmp_path))) == ["failure", "success"]


def test_the_same_evidence_again_writes_nothing(tmp_path: Path) -> None:
    """Importing the same transcripts a second time changes nothing, archived or not."""
    store = RecordStore(Root(tmp_path))
    store.write(invocation(1, started_ms=NOON))
    archive(tmp_path)

    assert not RecordStore(Root(tmp_path)).write(invocation(1, started_ms=NOON))
    assert contents(tmp_path) == {}


@pytest.mark.parametrize(
    ("agent", "started_ms"), [("planner", NOON), ("Explore", NOON - 86_400_000)], ids=["other agent", "day before"]
)
def test_a_late_record_under_another_name_leaves_no_twin(tmp_path: Path, agent: str, started_ms: int) -> None:
    """Better evidence may move a record to another name or day: the archived one goes, and only that one."""
    old, other = invocation(1, started_ms=NOON), invocation(2, started_ms=NOON)
    store = RecordStore(Root(tmp_path))
    store.write(old)
    store.write(other)
    archive(tmp_path)
    moved = invocation(1, agent=agent, started_ms=started_ms)

    assert RecordStore(Root(tmp_path), durable=False).write(moved)

    assert ids(tmp_path) == sorted([moved.invocation_id, other.invocation_id])
    assert archive(tmp_path) == 1
    assert ids(tmp_path) == sorted([moved.invocation_id, other.invocation_id])


def test_a_part_whose_last_record_moved_goes(tmp_path: Path) -> None:
    """An empty part would be a day with nothing on it."""
    RecordStore(Root(tmp_path)).write(invocation(1, started_ms=NOON))
    archive(tmp_path)

    RecordStore(Root(tmp_path)).write(invocation(1, started_ms=NOON - 86_400_000))

    assert list((tmp_path / "archive").iterdir()) == []
