"""The cache may be damaged, deleted, stale or half written: no answer suffers, and nothing piles up."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import msgspec
import pytest

from afteraction.paths import Root
from afteraction.store import cache_changes, cache_compaction, cache_parts
from afteraction.store.cache import refresh
from afteraction.store.index import open_index
from tests.cached import from_scratch, parts, rows, told
from tests.records import history, invocation, write_records

if TYPE_CHECKING:
    from pathlib import Path


def test_deleting_the_cache_is_harmless(tmp_path: Path) -> None:
    """Nothing is known to it alone."""
    write_records(tmp_path, *history(20))
    before = rows(tmp_path)
    shutil.rmtree(tmp_path / "cache")

    assert rows(tmp_path) == before


@pytest.mark.parametrize("damage", ["cut", "flipped", "flipped, same time", "gone", "empty", "other file"])
@pytest.mark.parametrize("every_file", [False, True])
def test_a_damaged_part_is_made_again(tmp_path: Path, damage: str, *, every_file: bool) -> None:
    """DuckDB does not notice changed bytes inside a value; the checksum does."""
    write_records(tmp_path, *history(300))
    before = rows(tmp_path)
    part = parts(tmp_path)[0]
    content, times = part.read_bytes(), (part.stat().st_atime_ns, part.stat().st_mtime_ns)
    match damage:
        case "cut":
            part.write_bytes(content[: len(content) // 2])
        case "flipped" | "flipped, same time":
            middle = content.index(b"overloaded")
            part.write_bytes(content[:middle] + b"overl0aded" + content[middle + 10 :])
        case "gone":
            part.unlink()
        case "empty":
            part.write_bytes(b"")
        case "other file":
            part.write_bytes(os.urandom(len(content)))
    if damage == "flipped, same time":
        os.utime(part, ns=times)

    assert told(tmp_path, every_file=every_file) == (300, 300)
    assert rows(tmp_path) == before


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"version":"another"}', b'{"version":1}', b"\xff", b'{"parts":[]}', None]
)
def test_a_manifest_that_is_none_means_an_empty_cache(tmp_path: Path, content: bytes | None) -> None:
    """Half written, of another version or gone: everything in the cache can be made again."""
    write_records(tmp_path, *history(20))
    before = rows(tmp_path)
    manifest = tmp_path / "cache" / "manifest.json"
    if content is None:
        manifest.unlink()
    else:
        manifest.write_bytes(content)

    assert told(tmp_path) == (20, 20)
    assert rows(tmp_path) == before


def test_a_cache_of_another_schema_is_ignored(tmp_path: Path) -> None:
    """A part without a column that a question needs is of no use, however sound."""
    write_records(tmp_path, *history(20))
    before = rows(tmp_path)
    manifest = tmp_path / "cache" / "manifest.json"
    older = msgspec.json.decode(manifest.read_bytes())
    manifest.write_bytes(msgspec.json.encode(older | {"version": "0123456789abcdef"}))

    assert told(tmp_path) == (20, 20)
    assert rows(tmp_path) == before


def test_a_cache_that_was_copied_is_still_of_use(tmp_path: Path) -> None:
    """A restored backup has new times; the checksums say that the parts are the same."""
    write_records(tmp_path, *history(20))
    rows(tmp_path)
    for part in parts(tmp_path):
        os.utime(part)

    assert told(tmp_path) == (0, 0)


def test_where_no_cache_can_be_written_questions_are_answered_all_the_same(tmp_path: Path) -> None:
    """A read-only disk costs time, not answers."""
    write_records(tmp_path, *history(20))
    expected = from_scratch(tmp_path, tmp_path / "elsewhere")
    (tmp_path / "cache").write_bytes(b"in the way")

    assert rows(tmp_path) == expected
    assert told(tmp_path) == (20, 20)


def test_parts_stay_few_however_many_refreshes_there_are(tmp_path: Path) -> None:
    """Each part costs every question a quarter of a millisecond."""
    for number in range(66):
        write_records(tmp_path, invocation(number))
        snapshot = refresh(Root(tmp_path))

    assert sorted(part.rows for part in snapshot.parts) == [1, 1, 64]
    assert len(rows(tmp_path)) == 66


def test_hidden_rows_leave_the_parts_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Superseded rows may not pile up in parts that nothing else would rewrite."""
    monkeypatch.setattr(cache_compaction, "_HIDDEN_ROWS", 30)
    write_records(tmp_path, *history(200))
    rows(tmp_path)
    for path in sorted((tmp_path / "invocations").rglob("*.json"))[:31]:
        path.unlink()

    snapshot = refresh(Root(tmp_path))

    assert sum(part.rows for part in snapshot.parts) == 169
    assert len(rows(tmp_path)) == 169


def test_replaced_parts_stay_for_those_who_read_them_and_then_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader with the older manifest is about to open them; after the grace they are only in the way."""
    write_records(tmp_path, *history(20))
    rows(tmp_path)
    part = parts(tmp_path)[0]
    for path in (tmp_path / "invocations").rglob("*.json"):
        path.unlink()
    rows(tmp_path)
    (tmp_path / "cache" / "manifest.json").unlink()
    write_records(tmp_path, invocation(1))
    rows(tmp_path)
    assert part in parts(tmp_path)

    monkeypatch.setattr(cache_compaction, "_GRACE_NS", -1)
    write_records(tmp_path, invocation(2))

    assert len(rows(tmp_path)) == 2
    assert part not in parts(tmp_path)


def test_an_open_index_outlives_the_parts_it_was_opened_on(tmp_path: Path) -> None:
    """The dashboard asks for hours; meanwhile parts are replaced, and cleaned up."""
    from afteraction.analytics.scope import Scope
    from afteraction.analytics.summary import summary

    write_records(tmp_path, *history(20))
    index = open_index(Root(tmp_path))
    assert summary(index, Scope()).invocations == 20
    write_records(tmp_path, invocation(1_000))
    shutil.rmtree(tmp_path / "cache")

    assert summary(index, Scope()).invocations == 21


def test_an_interrupted_build_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A million records take a minute: stopping half-way must not mean starting again."""
    monkeypatch.setattr(cache_changes, "_FILES_AT_ONCE", 10)
    monkeypatch.setattr(cache_parts, "_TOLD_EVERY", 5)
    write_records(tmp_path, *history(50))

    def interrupt(done: int, _total: int) -> None:
        if done == 35:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        refresh(Root(tmp_path), progress=interrupt)

    assert [path.name for path in (tmp_path / "cache").iterdir() if path.name.endswith(".tmp")] == []
    left = told(tmp_path)[1]
    assert 15 <= left < 50
    assert rows(tmp_path) == from_scratch(tmp_path, tmp_path / "elsewhere")
