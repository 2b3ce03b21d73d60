"""Which agent to give a task: what the recommendation rests on, what it leaves open, and that it is worth having."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped]

from afteraction.analytics.agents import FEW
from afteraction.analytics.best import PastTask, advise, best, likeness, past_tasks
from afteraction.analytics.scope import Scope
from afteraction.analytics.statistics.shrinkage import shrunk
from afteraction.model import Metadata
from afteraction.paths import Root
from afteraction.store.index import open_index
from afteraction.task_types import task_type
from benchmarks.best_evaluation import evaluate
from benchmarks.task_worlds import WORLDS
from tests.records import NOW_MS, invocation, write_records

if TYPE_CHECKING:
    from pathlib import Path

TASK = "Fix the failing login tests"


def past(agent: str, description: str, runs: int, good: int) -> PastTask:
    return PastTask(agent, description, task_type(description, ()), runs, good)


@pytest.mark.parametrize(
    ("description", "is_like"),
    [
        ("Fix failing login tests", True),
        ("login tests failing: fix them", True),
        ("FIX FLAKY LOGIN TESTS", True),
        ("Fix checkout currency rounding", False),
        ("Write release notes", False),
    ],
)
def test_tasks_are_alike_by_their_words(description: str, is_like: bool) -> None:  # noqa: FBT001 - a table's column
    """Order, case and filling words make no difference; another subject does."""
    assert (description in likeness(TASK, [description])) == is_like


def test_the_agent_that_did_well_at_like_tasks_comes_first() -> None:
    """Not the one that does best at all: exploring is easier than mending."""
    advice = advise(
        [
            past("Explore", "Explore login code", 400, 396),
            past("fixer", "Fix failing login test", 60, 57),
            past("helper", "Fix broken login tests", 60, 24),
        ],
        TASK,
    )

    assert (advice.task_type, advice.verdict, advice.basis) == ("debug", "best", "like tasks")
    assert [one.agent_name for one in advice.candidates] == ["fixer", "helper"]
    assert [(one.like_good, one.like_runs) for one in advice.candidates] == [(57, 60), (24, 60)]
    assert advice.candidates[0].examples == ["Fix failing login test"]


def test_few_lucky_runs_do_not_beat_many_good_ones() -> None:
    """Three of three is listed after the agents of which enough is known, and drawn towards what else it did."""
    advice = advise(
        [
            past("many", "Fix failing login test", 100, 85),
            past("lucky", "Fix login tests", 3, 3),
            past("lucky", "Fix invoice rounding", 30, 12),
        ],
        TASK,
    )

    many, lucky = advice.candidates
    assert (many.agent_name, many.is_enough, lucky.agent_name, lucky.is_enough) == ("many", True, "lucky", False)
    assert (lucky.like_runs, lucky.type_runs, lucky.all_runs) == (3, 33, 33)
    assert lucky.expected < 0.6


def test_where_two_cannot_be_told_apart_none_is_called_best() -> None:
    """A ranking has a first place also where it means nothing; the verdict says so."""
    advice = advise(
        [past("one", "Fix failing login test", 40, 33), past("other", "Fix failing login test", 40, 32)], TASK
    )

    assert advice.verdict == "no clear best"
    assert len(advice.candidates) == 2


def test_the_only_one_there_is_is_not_called_best() -> None:
    """Nobody can be better than nobody."""
    assert advise([past("one", "Fix failing login test", 40, 40)], TASK).verdict == "no clear best"


def test_without_like_tasks_the_type_of_task_decides() -> None:
    """A task in words never heard is still one of mending."""
    advice = advise([past("fixer", "Debug memory leak", 30, 29), past("helper", "Repair build", 30, 9)], TASK)

    assert (advice.verdict, advice.basis) == ("best", "type of task")
    assert [(one.agent_name, one.like_runs) for one in advice.candidates] == [("fixer", 0), ("helper", 0)]


@pytest.mark.parametrize("known", [[], [past("fixer", "Fix login tests", FEW - 1, FEW - 1)]])
def test_not_enough_data_is_an_answer(known: list[PastTask]) -> None:
    """Nothing, or too little, is known: no agent is put forward, what there is stands below."""
    advice = advise(known, TASK)

    assert advice.verdict == "not enough data"
    assert [one.is_enough for one in advice.candidates] == [False] * len(known)


def test_rejected_work_is_no_good_work(tmp_path: Path) -> None:
    """An agent that ends well and delivers what nobody wants must not be recommended."""
    write_records(
        tmp_path,
        *(
            invocation(
                number, agent="fixer", started_ms=NOW_MS - number, task_description="Fix login tests",
                user_accepted=(None, True, False)[number % 3], status="failure" if number == 0 else "success",
                metadata=Metadata(project="/home/user/shop"),
            )
            for number in range(30)
        ),
        invocation(99, agent="fixer", task_description=None),
    )  # fmt: skip
    index = open_index(Root(tmp_path))

    assert past_tasks(index, Scope()) == [PastTask("fixer", "Fix login tests", "debug", 30, 19)]
    assert past_tasks(index, Scope(project="billing")) == []
    assert [one.like_good for one in best(index, Scope(), TASK).candidates] == [19]


def test_a_rate_is_drawn_towards_what_is_known_from_more() -> None:
    """Between the two, nearer to the one with more runs, with Wilson's interval of both together."""
    found = shrunk(20, 20, towards=0.5, weight=20)

    low, high = proportion_confint(30, 40, method="wilson")
    assert [found.rate, found.low, found.high] == pytest.approx([0.75, low, high])
    assert shrunk(0, 0, towards=0.3, weight=10).rate == pytest.approx(0.3)


def test_it_beats_the_most_used_agent_and_the_best_overall_where_agents_differ() -> None:
    """What the documentation states of made-up histories, on fewer of them; and that its certainty can be believed."""
    result = evaluate(WORLDS[0], 1_000, seeds=2, tasks=60)

    scores = result.scores
    assert scores["best"].hits > 4 * max(scores["used most"].hits, scores["best overall"].hits)
    assert scores["best"].chances > 1.2 * max(scores["used most"].chances, scores["best overall"].chances)
    assert result.sure.hits == result.sure.asked > 0
