"""Score inferred acceptance on the labelled set: ``python -m benchmarks.acceptance_score``.

For each signal, precision is the share of its inferences in which the label says the same, accepted or rejected; recall
is the share of the invocations labelled with that sign of which the same was inferred, by whatever signal. Both stand
with their counts and a 95 % Wilson interval, because the set is small. It ends with 1 when a target is missed: a wrong
judgement costs more than a missing one, so precision must be at least 0.9, and no signal may be without an example.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING

from afteraction.collector.acceptance import RULES
from afteraction.collector.history_reading import Reader
from afteraction.moments import DAY_MS
from afteraction.privacy.redactor import Redactor
from afteraction.sources.claude.history import walk_history
from tests.collector.acceptance_stories import RECORDED, STORIES
from tests.collector.stories import Session, judgement
from tests.replay import SESSIONS, cases

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAST_PRECISION = 0.9
_Z = 1.96


@dataclass(frozen=True, slots=True)
class Row:
    """One invocation of the set."""

    label: str
    inferred: str
    where: str
    """The story, or the name of the recording."""

    @property
    def is_right(self) -> bool:
        """Whether the same judgement was inferred, by whatever signal, or rightly none."""
        return self.label.partition(" ")[0] == self.inferred.partition(" ")[0]


def labelled() -> list[Row]:
    """Every invocation of the set."""
    found: list[Row] = []
    for story in STORIES:
        inferred = [judgement(record) for record in Session(story.text).records()]
        found += [Row(*pair, story.text) for pair in zip(story.labels, inferred, strict=True)]
    with tempfile.TemporaryDirectory() as home:
        later_ms = time.time_ns() // 1_000_000 + DAY_MS
        for case in cases():
            reader = Reader.start(lambda: Redactor({}, None), Path(home), later_ms)
            inferred = [
                judgement(record)
                for session in reader.read(walk_history(SESSIONS / case / "transcripts").sessions)
                if session.conclusion is not None
                for record in session.conclusion.records
            ]
            labels = RECORDED.get(case, ("",) * len(inferred))
            found += [Row(*pair, case) for pair in zip(labels, inferred, strict=True)]
    return found


def share(hits: int, of: int) -> str:
    """A share with its counts and interval."""
    if of == 0:
        return "none"
    p, scale = hits / of, 1 + _Z**2 / of
    middle, half = p + _Z**2 / (2 * of), _Z * sqrt(p * (1 - p) / of + _Z**2 / (4 * of**2))
    return f"{p:.2f} ({hits}/{of}, {max(0, (middle - half) / scale):.2f} to {min(1, (middle + half) / scale):.2f})"


@dataclass(frozen=True, slots=True)
class Score:
    """How the inferences of one signal, or of all, compare with the labels."""

    signal: str
    inferred: int
    right: int
    """Inferences with the label's judgement."""
    shown: int
    """Invocations labelled with this sign."""
    caught: int
    """Those of them of which the label's judgement was inferred."""


def scores(rows: Sequence[Row]) -> list[Score]:
    """One score for each signal in the rules' order, and one for all."""
    found = [_score(rule.signal, rows) for rule in RULES]
    return [*found, _score("all", rows)]


def _score(signal: str, rows: Sequence[Row]) -> Score:
    told = [row for row in rows if row.inferred and signal in ("all", row.inferred.partition(" ")[2])]
    shown = [row for row in rows if row.label and signal in ("all", row.label.partition(" ")[2])]
    return Score(signal, len(told), sum(row.is_right for row in told), len(shown), sum(row.is_right for row in shown))


def main() -> None:
    """Print the scores."""
    rows = labelled()
    judged = sum(bool(row.label) for row in rows)
    print(f"n = {len(rows)} invocations, {judged} of them judged; {len(STORIES)} stories, the rest recorded\n")
    print(f"{'signal':<12} {'precision':<30} {'recall':<30}")
    found = scores(rows)
    for score in found:
        precision, recall = share(score.right, score.inferred), share(score.caught, score.shown)
        print(f"{score.signal:<12} {precision:<30} {recall:<30}")
    print("\nerrors")
    for row in rows:
        if not row.is_right:
            words = (row.label or "nothing", row.inferred or "nothing", row.where.splitlines()[-1][:70])
            print("  {:<21} inferred: {:<21} {}".format(*words))
    missed = [s.signal for s in found if not s.inferred or not s.shown or s.right / s.inferred < LEAST_PRECISION]
    if missed:
        sys.exit(f"below {LEAST_PRECISION} or without an example: {', '.join(missed)}")


if __name__ == "__main__":
    main()
