"""Proposals find what was planted, carry its numbers, and find nothing where nothing was planted."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped]

from afteraction.analytics.scope import Scope
from afteraction.analytics.words import words
from afteraction.learning.rules_file import parse_rules
from afteraction.learning.suggest import Suggested, gather, suggest
from afteraction.moments import DAY_MS, epoch_ms
from afteraction.paths import Root
from afteraction.store.event_reading import Events
from afteraction.store.events import SuggestedAgent, Suggestion
from afteraction.store.index import open_index
from tests.learning.made_up import AGENTS, rules, years
from tests.records import NOW_MS, full_metadata, invocation, write_records

if TYPE_CHECKING:
    from afteraction.model import Invocation

NO_EVENTS = Events([], [], [])
LEARNED = {"threshold", "add keyword", "drop keyword", "avoid keyword", "retire agent"}


def proposed(root: Path, records: list[Invocation], content: Any, events: Events = NO_EVENTS) -> Suggested:
    write_records(root, *records)
    found = parse_rules(Path("agent-rules.json"), json.dumps(content).encode())
    return suggest(found, gather(open_index(Root(root)), Scope(), events))


def kinds(found: Suggested) -> Counter[tuple[str, str]]:
    return Counter((one.agent, one.kind) for one in found.proposals if one.kind in LEARNED)


@pytest.mark.parametrize("seed", range(8))
def test_a_history_without_an_effect_moves_nothing(seed: int, tmp_path: Path) -> None:
    """Six equal agents and ten words that mean nothing: no threshold, no keyword, nobody to retire."""
    assert kinds(proposed(tmp_path, years(seed), rules(*AGENTS))) == {}


def test_a_bad_agent_gets_a_higher_threshold_and_the_others_keep_theirs(tmp_path: Path) -> None:
    """One agent's fall must not look like everybody else's rise."""
    records = years(1, rates={"beta": 0.6})
    found = proposed(tmp_path, records, rules(*AGENTS))

    assert kinds(found) == {("beta", "threshold"): 1}
    (move,) = (one for one in found.proposals if one.kind == "threshold")
    good = sum(one.status == "success" for one in records if one.agent_name == "beta")
    low, high = proportion_confint(good, 120, method="wilson")
    assert (move.n, move.rate) == (120, good / 120)
    assert [move.low, move.high] == pytest.approx([low, high])
    assert 0.7 < move.after <= 0.9
    assert f"success {round(good / 1.2)}% of 120" in move.reason


def test_a_useless_agent_does_not_hide_a_bad_one(tmp_path: Path) -> None:
    """The others' runs in all would look no better than the bad agent's own; the median of the agents does."""
    found = proposed(tmp_path, years(1, rates={"beta": 0.6, "delta": 0.1}), rules(*AGENTS))

    assert kinds(found) == {("beta", "threshold"): 1, ("delta", "retire agent"): 1}


def test_a_good_agent_gets_a_lower_threshold(tmp_path: Path) -> None:
    """Among agents of 70% one of 99% may be trusted more."""
    found = proposed(tmp_path, years(2, rates=dict.fromkeys(AGENTS, 0.7) | {"gamma": 0.99}), rules(*AGENTS))

    assert kinds(found) == {("gamma", "threshold"): 1}
    assert next(one for one in found.proposals if one.kind == "threshold").after < 0.7


def test_a_threshold_stays_inside_floor_and_ceiling(tmp_path: Path) -> None:
    """What the file sets as bounds is kept, and a threshold that lies beyond is not pushed the wrong way."""
    records = years(3, rates={"beta": 0.6})
    high = proposed(tmp_path, records, rules(*AGENTS, confidence_threshold=0.89))
    beyond = proposed(tmp_path, records, rules(*AGENTS, confidence_threshold=0.95))

    assert [one.after for one in high.proposals if one.kind == "threshold"] == [0.9]
    assert [one.after for one in beyond.proposals if one.kind == "threshold"] == []


def test_feedback_weight_scales_the_move(tmp_path: Path) -> None:
    """Twice the weight moves a threshold twice as far, none not at all."""
    records = years(4, rates={"beta": 0.6})
    moves = {}
    for weight in (0, 0.1, 0.2):
        content = rules(*AGENTS)
        content["learning_config"]["feedback_weight"] = weight
        found = proposed(tmp_path, records, content)
        moves[weight] = [round(one.after - 0.7, 2) for one in found.proposals if one.kind == "threshold"]

    assert moves[0] == []
    assert moves[0.2][0] == pytest.approx(2 * moves[0.1][0], abs=0.011)


def test_acceptance_moves_a_threshold_and_a_contradiction_moves_none(tmp_path: Path) -> None:
    """Work that ends well and is rejected is no good; one that fails less and is rejected more is left to people."""
    judged = [
        msgspec.structs.replace(one, user_accepted=turn % 3 == 0 if one.agent_name == "delta" else turn % 10 > 0)
        for turn, one in ((number // len(AGENTS), one) for number, one in enumerate(years(5)))
    ]
    found = proposed(tmp_path / "rejected", judged, rules(*AGENTS))
    assert kinds(found) == {("delta", "threshold"): 1}
    assert "acceptance" in next(one.reason for one in found.proposals if one.kind == "threshold")

    lucky = [msgspec.structs.replace(one, status="success") if one.agent_name == "delta" else one for one in judged]
    assert kinds(proposed(tmp_path / "mixed", lucky, rules(*AGENTS))) == {}


def test_a_word_that_predicts_failure_is_found(tmp_path: Path) -> None:
    """It is dropped where the file has it, as written there, and is advice where the file has it not."""
    records = years(6, word_rates={("alpha", "login"): 0.2, ("beta", "queue"): 0.2})
    found = proposed(tmp_path, records, rules(*AGENTS))
    words_found = [one for one in found.proposals if "keyword" in one.kind]

    assert {(one.agent, one.kind, one.before, one.after) for one in words_found} == {
        ("alpha", "drop keyword", "Login", None), ("beta", "avoid keyword", None, None),
    }  # fmt: skip
    one = next(one for one in words_found if one.agent == "alpha")
    has = [r for r in records if r.agent_name == "alpha" and "login" in (r.task_description or "").lower()]
    good = sum(r.status == "success" for r in has)
    assert (one.n, one.rate) == (len(has), good / len(has))


def test_a_word_that_predicts_success_is_proposed_as_a_keyword(tmp_path: Path) -> None:
    """Where it already is one, in whatever case, nothing is proposed."""
    planted = {("alpha", "cache"): 1.0, ("beta", "login"): 1.0}
    records = years(7, rates={"alpha": 0.4, "beta": 0.4}, word_rates=planted)
    found = proposed(tmp_path, records, rules(*AGENTS, auto_activate=False))

    assert [(one.agent, one.after) for one in found.proposals if "keyword" in one.kind] == [("alpha", "cache")]


def test_words_are_compared_as_fishers_exact_test_does(tmp_path: Path) -> None:
    """The chance is that of the table of with and without, success and failure; a word counts once for a run."""
    texts = ["Mend mend the Größe"] * 25 + ["Do"] * 35
    records = [
        invocation(number, status="failure" if number < 14 else "success", task_description=text)
        for number, text in enumerate(texts)
    ]
    write_records(tmp_path, *records)
    found = {one.tally.word: one for one in words(open_index(Root(tmp_path)), Scope())}

    assert set(found) == {"mend", "the", "größe"}
    one = found["mend"]
    assert (one.tally.runs, one.tally.success, one.tally.agent_runs, one.tally.agent_success) == (25, 11, 60, 46)
    assert one.rate_without == 1.0
    assert one.chance == pytest.approx(2 * stats.hypergeom.sf(13, 60, 14, 25))


def test_a_useless_agent_is_retired_and_nothing_else_said_of_it(tmp_path: Path) -> None:
    """It is switched off and not tuned; one that is off already is left alone."""
    records = years(8, rates={"zeta": 0.1})
    found = proposed(tmp_path, records, rules(*AGENTS))
    assert kinds(found) == {("zeta", "retire agent"): 1}
    assert all(one.kind == "retire agent" for one in found.proposals if one.agent == "zeta")

    off = proposed(tmp_path, records, rules(*AGENTS, auto_activate=False))
    assert ("zeta", "retire agent") not in kinds(off)


def test_file_patterns_are_what_an_agent_changes(tmp_path: Path) -> None:
    """By ending and first folder, with the share of its runs; what the file says in other words is not repeated."""
    content = rules("alpha", "beta")
    content["agents"][0]["triggers"]["file_patterns"] = ["./web/**/*"]
    found = proposed(tmp_path, years(9), content)

    patterns = [one for one in found.proposals if one.kind == "add file pattern"]
    assert [(one.agent, one.after, one.n, one.rate) for one in patterns] == [("alpha", "**/*.tsx", 120, 1.0)]
    assert patterns[0].low == pytest.approx(proportion_confint(120, 120, method="wilson")[0])


def test_an_agent_the_file_does_not_know_is_proposed_switched_off(tmp_path: Path) -> None:
    """With the patterns it works on and the tier it runs with, at the most careful threshold."""
    found = proposed(tmp_path, years(10), rules("alpha", "beta", "gamma", "delta", "epsilon"))

    (added,) = (one for one in found.proposals if one.kind == "add agent")
    assert added.after == {
        "name": "zeta", "auto_activate": False, "model_tier": "sonnet",
        "triggers": {"keywords": [], "file_patterns": ["**/*.py", "src/**"], "contexts": []},
        "confidence_threshold": 0.9, "description": "",
    }  # fmt: skip
    assert f"(95%: {added.low:.0%} to {added.high:.0%})" in added.reason


def test_too_little_data_is_said_and_not_guessed_from(tmp_path: Path) -> None:
    """Nine failures in a row prove nothing yet; an agent that never ran is named as well."""
    records = [
        *years(11),
        *(invocation(5000 + n, agent="rare", status="failure", metadata=full_metadata("failure")) for n in range(9)),
    ]
    found = proposed(tmp_path, records, rules(*AGENTS, "rare", "never"))

    assert [(one.agent, one.reason[:4]) for one in found.not_enough_data] == [("rare", "9 of"), ("never", "0 of")]
    assert not [one for one in found.proposals if one.agent in {"rare", "never"}]


@pytest.mark.parametrize("names", [("alpha",), ("alpha", "beta")])
def test_one_or_two_agents_have_nothing_to_be_compared_with(names: tuple[str, ...], tmp_path: Path) -> None:
    """However they do, thresholds stay, and the answer says why: one other agent is no yardstick."""
    few = [one for one in years(12, rates={"alpha": 0.6}) if one.agent_name in names]
    found = proposed(tmp_path, few, rules(*names))

    assert kinds(found) == {}
    assert {one.reason for one in found.not_enough_data} == {"fewer than 2 other agents with 10 runs to compare with"}


def test_suggestions_that_users_refuse_raise_the_threshold(tmp_path: Path) -> None:
    """What users make of a suggestion counts, though every run ends well."""
    suggestions = [
        Suggestion(
            suggestion_id=f"sug-{agent}-{turn}", timestamp="2025-10-30T18:00:00Z",
            suggested=(SuggestedAgent(agent_name=agent),),
            decision="rejected" if turn % 10 < (7 if agent == "gamma" else 1) else "accepted",
        )
        for agent in AGENTS for turn in range(50)
    ]  # fmt: skip
    found = proposed(tmp_path, years(13), rules(*AGENTS), Events(suggestions, [], []))

    assert kinds(found) == {("gamma", "threshold"): 1}
    (move,) = (one for one in found.proposals if one.kind == "threshold")
    assert (move.n, move.rate, move.after) == (50, 0.3, 0.82)
    assert move.reason.startswith("acceptance when suggested 30% of 50")


def test_the_same_runs_never_move_a_threshold_twice(tmp_path: Path) -> None:
    """Once moved, a threshold is judged by what came later, and by no less of it than any other; the rest as before."""
    records = years(14, rates={"beta": 0.5, "delta": 0.5})
    write_records(tmp_path, *records)
    index = open_index(Root(tmp_path))
    rules_found = parse_rules(Path("agent-rules.json"), json.dumps(rules(*AGENTS)).encode())

    def moves(moved: dict[str, int]) -> tuple[dict[str, int], list[str]]:
        found = suggest(rules_found, gather(index, Scope(), NO_EVENTS, moved))
        told = {one.agent: one.n for one in found.proposals if one.kind == "threshold"}
        return told, [one.agent for one in found.not_enough_data]

    half_ms = NOW_MS - 150 * DAY_MS
    later = sum(one.agent_name == "beta" and epoch_ms(one.timestamp) >= half_ms for one in records)
    assert moves({}) == ({"beta": 120, "delta": 120}, [])
    assert moves({"beta": half_ms}) == ({"beta": later, "delta": 120}, [])
    assert moves({"beta": NOW_MS}) == ({"delta": 120}, ["beta"])
