"""A tier is proposed where the records show that it does better, or costs less and does no worse; else none is."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable  # type: ignore[import-untyped]

from afteraction.analytics.scope import Scope
from afteraction.analytics.tiers import tiers
from afteraction.learning.proposal import Proposal
from afteraction.learning.rewriting import applied_to
from afteraction.learning.rules_file import digest, parse_rules
from afteraction.learning.rules_state import Offer
from afteraction.learning.suggest import gather, suggest
from afteraction.moments import DAY_MS
from afteraction.paths import Root
from afteraction.store.index import open_index
from tests.learning.made_up import rules
from tests.records import NOW_MS, full_metadata, invocation, write_records

if TYPE_CHECKING:
    from afteraction.model import Invocation, Status


class Runs(NamedTuple):
    """Some of one agent's runs."""

    tier: str
    n: int
    succeeded: int
    cost_usd: float | None = None
    task_type: str = "fix"


def history(*some: Runs) -> list[Invocation]:
    records: list[Invocation] = []
    for runs in some:
        for number in range(runs.n):
            status: Status = "success" if number < runs.succeeded else "failure"
            metadata = full_metadata(
                status, model=f"claude-{runs.tier}-4-5", model_tier=runs.tier, cost_usd=runs.cost_usd,
                task_type=runs.task_type,
            )  # fmt: skip
            at_ms = NOW_MS - (len(records) + 1) * DAY_MS // 50
            records.append(invocation(len(records), agent="alpha", status=status, started_ms=at_ms, metadata=metadata))
    return records


def proposed(root: Path, records: list[Invocation], **changes: object) -> list[Proposal]:
    write_records(root, *records)
    found = parse_rules(Path("agent-rules.json"), json.dumps(rules("alpha", **changes)).encode())
    evidence = gather(open_index(Root(root)), Scope(), (), ())
    return [one for one in suggest(found, evidence).proposals if one.kind == "tier"]


def test_a_tier_that_succeeds_more_often_is_proposed_with_its_numbers(tmp_path: Path) -> None:
    """What it costs is said with it: whether the rise is worth that is for people to say."""
    (found,) = proposed(tmp_path, history(Runs("sonnet", 100, 62, 0.1), Runs("opus", 90, 85, 0.6)))

    assert (found.before, found.after, found.n, found.rate) == ("sonnet", "opus", 90, 85 / 90)
    assert found.reason == (
        "on opus 94% of 90 runs succeed, on sonnet 62% of 100; at like tasks +32 points (95%: +21 to +43); "
        "a run costs $0.6000 instead of $0.1000"
    )
    assert found.chance is not None
    assert found.chance < 1e-6


def test_a_cheaper_tier_is_proposed_only_when_it_is_certainly_no_worse(tmp_path: Path) -> None:
    """No difference between few runs is no evidence of none."""
    enough = history(Runs("sonnet", 900, 880, 0.5), Runs("haiku", 900, 880, 0.1))
    (found,) = proposed(tmp_path / "enough", enough)
    assert (found.before, found.after) == ("sonnet", "haiku")
    assert found.reason.startswith(
        "a run costs $0.1000 instead of $0.5000, and is less than 5 points worse for certain"
    )

    few = history(Runs("sonnet", 40, 39, 0.5), Runs("haiku", 40, 39, 0.1))
    assert proposed(tmp_path / "few", few) == []
    dear = history(Runs("sonnet", 900, 880, 0.5), Runs("haiku", 900, 880, 0.45))
    assert proposed(tmp_path / "dear", dear) == []
    unknown = history(Runs("sonnet", 900, 880, 0.5), Runs("haiku", 900, 880))
    assert proposed(tmp_path / "unknown", unknown) == []


def test_a_tier_that_got_the_harder_tasks_is_not_blamed_for_them(tmp_path: Path) -> None:
    """Opus fails more often in all, because it is given what is hard; within each type of task it does better."""
    records = history(
        Runs("sonnet", 300, 285, 0.1, "explain"), Runs("sonnet", 60, 24, 0.1, "fix"),
        Runs("opus", 60, 58, 0.6, "explain"), Runs("opus", 300, 186, 0.6, "fix"),
    )  # fmt: skip
    assert 285 + 24 > (58 + 186) * 360 / 360
    (found,) = proposed(tmp_path, records)
    assert (found.before, found.after) == ("sonnet", "opus")

    (back,) = (one for one in tiers(open_index(Root(tmp_path)), Scope()) if one.tier_a == "opus")
    assert back.difference_high < 0


def test_the_comparison_is_that_of_mantel_and_haenszel(tmp_path: Path) -> None:
    """The weighted difference, against statsmodels' own weights and its exact-in-the-limit test."""
    counts = {"fix": ((200, 150), (150, 128)), "explain": ((90, 80), (220, 205)), "test": ((300, 210), (60, 50))}
    some = [
        Runs(tier, n, s, 0.1, kind)
        for kind, sides in counts.items()
        for tier, (n, s) in zip(("sonnet", "opus"), sides, strict=True)
    ]
    write_records(tmp_path, *history(*some, Runs("opus", 500, 20, 0.1, "only on opus")))
    (found,) = (one for one in tiers(open_index(Root(tmp_path)), Scope()) if one.tier_a == "sonnet")

    weights = {kind: a[0] * b[0] / (a[0] + b[0]) for kind, (a, b) in counts.items()}
    apart = {kind: b[1] / b[0] - a[1] / a[0] for kind, (a, b) in counts.items()}
    assert found.difference == pytest.approx(
        sum(weights[kind] * apart[kind] for kind in counts) / sum(weights.values())
    )
    assert (found.runs_a, found.runs_b) == (590, 430)
    tables = [np.array([[b[1], b[0] - b[1]], [a[1], a[0] - a[1]]]) for a, b in counts.values()]
    both_sides = StratifiedTable(tables).test_null_odds(correction=True).pvalue
    assert found.chance == pytest.approx(both_sides / 2, rel=0.3)


@pytest.mark.parametrize("written", ["gpt", "", None])
def test_a_tier_that_the_file_names_is_the_one_to_leave(tmp_path: Path, written: str | None) -> None:
    """One that it never ran on cannot be compared; where the file names none, it is the one of most runs."""
    records = history(Runs("sonnet", 100, 62, 0.1), Runs("opus", 90, 85, 0.6))
    found = proposed(tmp_path, records, model_tier=written)

    assert [(one.before, one.after) for one in found] == ([] if written == "gpt" else [(None, "opus")])


def test_where_tiers_make_no_difference_none_is_proposed(tmp_path: Path) -> None:
    """Three tiers, forty histories: a better one is claimed in two of them at most."""
    claimed = 0
    for seed in range(40):
        dice = random.Random(seed)  # noqa: S311 - a history, not a secret
        some = [
            Runs(tier, 60, sum(dice.random() < 0.8 for _ in range(60)), 0.2, kind)
            for tier in ("haiku", "sonnet", "opus") for kind in ("fix", "explain")
        ]  # fmt: skip
        claimed += bool(proposed(tmp_path / str(seed), history(*some)))

    assert claimed <= 2


@pytest.mark.parametrize("entry", ['"model_tier": "sonnet"', '"model_tier": null', '"x": 1'])
def test_the_tier_is_written_where_it_stands_or_where_it_is_missing(tmp_path: Path, entry: str) -> None:
    """Every other byte of the file stays."""
    raw = f'{{"agents": [ {{"name": "alpha", {entry} }} ] }}\n'.encode()
    path = tmp_path / "agent-rules.json"
    change = Proposal("alpha", "tier", before=None, after="opus", reason="", n=1, rate=1.0, low=0.0, high=1.0)
    offer = Offer(sha256=digest(raw), at="2025-10-30T10:00:00Z", proposals=(change,))

    after = applied_to(path, raw, offer, [change])

    assert parse_rules(path, after).agents[0].model_tier == "opus"
    assert after.startswith(b'{"agents": [ {"name": "alpha", ')
    assert after.endswith(b" ] }\n")
