"""Lakes that are no folder: an S3 server, a web server, and memory."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from afteraction.errors import AfteractionError, StoreError
from afteraction.lake.lake_index import open_lake
from afteraction.lake.open_place import open_place
from afteraction.paths import Root
from tests.lake.asking import ids
from tests.lake.machines import files, pushed
from tests.lake.servers import CREDENTIALS, object_store, web_server
from tests.program import piped
from tests.records import history, invocation, write_records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RECORDS = history(30, days=5)
WANTED = sorted(record.invocation_id for record in RECORDS)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine with records of some days."""
    write_records(tmp_path / "machine", *RECORDS)
    return tmp_path / "machine"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """An S3 server with the bucket ``team``; the variables by which any client finds it."""
    with object_store("team") as url:
        variables = {**CREDENTIALS, "AWS_ENDPOINT_URL": url}
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        yield variables


def test_s3_takes_a_push_and_answers_as_the_machine_does(root: Path, tmp_path: Path, s3: dict[str, str]) -> None:
    """Through the command line: pushed once, nothing the second time, and the same rows from another machine."""
    first = piped(root, "lake", "push", "s3://team/agents", "--json", **s3)
    second = piped(root, "lake", "push", "s3://team/agents", "--json", **s3)
    here = piped(root, "agents", "--until", "2025-10-30T18:00Z", "--json")
    there = piped(
        tmp_path / "other", "agents", "--until", "2025-10-30T18:00Z", "--json", "--from", "s3://team/agents", **s3
    )

    assert '"rows": 30' in first.stdout, first
    assert '"pushed": 0' in second.stdout
    assert (there.code, there.stdout) == (0, here.stdout), there


def test_s3_parts_are_fetched_once(root: Path, tmp_path: Path, s3: dict[str, str]) -> None:
    """A part that was fetched is not fetched again, and one that left the lake is not counted."""
    del s3
    pushed(root, "s3://team/agents")
    reader = Root(tmp_path / "reader")
    assert ids(open_lake(reader, open_place("s3://team/agents"))) == WANTED
    before = files(reader.lake_copies)
    write_records(root, invocation(0xFFF))
    pushed(root, "s3://team/agents")

    assert len(ids(open_lake(reader, open_place("s3://team/agents")))) == len(WANTED) + 1
    after = files(reader.lake_copies)
    assert before.items() <= after.items()
    assert len(after) == len(before) + 1
    assert all((reader.lake_copies / path).stat().st_mode & 0o077 == 0 for path in after)


def test_copies_of_parts_that_left_the_lake_go_in_time(root: Path, tmp_path: Path) -> None:
    """A copy outlives its part by an hour, for who still reads it, and not for ever."""
    pushed(root, "memory://copies/agents")
    reader = Root(tmp_path / "reader")
    ids(open_lake(reader, open_place("memory://copies/agents")))
    copies = sorted(path for path in reader.lake_copies.rglob("*") if path.is_file())
    fresh, old = (copies[0].with_name(f"{'0' * 16}-{digit * 32}.parquet") for digit in "12")
    for path, age_s in ((fresh, 60), (old, 7200), (copies[0], 7200)):
        path.touch()
        os.utime(path, (time.time() - age_s,) * 2)

    ids(open_lake(reader, open_place("memory://copies/agents")))

    assert (fresh.exists(), old.exists(), copies[0].exists()) == (True, False, True)


def test_only_days_that_matter_are_fetched(root: Path, tmp_path: Path, s3: dict[str, str]) -> None:
    """A question about one day does not fetch the history."""
    piped(root, "lake", "push", "s3://team/agents", **s3)
    piped(
        tmp_path / "other", "cost", "--since", "2025-10-30", "--until", "2025-10-30", "--json", "--from", "s3://team/agents",
        **s3,
    )  # fmt: skip

    fetched = files(Root(tmp_path / "other").lake_copies)
    assert 0 < len(fetched) <= 3


def test_a_bucket_that_is_not_there_is_an_error(root: Path, s3: dict[str, str]) -> None:
    """A mistyped bucket is no empty lake."""
    result = piped(root, "lake", "push", "s3://taem/agents", **s3)

    assert (result.code, result.stdout) == (1, "")
    assert "no bucket taem" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_server_that_is_not_there_is_an_error(root: Path) -> None:
    """No network is one line that names the URL."""
    result = piped(root, "agents", "--from", "http://127.0.0.1:9/agents")

    assert result.code == 1
    assert result.stderr.startswith("afteraction: cannot read http://127.0.0.1:9/agents")
    assert result.stderr.count("\n") == 1


def test_memory_holds_a_lake(root: Path, tmp_path: Path) -> None:
    """Anything fsspec opens is a lake."""
    pushed(root, "memory://team/agents")
    report = pushed(root, "memory://team/agents")

    assert (report.pushed, report.removed) == (0, 0)
    assert ids(open_lake(Root(tmp_path / "reader"), open_place("memory://team/agents"))) == WANTED


def test_a_lake_is_read_over_http_and_never_written(root: Path, tmp_path: Path) -> None:
    """A web server in front of a folder answers questions; a push there is refused."""
    pushed(root, str(tmp_path / "lake"))
    with web_server(tmp_path / "lake") as url:
        assert ids(open_lake(Root(tmp_path / "reader"), open_place(url))) == WANTED
        write_records(root, invocation(0xFFF))
        with pytest.raises(StoreError, match="can only be read"):
            pushed(root, url)


def test_a_password_in_a_url_is_not_shown() -> None:
    """Messages and state say where, not by which password."""
    assert open_place("http://user:hunter2hunter2@127.0.0.1:9/agents").shown == "http://127.0.0.1:9/agents"


def test_an_unknown_protocol_is_an_error() -> None:
    """A mistyped URL is said to be one."""
    with pytest.raises(AfteractionError, match="cannot be opened"):
        open_place("s4://team/agents")


def test_a_missing_library_is_named_with_the_command_that_brings_it(root: Path, tmp_path: Path) -> None:
    """Without the extra, reports work, and a URL says what to install."""
    (tmp_path / "shadow").mkdir()
    (tmp_path / "shadow" / "fsspec.py").write_text("raise ImportError('not here')\n")

    result = piped(root, "lake", "push", "s3://team/agents", PYTHONPATH=str(tmp_path / "shadow"))
    local = piped(root, "lake", "push", str(tmp_path / "lake"), PYTHONPATH=str(tmp_path / "shadow"))

    assert (result.code, local.code) == (1, 0)
    assert "pip install 'afteraction[lake]'" in result.stderr
