"""Several processes use one cache at once: real ones, with nothing but files between them."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

from afteraction.paths import Root
from afteraction.store.cache import refresh
from afteraction.store.index import open_index
from tests.records import history, invocation, write_records

CHECKOUT = Path(__file__).parents[2]

READER = """
import sys
from pathlib import Path
from afteraction.analytics.scope import Scope
from afteraction.analytics.summary import summary
from afteraction.paths import Root
from afteraction.store.index import open_index

root, stop = Root(Path(sys.argv[1])), Path(sys.argv[2])
counts, last = [], False
while not last:
    last = stop.exists()
    counts.append(summary(open_index(root), Scope()).invocations)
    print("asked", flush=True)
print(*counts, flush=True)
"""

WRITER = """
import sys
from pathlib import Path
from afteraction.paths import Root
from afteraction.store import cache_compaction
from afteraction.store.cache import refresh
from tests.records import invocation, write_records

cache_compaction._FANOUT = 2
cache_compaction._GRACE_NS = int(sys.argv[3])
first, last = map(int, sys.argv[4:])
for number in range(first, last):
    write_records(Path(sys.argv[2]), invocation(number))
    for path in (Path(sys.argv[2]) / "invocations").rglob("*.json"):
        target = Path(sys.argv[1]) / "invocations" / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
    refresh(Root(Path(sys.argv[1])))
"""

BUILDER = """
import os, signal, sys
from pathlib import Path
from afteraction.paths import Root
from afteraction.store import cache_changes
from afteraction.store.cache import refresh

def killed_half_way(done, total):
    if done >= total // 2:
        os.kill(os.getpid(), signal.SIGKILL)

cache_changes._FILES_AT_ONCE = 100
refresh(Root(Path(sys.argv[1])), progress=killed_half_way)
"""
"""It ends itself: a signal from outside may come when all is done."""


def start(program: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_readers_see_no_error_and_every_record_while_writers_compact(tmp_path: Path) -> None:
    """A question may come at any moment: its answer is whole, whatever is being rewritten just then."""
    root, stop = tmp_path / "root", tmp_path / "stop"
    write_records(root, *(invocation(number) for number in range(30)))
    readers = [start(READER, root, stop) for _ in range(2)]
    grace_ns = 60_000_000_000
    writers = [start(WRITER, root, tmp_path / f"new-{first}", grace_ns, first, first + 20) for first in (100, 200)]
    failures = [writer.communicate()[1] for writer in writers]
    stop.touch()
    answers = [reader.communicate() for reader in readers]

    assert [*failures, *(error for _, error in answers)] == [""] * 4
    for output, _ in answers:
        counts = [int(word) for word in output.splitlines()[-1].split()]
        assert counts == sorted(counts), "a record that was there once was missing later"
        assert counts[-1] == 70
    assert len(list((root / "cache").glob("part-*.parquet"))) > len(refresh(Root(root)).parts), "nothing was replaced"


def test_readers_survive_parts_that_go_at_once(tmp_path: Path) -> None:
    """Even without any grace, as when somebody deletes the cache again and again, an answer is only later."""
    root, stop = tmp_path / "root", tmp_path / "stop"
    write_records(root, *(invocation(number) for number in range(30)))
    reader = start(READER, root, stop)
    failure = start(WRITER, root, tmp_path / "new", -1, 100, 125).communicate()[1]
    stop.touch()
    output, error = reader.communicate()

    assert (failure, error) == ("", "")
    assert int(output.splitlines()[-1].split()[-1]) == 55


def test_who_does_not_get_the_lock_reads_the_rest_alone(tmp_path: Path) -> None:
    """Nobody waits for another's refresh, and two never write at once."""
    write_records(tmp_path, *history(20))
    refresh(Root(tmp_path))
    write_records(tmp_path, invocation(1_000))
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "cache").iterdir()}
    holder = os.open(tmp_path / "cache" / "lock", os.O_RDWR)
    try:
        fcntl.flock(holder, fcntl.LOCK_EX)
        found = open_index(Root(tmp_path)).connection.execute("select count(*) from invocations").fetchall()
    finally:
        os.close(holder)

    assert found == [(21,)]
    assert {path.name: path.stat().st_mtime_ns for path in (tmp_path / "cache").iterdir()} == before


def test_a_killed_build_costs_nobody_an_answer(tmp_path: Path) -> None:
    """The kernel frees the lock; what was written is used, and the rest is made."""
    write_records(tmp_path, *history(2_000))
    builder = start(BUILDER, tmp_path)
    assert builder.communicate() == ("", "")
    assert builder.returncode == -signal.SIGKILL
    read: list[int] = []

    index = open_index(Root(tmp_path), progress=lambda _done, total: read.append(total))

    assert index.connection.execute("select count(*), count(distinct invocation_id) from invocations").fetchall() == [
        (2_000, 2_000)
    ]
    assert 0 < read[0] < 2_000


def test_a_question_loads_the_engine_without_the_package_around_it_and_only_once(tmp_path: Path) -> None:
    """The package costs a report a quarter of its time for things that no question uses."""
    write_records(tmp_path, *history(5))
    program = "import sys; from afteraction.cli.main import main; sys.argv[1:] = ['pairs', '--json']\n"
    program += "try: main()\nexcept SystemExit: pass\nprint('duckdb' in sys.modules, '_duckdb' in sys.modules)"
    asked, again = (
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "OAK_TELEMETRY_DIR": str(tmp_path)}, capture_output=True, text=True, check=True,
        ).stdout.splitlines()
        for _ in range(2)
    )  # fmt: skip

    assert (asked[-1], again[-1]) == ("False True", "False False")
    assert again[:-1] == asked[:-1]
