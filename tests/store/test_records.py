"""Records on the disk."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import msgspec
import pytest

from afteraction.errors import StoreError
from afteraction.model import Invocation, Metadata
from afteraction.paths import Root
from afteraction.store.records import RecordStore, record_path, split_id

if TYPE_CHECKING:
    from pathlib import Path

RECORD = Invocation(
    invocation_id="inv-20251030-9f3c2a71b0de",
    workflow_id="wf-20251030-5d41402a",
    parent_invocation_id=None,
    agent_name="backend-architect",
    task_description="Design auth API",
    timestamp="2025-10-30T12:35:00.123Z",
    status="success",
    execution_time_ms=12456,
    error_message=None,
    user_accepted=None,
    metadata=Metadata(model_tier="sonnet", tools_used=("Read", "Edit"), files_modified=("src/auth.py",)),
)
TOP_LEVEL = [
    "invocation_id",
    "workflow_id",
    "parent_invocation_id",
    "agent_name",
    "task_description",
    "timestamp",
    "status",
    "execution_time_ms",
    "error_message",
    "user_accepted",
    "metadata",
]


@pytest.fixture
def root(tmp_path: Path) -> Root:
    """An empty telemetry root."""
    return Root(tmp_path / "telemetry")


def files(root: Root) -> list[str]:
    """All files below the root, hidden ones included."""
    return sorted(str(path.relative_to(root.path)) for path in root.path.rglob("*") if path.is_file())


def path_of(root: Root) -> Path:
    """Where the record lies."""
    return record_path(root, RECORD.invocation_id, RECORD.agent_name)


def test_a_record_lies_under_its_date_with_every_key_in_order(root: Root) -> None:
    """The ten keys, in this order, always present: people and programs read these files without us."""
    RecordStore(root).write(RECORD)

    assert files(root) == ["invocations/2025-10-30/backend-architect-9f3c2a71b0de.json"]
    stored = json.loads(path_of(root).read_bytes())
    assert list(stored) == TOP_LEVEL
    assert list(stored["metadata"])[:3] == ["model_tier", "tools_used", "files_modified"]


def test_writing_the_same_again_does_not_touch_the_file(root: Root) -> None:
    """Writing twice changes nothing, not even the modification time."""
    assert RecordStore(root).write(RECORD)
    path = path_of(root)
    os.utime(path, ns=(1, 1))

    assert not RecordStore(root).write(RECORD)
    assert path.stat().st_mtime_ns == 1


def test_files_are_private_whatever_the_umask(root: Root) -> None:
    """0600 and 0700: another user of the machine reads nothing."""
    before = os.umask(0)
    try:
        RecordStore(root).write(RECORD)
    finally:
        os.umask(before)

    path = path_of(root)
    assert [oct(p.stat().st_mode & 0o777) for p in (path, path.parent, root.invocations, root.path)] == [
        "0o600",
        "0o700",
        "0o700",
        "0o700",
    ]


def test_midnight_makes_no_twin(root: Root) -> None:
    """Better evidence may move an invocation to the day before: the old file goes."""
    RecordStore(root).write(RECORD)
    earlier = msgspec.structs.replace(
        RECORD, invocation_id="inv-20251029-9f3c2a71b0de", timestamp="2025-10-29T23:59:59.999Z"
    )
    RecordStore(root).write(earlier)

    assert files(root) == ["invocations/2025-10-29/backend-architect-9f3c2a71b0de.json"]


@pytest.mark.parametrize("name", ["../../x", "/", "a\nb", "a\0b", "-rf", "\u202egpj.exe", "x" * 10_000, "..", "🙂"])
def test_no_agent_name_leaves_the_folder(root: Root, name: str) -> None:
    """Names come from outside: the file stays in its day's folder, the record keeps the name."""
    RecordStore(root).write(msgspec.structs.replace(RECORD, agent_name=name))

    (stored,) = files(root)
    assert stored.startswith("invocations/2025-10-30/")
    assert stored.count("/") == 2
    assert json.loads((root.path / stored).read_bytes())["agent_name"] == name


def test_a_broken_record_is_set_aside_and_replaced(root: Root) -> None:
    """A file that cannot be read is kept for the user, out of the way, and counted."""
    RecordStore(root).write(RECORD)
    path_of(root).write_bytes(b'{"invocation_id": "inv-2025')

    store = RecordStore(root)
    store.write(RECORD)

    assert store.quarantined == 1
    assert files(root) == [
        "invocations/2025-10-30/backend-architect-9f3c2a71b0de.json",
        "quarantine/2025-10-30-backend-architect-9f3c2a71b0de.json",
    ]


def test_a_record_with_only_the_ten_keys_is_read(root: Root) -> None:
    """Other writers need not know our metadata: absent reads as null."""
    RecordStore(root).write(RECORD)
    path = path_of(root)
    bare = {key: value for key, value in json.loads(path.read_bytes()).items() if key != "metadata"}
    path.write_text(json.dumps(bare))

    found = RecordStore(root).find(RECORD.invocation_id, RECORD.agent_name)

    assert found is not None
    assert found[1].metadata == Metadata()


def test_leftovers_of_a_killed_writer_are_removed(root: Root) -> None:
    """A temporary file that nobody will finish does not stay."""
    RecordStore(root).write(RECORD)
    leftover = path_of(root).with_name(".backend-architect-x.json.1.tmp")
    leftover.write_bytes(b"{")
    os.utime(leftover, (1, 1))

    RecordStore(root).find(RECORD.invocation_id, RECORD.agent_name)

    assert not leftover.exists()


def test_a_foreign_id_is_refused(root: Root) -> None:
    """An id of another form names no file."""
    del root
    with pytest.raises(StoreError, match="no invocation id"):
        split_id("../../etc/passwd")
