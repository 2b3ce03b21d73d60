"""What the reports find, miss, and find that is not there, in years of made-up work with effects planted in them.

    python -m benchmarks.planted_year [--seeds 20] [--json]

Every seed makes two years: one with all of ``benchmarks.planted_effects``, and one without any, in which every find is
a false alarm; and for the reviews two more (``benchmarks.planted_reviews``). The questions that users ask are asked of
both; a find that follows from an effect counts for it and never as a false alarm. What is promised: a single comparison
is wrong once in twenty times (95% intervals), and of the finds of a search one in twenty is (false discovery rate).
That agents differ from each other is no effect.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from afteraction.analytics.agents import agents
from afteraction.analytics.concentration import FALSE_FINDS, concentrations
from afteraction.analytics.edits import edits
from afteraction.analytics.pairs import pairs
from afteraction.analytics.scope import Scope
from afteraction.analytics.trend import trend
from afteraction.paths import Root
from afteraction.store.cache import Snapshot
from afteraction.store.cache_parts import fill_batch, line_of
from afteraction.store.cache_view import Rows
from afteraction.store.coverage import Coverage
from afteraction.store.engine import Database
from afteraction.store.index import RecordIndex
from benchmarks.planted_effects import END_MS, EXPECTED, Expected, Find, year
from benchmarks.planted_reviews import EXPECTED_OF_REVIEWS, review_finds, weeks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from afteraction.model import Invocation
    from afteraction.store.index import Index


@dataclass(slots=True)
class Tally:
    """One kind of find over all seeds."""

    hits: int = 0
    """Planted years in which the effect was found."""
    misses: int = 0
    """Planted years in which it was not."""
    looked: Counter[str] = field(default_factory=Counter)
    """Comparisons that were made where nothing was planted, by "planted" or "null" year."""
    false_alarms: Counter[str] = field(default_factory=Counter)
    """Those that were called a find."""


def index_of(records: list[Invocation], folder: Path) -> Index:
    """The records as every question is asked of them."""
    root = Root(folder)
    database = Database(root)
    lines = (line_of(record, record.timestamp[:10], at) for at, record in enumerate(records))
    fill_batch(database.connection, lines, folder)
    database.connection.execute("create table pending as from batch")
    return RecordIndex(root, Snapshot(database, (), (), None, Rows(database, (), (), pending=True)))


def finds(index: Index) -> Iterator[tuple[Find, bool]]:
    """Everything that was looked at, and whether a report calls it a find."""
    scope = Scope()
    for edit in edits(index, scope):
        if edit.change_low is not None and edit.change_high is not None:
            yield Find("edit", edit.agent_name), edit.change_low > 0 or edit.change_high < 0
    for pair in pairs(index, scope):
        both = f"{pair.agent_a} + {pair.agent_b}"
        yield Find("pair: meet more often", both), pair.false_discovery_rate <= FALSE_FINDS
        if pair.change_low is not None and pair.change_high is not None:
            yield Find("pair: do better or worse", both), pair.change_low > 0 or pair.change_high < 0
    for place in concentrations(index, scope):
        if place.circumstance == "agent":
            continue  # they differ
        name = f"{place.circumstance} {place.place}" + (f" of cluster {place.cluster}" if place.cluster else "")
        yield Find("failures concentrate", name), place.false_discovery_rate <= FALSE_FINDS
    for agent in agents(index, scope, now_ms=END_MS):
        of_agent = trend(index, Scope(agent=agent.agent_name), Coverage(), now_ms=END_MS)
        yield Find("trend: change point", agent.agent_name), bool(of_agent.change_points)
        halves = of_agent.halves
        if halves.change_low is not None and halves.change_high is not None:
            yield Find("trend: halves", agent.agent_name), halves.change_low > 0 or halves.change_high < 0


def measure(seeds: int) -> dict[str, Tally]:
    """Ask about every year; what was found of what, by kind of find."""
    tallies: dict[str, Tally] = {}
    for seed in range(1, seeds + 1):
        for kind_of_year in ("planted", "null"):
            with tempfile.TemporaryDirectory() as folder:
                index = index_of(year(seed, planted=kind_of_year == "planted"), Path(folder))
                found = dict(finds(index))
            with tempfile.TemporaryDirectory() as folder:
                index = index_of(weeks(seed, planted=kind_of_year == "planted"), Path(folder))
                found |= dict(review_finds(index, planted=kind_of_year == "planted"))
            expected = (*EXPECTED, *EXPECTED_OF_REVIEWS) if kind_of_year == "planted" else ()
            _count_alarms(tallies, found, expected, kind_of_year)
            for effect in expected:
                tally = tallies.setdefault(effect.kind, Tally())
                called = any(called for find, called in found.items() if effect.covers(find))
                tally.hits += called
                tally.misses += not called
    return tallies


def _count_alarms(
    tallies: dict[str, Tally], found: dict[Find, bool], expected: tuple[Expected, ...], kind_of_year: str
) -> None:
    for find, called in found.items():
        if not any(effect.covers(find) for effect in expected):
            tally = tallies.setdefault(find.kind, Tally())
            tally.looked[kind_of_year] += 1
            tally.false_alarms[kind_of_year] += called


def draw(tallies: dict[str, Tally]) -> None:
    """The table as Markdown."""
    print("| what is looked for | hits | misses | false alarms, planted years | false alarms, years of nothing |")
    print("|---|---:|---:|---:|---:|")
    for kind, tally in sorted(tallies.items()):
        cells = [
            f"{alarms} of {looked} ({alarms / max(1, looked):.1%})"
            for one in ("planted", "null")
            for alarms, looked in [(tally.false_alarms[one], tally.looked[one])]
        ]
        print(f"| {kind} | {tally.hits} | {tally.misses} | {' | '.join(cells)} |")


def main() -> None:
    """Print hits, misses and false alarms."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    tallies = measure(options.seeds)
    if options.json:
        print(json.dumps({kind: asdict(tally) for kind, tally in tallies.items()}, indent=2))
    else:
        draw(tallies)


if __name__ == "__main__":
    main()
