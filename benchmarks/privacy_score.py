"""How much the redactor finds, what it spoils, and how long it takes.

``privacy_score.py [--corpus FILE]``: without a corpus on generated texts; with one (JSON lines, gzip or plain, of
{"text", "spans", "corpus", "cls", "has_pii"}) per corpus and class. Each figure stands beside its target, and a missed
one makes the exit code 1. Then the time for 64 KB of the worst inputs, in milliseconds and as a multiple of prose.

A label counts as removed when no piece of a fifth of it is left anywhere in the text. Names of people, places and dates
are labelled too, and not promised: they have no target; nor have other people's e-mail addresses, some of which stand
beside the name that they are made of.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from afteraction.privacy.redactor import Redactor

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGETS = {
    "self-identifying": 0.98,
    "keyword nearby": 0.96,
    "environment": 1.0,
    "e-mail": 0.99,
    "card": 0.99,
    "iban": 0.99,
    "ssn": 0.99,
    "public ip": 0.99,
    "e.164 phone": 0.95,
    "home name": 1.0,
    "unseen tokens": 0.98,
    "unseen surroundings": 0.96,
}
"""Least recall of each class of generated texts."""
CORPUS_TARGETS = {
    "wrapped: prefixed": 0.98,
    "wrapped: contextual": 0.96,
    "wrapped: EMAIL": 0.99,
    "wrapped: SSN": 0.99,
    "wrapped: IBAN": 0.99,
    "wrapped: CREDIT_CARD": 0.99,
    "wrapped: IP": 0.99,
    "wrapped: PHONE": 0.95,
    "wrapped: HOMEDIR": 1.0,
    "third party: CREDIT_CARD": 0.99,
    "third party: IBAN_CODE": 0.99,
    "third party: US_SSN": 0.99,
    "third party: prefixed": 0.93,
    "third party: contextual": 0.85,
}
"""Least recall of classes of a corpus: in our own kind of text, and in other people's test data."""
EVERYTHING = "all innocent texts"
MAX_ALTERED = {"innocent texts": 0.0005, EVERYTHING: 0.002}
MAX_ALTERED |= dict.fromkeys(("benign_identifiers", "benign_lockfiles", "benign_paths"), 0.0005)
"""Largest share of innocent texts that are altered, by corpus."""
MAX_MS = 20.0


def survives(secret: str, text: str) -> bool:
    """Tell whether a piece of max(6, a fifth) of the secret's characters is left outside the placeholders."""
    text = re.sub(r"\[REDACTED:[a-z-]+\]", "\0", text)
    size = min(len(secret), max(6, len(secret) // 5))
    return any(secret[at : at + size] in text for at in range(len(secret) - size + 1))


def score_generated() -> bool:
    """Print recall per class on generated texts, and return whether every target is met."""
    from benchmarks.privacy_texts import environment, innocents, secrets, seeded
    from benchmarks.privacy_unseen import unseen

    rng = seeded(4)
    environ, texts = environment(rng, 40)
    redactor = Redactor(environ, "/home/bench")
    hits: dict[str, list[bool]] = defaultdict(list)
    dropped = 0
    for item in [*texts, *secrets(rng, 400), *unseen(rng, 20)]:
        done = redactor.redact(item.text)
        dropped += done is None
        hits[item.kind].append(done is not None and not survives(item.secret or "", done))
    met = [print_recall(kind, found, TARGETS[kind]) for kind, found in hits.items()]
    changed = [redactor.redact(item.text) != item.text for item in innocents(rng, 200)]
    return all(met) & print_altered("innocent texts", changed) & (dropped == 0)


def print_recall(kind: str, found: list[bool], target: float | None) -> bool:
    """Print which share of a class was found; False when a target is missed."""
    rate = sum(found) / len(found)
    print(f"recall   {kind:48s} n={len(found):<6d} {rate:8.3f}  {_verdict(target, '>=', met=rate >= (target or 0))}")
    return target is None or rate >= target


def print_altered(name: str, changed: list[bool]) -> bool:
    """Print which share of innocent texts was altered; False when a target is missed."""
    share = sum(changed) / max(1, len(changed))
    target = MAX_ALTERED.get(name)
    met = target is None or share <= target
    print(f"altered  {name:48s} n={len(changed):<6d} {share:8.3%}  {_verdict(target, '<=', met=met)}")
    return met


def _verdict(target: float | None, sign: str, *, met: bool) -> str:
    if target is None:
        return "no target"
    return f"{sign} {target:g}  {'ok' if met else 'MISSED'}"


def score_corpus(path: Path) -> bool:
    """Print recall per corpus and class, and the share of innocent texts altered; whether every target is met."""
    redactor = Redactor({}, os.environ.get("HOME"))
    recall: dict[str, list[bool]] = defaultdict(list)
    altered: dict[str, list[bool]] = defaultdict(list)
    for row in _rows(path):
        done = redactor.redact(row["text"])
        if done is None:
            raise RuntimeError(f"the redactor dropped {row['id']}")
        if row["corpus"].startswith("benign"):
            if not row.get("has_pii"):
                altered[row["corpus"]].append(done != row["text"])
            continue
        ours = "wrapped" if row["corpus"].startswith("wrapped") else "third party"
        for kind, secret in _labelled(row):
            hit = done != row["text"] if row.get("linelevel") else not survives(secret, done)
            for key in (row["corpus"], f"{ours}: {kind}"):
                recall[key].append(hit)
    altered[EVERYTHING] = [one for found in altered.values() for one in found]
    met = [print_recall(key, found, CORPUS_TARGETS.get(key)) for key, found in sorted(recall.items())]
    met += [print_altered(key, found) for key, found in altered.items()]
    return all(met)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a corpus."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _labelled(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the class and text of each labelled span; placeholders are no secrets."""
    classes = row.get("cls")
    for index, (start, end, *label) in enumerate(row["spans"]):
        known = isinstance(classes, list) and index < len(classes)
        kind = str(classes[index] if known and classes else (label[0] if label else ""))
        if kind != "placeholder":
            yield kind, row["text"][start:end]


def time_worst() -> None:
    """Print the slowest of the worst inputs; a busy machine decides about milliseconds, so no verdict hangs on them."""
    from benchmarks.privacy_texts import environment, seeded, worst

    environ, _ = environment(seeded(4), 20)
    redactor = Redactor(environ, "/home/bench")
    redactor.redact("warm up: compiles the patterns")
    reference = _least_ms(redactor, "The quick brown fox jumps over the lazy dog. " * 1456)
    print(f"time     {'64 KB of prose':48s} {reference:6.1f} ms")
    times = sorted(((_least_ms(redactor, text), unit) for unit, text in worst().items()), reverse=True)
    for spent, unit in times[:5]:
        verdict = _verdict(MAX_MS, "<=", met=spent <= MAX_MS)
        print(f"time     64 KB of {unit[:28]!r:39s} {spent:6.1f} ms  {spent / reference:4.1f} x prose  {verdict}")
    short = "Fix the flaky test in tests/test_api.py: it fails with expected 200, got 500 at line 42. Then " * 2
    fresh = [f"{index} {short}"[:200] for index in range(200)]  # what was asked before is remembered
    start = time.process_time()
    for text in fresh:
        redactor.redact(text)
    print(f"time     {'200 characters':48s} {(time.process_time() - start) * 1000 / len(fresh):6.3f} ms")


def _least_ms(redactor: Redactor, text: str) -> float:
    """Return the least processor time of seven runs, in milliseconds: other programs only ever add to it."""
    spent = []
    for _ in range(7):
        start = time.process_time()
        redactor.redact(text)
        spent.append((time.process_time() - start) * 1000)
    return min(spent)


def main() -> int:
    """Score, time, and return 1 when a target of the score is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, help="labelled texts, one JSON object a line")
    corpus = parser.parse_args().corpus
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    met = score_corpus(corpus) if corpus else score_generated()
    time_worst()
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
