"""How fast history is imported, beside ccusage and ``cat``: ``python -m benchmarks.import_speed`` from the checkout.

    python -m benchmarks.import_speed [--megabytes 1024] [--rounds 5] [--corpus FOLDER]

Each program reads a made-up history, as a whole process, from the page cache, in a clean environment. ``cat`` is the
floor; ccusage, a native program that only sums up tokens, is the yardstick. All take turns in every round and ratios
are taken within a round, because only neighbours on a noisy machine compare. What each program found is held against
the corpus's own facts: a fast reader that missed something is no yardstick, and no importer.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.ccusage.install import VERSION, CcusageUnavailableError, install_ccusage
from benchmarks.history.lines import TokenTotals
from benchmarks.import_corpus import MEGABYTE, CorpusFacts, build
from benchmarks.process_cost import CommandFailedError, Cost, run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SEED = 1
FACTS = "facts.json"
CAT, ONE, TWO, AGAIN = "cat", "import --jobs 1", "import --jobs 2", "import again"
YARDSTICK = "ccusage claude daily"
CCUSAGE = {
    YARDSTICK: ("claude", "daily"),
    "ccusage claude daily --single-thread": ("claude", "daily", "--single-thread"),
    "ccusage daily": ("daily",),
}
CPU_GOAL, WALL_GOAL, MEMORY_GOAL = 0.7, 0.9, 0.5
"""At most this many times ccusage: processor time with one process, wall time with two, memory with either."""
AGAIN_GOAL_S = 1.0


class UnfinishedCorpusError(Exception):
    """The folder holds transcripts, but not what an import of them must find."""


class WrongAnswerError(Exception):
    """A program did not find what is in the corpus."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one run of the benchmark works."""

    corpus: Path
    scratch: Path
    facts: CorpusFacts
    ccusage: Path

    def environment(self, **more: str) -> dict[str, str]:
        """All a measured program sees: an empty home, and nothing of the caller's but PATH."""
        return {"HOME": str(self.new_folder()), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TZ": "UTC", **more}

    def new_folder(self) -> Path:
        """An empty folder, which is not removed before the end.

        ext4 passes over what was deleted in the last seconds when it looks for room for a file: writing records right
        after the removal of others took three times as long.
        """
        return Path(tempfile.mkdtemp(dir=self.scratch))


def measure_round(place: Place) -> dict[str, Cost]:
    """Every program once, each checked."""
    output = place.scratch / "output"
    projects = str(place.corpus / "projects")
    find = shutil.which("find") or "/usr/bin/find"
    cat = (find, projects, "-name", "*.jsonl", "-exec", "cat", "{}", "+")
    costs = {CAT: run(cat, place.environment(), Path(os.devnull))}
    reading = place.environment(CLAUDE_CONFIG_DIR=str(place.corpus))
    for name, command in CCUSAGE.items():
        costs[name] = run((str(place.ccusage), *command, "--json", "--offline"), reading, output)
        _check_ccusage(name, output, place.facts)
    for name, jobs in ((ONE, "1"), (TWO, "2")):
        root = place.new_folder()
        command = (sys.executable, "-m", "afteraction", "import", projects, "--jobs", jobs)
        writing = place.environment(OAK_TELEMETRY_DIR=str(root))
        costs[name] = run(command, writing, output)
        _check_records(name, root, place.facts)
        if name == TWO:
            costs[AGAIN] = run(command, writing, output)
            _check_records(AGAIN, root, place.facts)
    return costs


def _check_ccusage(name: str, output: Path, facts: CorpusFacts) -> None:
    totals = json.loads(output.read_bytes())["totals"]
    keys = ("inputTokens", "outputTokens", "cacheCreationTokens", "cacheReadTokens")
    _expect(f"{name}: tokens", TokenTotals(*(totals[key] for key in keys)), facts.tokens)


def _check_records(name: str, root: Path, facts: CorpusFacts) -> None:
    categories: Counter[str] = Counter()
    tokens = TokenTotals()
    for path in (root / "invocations").glob("*/*.json"):
        metadata: dict[str, Any] = json.loads(path.read_bytes())["metadata"]
        categories[metadata["outcome"]["category"]] += 1
        used = metadata["tokens"] or dict.fromkeys(("input", "output", "cache_creation", "cache_read"), 0)
        tokens.add(TokenTotals(used["input"], used["output"], used["cache_creation"], used["cache_read"]))
    _expect(f"{name}: records", categories.total(), facts.invocations)
    _expect(f"{name}: records by category", dict(sorted(categories.items())), dict(facts.by_category))
    _expect(f"{name}: tokens", tokens, facts.agent_tokens)


def _expect(what: str, found: object, truth: object) -> None:
    if found != truth:
        raise WrongAnswerError(f"{what}: found {found}, the corpus has {truth}")


def prepare_corpus(folder: Path, megabytes: float) -> CorpusFacts:
    """The facts of the corpus in ``folder``, which is made first where there is none.

    Made in a process of its own: the kernel would count this one's memory as the peak of every program it starts.
    UnfinishedCorpusError when another history is in the folder.
    """
    kept = folder / FACTS
    if not kept.exists():
        if (folder / "projects").exists():
            raise UnfinishedCorpusError(f"{folder} has transcripts but no {FACTS}; name another folder or remove it")
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            facts = pool.submit(build, folder, megabytes, SEED).result()
        kept.write_text(json.dumps(dataclasses.asdict(facts)), encoding="utf-8")
    facts = json.loads(kept.read_bytes())
    totals = {key: TokenTotals(**facts[key]) for key in ("tokens", "agent_tokens")}
    return CorpusFacts(**{**facts, **totals})


def report(rounds: list[dict[str, Cost]], facts: CorpusFacts) -> None:
    """Print each program's medians and its ratios to ccusage and ``cat``, and which goals are met."""
    print(
        f"{facts.bytes / MEGABYTE:.0f} MB in {facts.files} transcripts of {facts.sessions} sessions, "
        f"{facts.invocations} invocations; ccusage {VERSION}; medians of {len(rounds)} rounds\n"
    )
    print(f"{'':38}{'wall s':>8}{'cpu s':>8}{'MB/s':>8}{'largest MB':>12}{'tree MB':>9}{'threads':>9}", end="")
    print(f"{'wall x':>9}{'cpu x':>8}{'tree x':>8}{'wall x cat':>12}")
    for name in rounds[0]:
        wall = _median(rounds, name, lambda cost: cost.wall_s)
        print(
            f"{name:38}{wall:8.2f}{_median(rounds, name, lambda cost: cost.cpu_s):8.2f}"
            f"{facts.bytes / MEGABYTE / wall:8.0f}{_median(rounds, name, lambda cost: cost.largest_mb):12.0f}"
            f"{_median(rounds, name, lambda cost: cost.tree_mb):9.0f}"
            f"{_median(rounds, name, lambda cost: cost.threads):9.0f}"
            f"{_ratio(rounds, name, YARDSTICK, lambda cost: cost.wall_s):9.2f}"
            f"{_ratio(rounds, name, YARDSTICK, lambda cost: cost.cpu_s):8.2f}"
            f"{_ratio(rounds, name, YARDSTICK, lambda cost: cost.tree_mb):8.2f}"
            f"{_ratio(rounds, name, CAT, lambda cost: cost.wall_s):12.1f}"
        )
    print(f"\nx is the median of the ratios to `{YARDSTICK}` (last column: to cat) in the same round")
    print("largest: the kernel's peak of the largest process; tree: sampled sum of all processes' shares\n")
    for what, measured, goal in verdicts(rounds):
        print(f"{'ok    ' if measured <= goal else 'MISSED'} {what}: {measured:.2f}, at most {goal}")


def verdicts(rounds: list[dict[str, Cost]]) -> list[tuple[str, float, float]]:
    """Each goal: what it is about, what was measured, what it may be at most."""
    checks = [
        ("processor time, one process", _ratio(rounds, ONE, YARDSTICK, lambda cost: cost.cpu_s), CPU_GOAL),
        ("wall time, two processes", _ratio(rounds, TWO, YARDSTICK, lambda cost: cost.wall_s), WALL_GOAL),
    ]
    for name in (ONE, TWO):
        checks += [
            (f"largest process, {name}", _ratio(rounds, name, YARDSTICK, lambda c: c.largest_mb), MEMORY_GOAL),
            (f"memory of the tree, {name}", _ratio(rounds, name, YARDSTICK, lambda c: c.tree_mb), MEMORY_GOAL),
        ]
    return [*checks, ("seconds of an import of nothing new", _median(rounds, AGAIN, lambda c: c.wall_s), AGAIN_GOAL_S)]


def _median(rounds: list[dict[str, Cost]], name: str, of: Callable[[Cost], float]) -> float:
    return statistics.median(of(costs[name]) for costs in rounds)


def _ratio(rounds: list[dict[str, Cost]], name: str, to: str, of: Callable[[Cost], float]) -> float:
    return statistics.median(of(costs[name]) / of(costs[to]) for costs in rounds)


def measure(options: Mapping[str, Any], scratch: Path) -> None:
    """Prepare, measure and report."""
    ccusage = install_ccusage()
    corpus = options["corpus"] or scratch / "corpus"
    place = Place(corpus, scratch, prepare_corpus(corpus, options["megabytes"]), ccusage)
    measure_round(place)  # warms the page cache
    report([measure_round(place) for _ in range(options["rounds"])], place.facts)


def main() -> int:
    """Measure and print; 1 when a program could not be run or found something else than the corpus has."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=1024, help="size of the history (default: 1024)")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each program (default: 5)")
    parser.add_argument("--corpus", type=Path, metavar="FOLDER", help="keep the history here, or use the one that is")
    options = vars(parser.parse_args())
    with tempfile.TemporaryDirectory(prefix="afteraction-import-") as scratch:
        try:
            measure(options, Path(scratch))
        except (CcusageUnavailableError, CommandFailedError, UnfinishedCorpusError, WrongAnswerError) as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
