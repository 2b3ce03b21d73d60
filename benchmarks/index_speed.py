"""How fast the cache is built, kept current and asked, beside a process that only imports DuckDB.

    python -m benchmarks.index_speed [--sizes 1000 10000 100000] [--runs N] [--history FOLDER] [--json]

Whole processes, the commands taking turns, so that a busy machine is busy for each of them alike: trust the ratios. The
histories are those of ``benchmarks.generate``; with ``--history`` they are kept there and used again. After one new
record the question pays for noticing and storing it; a rebuild reads every record file, from memory where they fit.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from afteraction.paths import Root
from afteraction.store.atomic import write_atomic
from benchmarks.generate import history, write_history

IMPORT = (sys.executable, "-c", "import duckdb")
REPORT = (sys.executable, "-m", "afteraction", "agents", "--json")
_OPEN = """
import sys; from pathlib import Path; from afteraction.paths import Root
from afteraction.store.index import open_index; open_index(Root(Path(sys.argv[1])))
"""
REBUILD = (sys.executable, "-c", _OPEN)
RATIO_TARGET = 1.7
"""Of a warm report on up to 100,000 records to the import."""
NEW_RECORD_TARGET_MS = 50
REBUILD_TARGET_S_PER_100K = 5.0
SLOPE_TARGET = 10.0
"""Ten times the records may take at most so many times as long."""
_USUAL_SIZE = 100_000


@dataclass(frozen=True)
class Speed:
    """One row: what a history of some size costs."""

    records: int
    rebuild_s: float
    rebuild_mb: float
    """Peak resident memory of the process that rebuilt."""
    import_ms: float
    """Median of the process that only imports DuckDB, in the same minutes."""
    report_ms: float
    ratio: float
    new_record_ms: float
    """How much longer the report takes after one record was added."""
    cache_mb: float


def measure(root: Path, runs: int) -> Speed:
    """Measure one history."""
    records = sum(len(files) for _, _, files in os.walk(root / "invocations"))
    shutil.rmtree(root / "cache", ignore_errors=True)
    _read_all(root)
    rebuild_s, rebuild_mb = _peak((*REBUILD, str(root)))
    times: dict[str, list[float]] = {"import": [], "report": [], "new": []}
    added = []
    for run in range(runs):
        times["import"].append(_took(IMPORT, root))
        times["report"].append(_took(REPORT, root))
        added.append(_add_record(root, run))
        times["new"].append(_took(REPORT, root))
    for path in added:
        path.unlink()
    middle = {name: statistics.median(took) for name, took in times.items()}
    return Speed(
        records=records, rebuild_s=rebuild_s, rebuild_mb=rebuild_mb,
        import_ms=middle["import"], report_ms=middle["report"], ratio=middle["report"] / middle["import"],
        new_record_ms=statistics.median(new - old for new, old in zip(times["new"], times["report"], strict=True)),
        cache_mb=sum(path.stat().st_size for path in (root / "cache").glob("part-*")) / 1e6,
    )  # fmt: skip


def _read_all(root: Path) -> None:
    """Bring the records into the page cache: the disk of the day is not what is measured."""
    for folder, _, files in os.walk(root / "invocations"):
        for name in files:
            Path(folder, name).read_bytes()


def _took(command: tuple[str, ...], root: Path) -> float:
    """Milliseconds of a whole process, with no answer kept from before."""
    shutil.rmtree(root / "cache" / "answers", ignore_errors=True)
    start = time.perf_counter()
    subprocess.run(command, env={**os.environ, "OAK_TELEMETRY_DIR": str(root)}, stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - start) * 1000


def _peak(command: tuple[str, ...]) -> tuple[float, float]:
    """Seconds of a process and its peak memory in MB."""
    start = time.perf_counter()
    process = subprocess.Popen(command)
    _, code, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(code)
    if process.returncode:
        raise SystemExit("the rebuild failed")
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return time.perf_counter() - start, used.ru_maxrss / unit


def _add_record(root: Path, number: int) -> Path:
    """A copy of the newest record, as another one of the same day."""
    day = max((root / "invocations").iterdir())
    path = day / f"added-{number:012x}.json"
    write_atomic(path, min(day.glob("*.json")).read_bytes(), durable=False)
    return path


def missed(speeds: list[Speed]) -> list[str]:
    """The targets that these figures miss."""
    wrong = []
    for speed in speeds:
        if speed.records <= _USUAL_SIZE:
            if speed.ratio > RATIO_TARGET:
                wrong.append(f"{speed.records}: a report takes {speed.ratio:.2f} x the import, target {RATIO_TARGET}")
            if speed.new_record_ms > NEW_RECORD_TARGET_MS:
                wrong.append(f"{speed.records}: a new record takes {speed.new_record_ms:.0f} ms more")
        if speed.rebuild_s > REBUILD_TARGET_S_PER_100K * max(1.0, speed.records / _USUAL_SIZE):
            wrong.append(f"{speed.records}: a rebuild takes {speed.rebuild_s:.1f} s")
    for small, large in pairwise(speeds):
        most = SLOPE_TARGET ** math.log10(large.records / small.records)
        if max(large.report_ms / small.report_ms, large.rebuild_s / small.rebuild_s) > most:
            wrong.append(f"from {small.records} to {large.records} time grows faster than the records")
    return wrong


def main() -> None:
    """Print the figures; exit 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--history", type=Path, help="where histories are kept, one folder per size")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = (options.history or Path(scratch)).absolute()
        speeds = []
        for size in sorted(options.sizes):
            root = folder / str(size)
            if not root.exists():
                write_history(Root(root), history(size))
            speeds.append(measure(root, options.runs))
    wrong = missed(speeds)
    if options.json:
        print(json.dumps({"rows": [asdict(speed) for speed in speeds], "missed": wrong}, indent=2))
    else:
        _draw(speeds, wrong)
    sys.exit(bool(wrong))


def _draw(speeds: list[Speed], wrong: list[str]) -> None:
    print("  records  rebuild s     MB  cache MB  import ms  report ms  ratio  new record ms")
    for row in speeds:
        print(
            f"{row.records:9,} {row.rebuild_s:10.2f} {row.rebuild_mb:6.0f} {row.cache_mb:9.1f}"
            f" {row.import_ms:10.0f} {row.report_ms:10.0f} {row.ratio:6.2f} {row.new_record_ms:+14.0f}"
        )
    print(*(f"MISSED {line}" for line in wrong), sep="\n") if wrong else print("every target is met")


if __name__ == "__main__":
    main()
