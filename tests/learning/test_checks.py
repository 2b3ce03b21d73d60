"""What checks say of an agent's work moves its threshold: the check names a run, the records know whose it was."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from afteraction.analytics.scope import Scope
from afteraction.learning.suggest import gather
from afteraction.moments import DAY_MS, epoch_ms
from afteraction.paths import Root
from afteraction.store.event_reading import Events
from afteraction.store.events import Validation
from afteraction.store.index import open_index
from tests.learning.made_up import AGENTS, rules, years
from tests.learning.test_suggest import kinds, proposed
from tests.records import NOW_MS, write_records

if TYPE_CHECKING:
    from pathlib import Path

    from afteraction.model import Invocation


def checks(records: list[Invocation], **rates: float) -> list[Validation]:
    """Two checks of every third run; 0.9 of the reviews pass where no rate is planted, and all tests."""
    dice = random.Random(1)  # noqa: S311 - a history, not a secret
    found: list[Validation] = []
    for number, one in enumerate(records[::3]):
        passed = dice.random() < rates.get(one.agent_name, 0.9)
        for check in ("tests", "review"):
            found.append(
                Validation(
                    validation_id=f"val-20251030-{len(found):012x}", timestamp="2025-10-30T18:00:00Z", check=check,
                    passed=None if number % 10 == 9 else passed or check == "tests",
                    invocation_id=one.invocation_id,
                )
            )  # fmt: skip
    return found


def test_failed_checks_of_its_work_raise_an_agents_threshold(tmp_path: Path) -> None:
    """A run counts once however many checks it had, and those that could not be said count not at all."""
    records = sorted(years(15), key=lambda one: one.timestamp)
    made = checks(records, epsilon=0.4)
    found = proposed(tmp_path, records, rules(*AGENTS), Events([], made, []))

    assert kinds(found) == {("epsilon", "threshold"): 1}
    (move,) = (one for one in found.proposals if one.kind == "threshold")
    own = {one.invocation_id for one in records if one.agent_name == "epsilon"}
    of_run: dict[str | None, list[bool]] = {}
    for check in made:
        if check.invocation_id in own and check.passed is not None:
            of_run.setdefault(check.invocation_id, []).append(check.passed)
    assert (move.n, move.rate) == (len(of_run), sum(all(one) for one in of_run.values()) / len(of_run))
    assert move.after > 0.7
    assert move.reason.startswith(f"passing of checks {round(move.rate * 100)}% of {move.n}")


def test_checks_that_contradict_success_move_nothing(tmp_path: Path) -> None:
    """Who succeeds more often than the others and fails the checks is for people to judge."""
    records = years(16, rates=dict.fromkeys(AGENTS, 0.7) | {"gamma": 0.99})
    made = checks(sorted(records, key=lambda one: one.timestamp), gamma=0.3)

    assert kinds(proposed(tmp_path, records, rules(*AGENTS), Events([], made, []))) == {}


def test_a_check_counts_for_the_run_it_names_and_for_no_other(tmp_path: Path) -> None:
    """Runs that are not recorded, those of before the last move, and a workflow without a run, tell of nobody."""
    records = sorted(years(17), key=lambda one: one.timestamp)
    write_records(tmp_path, *records)
    index = open_index(Root(tmp_path))
    made = [
        Validation(
            validation_id=f"val-20251030-{number:012x}", timestamp="2025-10-30T18:00:00Z", check="tests", passed=False,
            invocation_id=reference, workflow_id="wf-20251030-1",
        )
        for number, reference in enumerate(
            [None, "inv-20251030-ffffffffffff", "no id at all", *(one.invocation_id for one in records)]
        )
    ]  # fmt: skip
    events = Events([], made, [])
    half_ms = NOW_MS - 150 * DAY_MS
    later = sum(one.agent_name == "beta" and epoch_ms(one.timestamp) >= half_ms for one in records)

    def counted(moved: dict[str, int]) -> dict[str, tuple[int, int]]:
        return {
            one.agent: (one.good, one.n) for one in gather(index, Scope(), events, moved).tallies["passing of checks"]
        }

    assert counted({}) == dict.fromkeys(AGENTS, (0, 120))
    assert counted({"beta": half_ms}) == dict.fromkeys(AGENTS, (0, 120)) | {"beta": (0, later)}
