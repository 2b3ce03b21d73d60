"""What every question costs, at every size, beside what a user would do without us.

    python -m benchmarks.questions [--sizes 1000 100000 1000000] [--lake FOLDER] [--runs N] [--history FOLDER]

Whole processes of the command line over histories of record files, all taking turns with one that only imports DuckDB:
trust the ratios. Each question is asked twice in a row: first with no answer kept, so that the engine must be asked,
and again, when nothing has changed since. ``--lake`` adds a folder of ``benchmarks.generate --lake``: ten million rows,
which as files would take 40 GB. Below stand jq and DuckDB's own JSON reader over the same files, which only count runs
by agent and status.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from afteraction.paths import Root
from benchmarks.generate import history, write_history

if TYPE_CHECKING:
    from collections.abc import Mapping

IMPORT = (sys.executable, "-c", "import duckdb")
QUESTIONS = {
    "agents": ("agents",),
    "agents --by task-type": ("agents", "--by", "task-type"),
    "best": ("best", "fix the failing login tests"),
    "quality": ("quality",),
    "agent NAME": ("agent", "Explore"),
    "failures": ("failures",),
    "compare": ("compare", "Explore", "general-purpose"),
    "usage": ("usage",),
    "pairs": ("pairs",),
    "workflows": ("workflows",),
    "workflows --trend": ("workflows", "--trend"),
    "trend": ("trend",),
    "cost": ("cost",),
}
"""The commands that ask the index; each is one or more of the .sql files."""
_JQ = r"""
find "$0" -name '*.json' -print0 | xargs -0 jq -r '[.agent_name, .status] | @tsv' | sort | uniq -c
"""
_GLOB = """
import duckdb, sys
print(duckdb.execute("select agent_name, status, count(*) from read_json($files, columns = "
"{agent_name: 'varchar', status: 'varchar'}) group by all", {"files": sys.argv[1] + "/*/*.json"}).fetchall())
"""
USUAL = 100_000
REPORT_TARGET_RATIO = 1.7
TARGET_S = {USUAL: 0.3, 1_000_000: 1.0, 10_000_000: 10.0}
TARGET_MB = 2_000.0
_OTHERS_UP_TO = USUAL


@dataclass(slots=True)
class Timing:
    """What one command took at one size, over all its runs."""

    seconds: list[float] = field(default_factory=list)
    again_seconds: list[float] = field(default_factory=list)
    """Asked once more at once; empty for a command that keeps no answers."""
    peak_mb: float = 0.0
    """Peak resident memory."""

    @property
    def median_s(self) -> float:
        """The middle of its runs."""
        return statistics.median(self.seconds)

    @property
    def again_s(self) -> float:
        """The middle of its runs that came at once after another."""
        return statistics.median(self.again_seconds or self.seconds)

    def note(self, command: tuple[str, ...], root: Path, *, keeps: bool) -> None:
        """Run a command over a history as if for the first time and, if it keeps answers, once more."""
        shutil.rmtree(root / "cache" / "answers", ignore_errors=True)
        took_s, peak_mb = run(command, root)
        self.seconds.append(took_s)
        self.peak_mb = max(self.peak_mb, peak_mb)
        if keeps:
            self.again_seconds.append(run(command, root)[0])


def run(command: tuple[str, ...], root: Path) -> tuple[float, float]:
    """Run a command once over a history: seconds, and peak resident memory in MB; SystemExit when it fails."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(root.parent),
        "OAK_TELEMETRY_DIR": str(root),
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
    }
    start = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, code, used = os.wait4(process.pid, 0)
    took_s = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(code)
    if process.returncode not in {0, 3}:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return took_s, used.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def measure(commands: Mapping[str, tuple[str, ...]], root: Path, runs: int) -> dict[str, Timing]:
    """Run all commands in turn, ``runs`` times over, after one round that counts for nothing."""
    for command in commands.values():
        run(command, root)
    timings = {name: Timing() for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            timings[name].note(command, root, keeps=name in QUESTIONS)
    return timings


def asked(root: Path, runs: int, *more: str) -> dict[str, Timing]:
    """Every command over a history, and the process that only imports DuckDB."""
    program = (sys.executable, "-m", "afteraction")
    commands = {name: (*program, *command, "--json", *more) for name, command in QUESTIONS.items()}
    return measure({"import duckdb": IMPORT, **commands}, root, runs)


def asked_otherwise(root: Path) -> dict[str, Timing]:
    """What a user would do instead, once each: jq where there is one, and DuckDB over the JSON files."""
    invocations = str(root / "invocations")
    commands: dict[str, tuple[str, ...]] = {"DuckDB's JSON glob": (sys.executable, "-c", _GLOB, invocations)}
    if shutil.which("jq"):
        commands["jq"] = ("sh", "-c", _JQ, invocations)
    timings = {name: Timing() for name in commands}
    for name, command in commands.items():
        timings[name].note(command, root, keeps=False)
    return timings


def missed(table: dict[int, dict[str, Timing]]) -> list[str]:
    """The targets that these figures miss."""
    wrong = []
    for size, timings in table.items():
        floor = timings["import duckdb"].median_s
        for name, timing in timings.items():
            target = next((TARGET_S[most] for most in sorted(TARGET_S) if size <= most), math.inf)
            for when, took_s in (("first", timing.median_s), ("again", timing.again_s)):
                if took_s > target:
                    wrong.append(f"{name} at {size:,}, {when}: {took_s:.2f} s, target {target} s")
                if size <= USUAL and took_s > REPORT_TARGET_RATIO * floor:
                    wrong.append(f"{name} at {size:,}, {when}: {took_s / floor:.2f} x the import, target 1.7")
            if timing.peak_mb > TARGET_MB:
                wrong.append(f"{name} at {size:,}: {timing.peak_mb:.0f} MB, target {TARGET_MB:.0f} MB")
    for (small, before), (large, after) in pairwise(sorted(table.items())):
        wrong += [
            f"{name} from {small:,} to {large:,}: {after[name].median_s / before[name].median_s:.1f} times the time"
            for name in QUESTIONS
            if after[name].median_s > before[name].median_s * large / small
        ]
    return wrong


def draw(table: dict[int, dict[str, Timing]], others: dict[int, dict[str, Timing]]) -> None:
    """The table as Markdown: seconds, times the import, MB; the last column how time grows with ten times the rows."""
    sizes = sorted(table)
    print("| whole process |", " | ".join(f"{size:,}" for size in sizes), "| slope |")
    print("|---|", *("---:|" for _ in sizes), "---:|", sep="")
    for name in table[sizes[0]]:
        row = [table[size][name] for size in sizes]
        cells = [_cell(timing, table[size]["import duckdb"].median_s) for size, timing in zip(sizes, row, strict=True)]
        print(f"| {name} |", " | ".join(cells), f"| {_slope(sizes, row)} |")
    for name in sorted({name for timings in others.values() for name in timings}):
        cells = [f"{others[size][name].median_s:.2f} s" if size in others else "" for size in sizes]
        print(f"| {name} |", " | ".join(cells), "| |")


def _cell(timing: Timing, floor_s: float) -> str:
    again = f" again {timing.again_s:.2f} s, {timing.again_s / floor_s:.1f} x," if timing.again_seconds else ""
    return f"{timing.median_s:.2f} s, {timing.median_s / floor_s:.1f} x,{again} {timing.peak_mb:.0f} MB"


def _slope(sizes: list[int], row: list[Timing]) -> str:
    """How many times as long the two largest sizes take for ten times the rows."""
    if len(sizes) < 2:  # noqa: PLR2004 - two make a slope
        return ""
    decades = math.log10(sizes[-1] / sizes[-2])
    return f"{(row[-1].median_s / row[-2].median_s) ** (1 / decades):.1f}"


def main() -> None:
    """Print the table, and the targets that it misses; exit 1 when there are any."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000])
    parser.add_argument("--lake", type=Path, help="a folder made by benchmarks.generate --lake")
    parser.add_argument("--lake-rows", type=int, default=10_000_000, help="how many rows it has")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--history", type=Path, help="where histories are kept, one folder per size")
    options = parser.parse_args()
    table, others = {}, {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = (options.history or Path(scratch)).absolute()
        for size in sorted(options.sizes):
            root = folder / str(size)
            if not root.exists():
                write_history(Root(root), history(size))
            table[size] = asked(root, options.runs)
            if size <= _OTHERS_UP_TO:
                others[size] = asked_otherwise(root)
        if options.lake:
            nothing_here = Path(scratch) / "empty"
            table[options.lake_rows] = asked(nothing_here, options.runs, "--from", str(options.lake.absolute()))
    draw(table, others)
    wrong = missed(table)
    print(*(f"MISSED {line}" for line in wrong), sep="\n") if wrong else print("every target is met")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
