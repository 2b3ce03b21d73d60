"""Recorded sessions whose evidence comes in another order, twice, in part, or from one side only.

Every variant goes through real files and the whole collector; the hooks' lines are those of a replay through the real
hook. What is missing may make a record say less, never something else: the few places where it cannot know better are
listed in ``verdicts.py``, each with the reason.
"""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.collector.test_golden_sessions import expected, found
from tests.collector.verdicts import ALL_EVENTS, BELIEVED, ONLY_HOOKS_KNEW, VERDICTS, WITHOUT_TRANSCRIPTS
from tests.replay import SESSIONS, Machine, Replay, SpoolLine, cases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

SHUFFLES = 3
EXCEPTIONS = {(known.case, known.missing): known.instead for known in ONLY_HOOKS_KNEW}
UNSURE = (
    "timestamp",  # without a transcript the hooks say when something was, some milliseconds off
    "execution_time_ms",
    "metadata.ended_at",
    "status",  # compared with the tables
    "error_message",
    "metadata.outcome",
    "workflow_id",  # a prompt without an id is known by its line
)
"""What hooks alone may say otherwise, by the beginnings of the places."""


def collected(machine: Machine, lines: Iterable[SpoolLine]) -> dict[str, Any]:
    """What a machine's transcripts and these hooks come to, from nothing."""
    variant = machine.anew()
    variant.spool(lines)
    variant.collect_here()
    return found(variant)


def received_in_order(lines: Iterable[SpoolLine]) -> tuple[SpoolLine, ...]:
    """These lines, received in the order in which they are given."""
    given = tuple(lines)
    times = sorted(line.event["at"] for line in given)
    return tuple(replace(line, event={**line.event, "at": at}) for line, at in zip(given, times, strict=True))


def other_than(told: Any, truth: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that is neither what the truth says nor null, with its place.

    Who told (``source``) may differ, and the evidence may name other things, but no hook that the truth does not name.
    """
    if isinstance(truth, dict) and isinstance(told, dict) and told.keys() == truth.keys():
        for key, value in truth.items():
            if key == "evidence":
                invented = _hooks(told[key]) - _hooks(value)
                yield from ((f"{place}.{key}", one) for one in invented)
            elif key != "source":
                yield from other_than(told[key], value, f"{place}.{key}".lstrip("."))
    elif isinstance(truth, list) and isinstance(told, list) and len(told) == len(truth):
        for number, (one, other) in enumerate(zip(told, truth, strict=True)):
            yield from other_than(one, other, f"{place}[{number}]")
    elif told is not None and told != truth:
        yield place, told


def _hooks(evidence: list[str]) -> set[str]:
    return {line for line in evidence if line.startswith("hook ")}


def verdict_of(record: dict[str, Any]) -> tuple[str, str, str]:
    """Agent, status and category."""
    return record["agent_name"], record["status"], record["metadata"]["outcome"]["category"]


def key_of(record: dict[str, Any]) -> str:
    """What a record's agent, or the call that did not start one, is known by to the client."""
    metadata = record["metadata"]
    return metadata["agent_id"] or metadata["tool_use_id"]  # type: ignore[no-any-return]


def moved(recording: Replay, machine: Machine) -> Iterator[SpoolLine]:
    """What the hooks wrote, as if the client's home had been another machine's, where no transcript is."""
    text = json.dumps([line.event for line in recording.lines])
    events = json.loads(text.replace(str(recording.machine.home), str(machine.home)))
    return (replace(line, event=event) for line, event in zip(recording.lines, events, strict=True))


def test_every_exception_is_of_a_recorded_event() -> None:
    """An exception that nothing is compared with any more would hide the next difference."""
    for case, missing in EXCEPTIONS:
        assert missing == ALL_EVENTS or f'"{missing}"' in (SESSIONS / case / "events.jsonl").read_text()
    assert {*WITHOUT_TRANSCRIPTS, *BELIEVED} <= VERDICTS.keys()
    assert WITHOUT_TRANSCRIPTS.keys().isdisjoint(BELIEVED)


@pytest.mark.parametrize("case", cases())
def test_the_order_of_receipt_changes_nothing(case: str, replayed: Callable[[str], Replay]) -> None:
    """Hooks run in parallel: whatever their order, the records are the same."""
    recording = replayed(case)
    for seed in range(SHUFFLES):
        lines = list(recording.lines)
        random.Random(f"{case} {seed}").shuffle(lines)  # noqa: S311 - an order, not a secret

        told = collected(recording.machine, received_in_order(lines))
        assert dict(other_than(told, expected(case))) == {}, seed
    backwards = collected(recording.machine, received_in_order(reversed(recording.lines)))
    assert dict(other_than(backwards, expected(case))) == {}


@pytest.mark.parametrize("case", cases())
def test_events_that_come_twice_change_nothing(case: str, replayed: Callable[[str], Replay]) -> None:
    """A plugin and the settings may both run the hook: an event that is told twice happened once."""
    recording = replayed(case)
    twice = [line for line in recording.lines for _ in range(2)]

    assert collected(recording.machine, twice) == expected(case)
    random.Random(case).shuffle(twice)  # noqa: S311 - an order, not a secret
    assert dict(other_than(collected(recording.machine, received_in_order(twice)), expected(case))) == {}


@pytest.mark.parametrize("case", cases())
def test_any_one_event_may_be_missing(case: str, replayed: Callable[[str], Replay]) -> None:
    """The hook is only the trigger: what one event told stands in the transcript too, or the record says less."""
    recording = replayed(case)
    for place, line in enumerate(recording.lines):
        missing = line.event["payload"]["hook_event_name"]
        told = collected(recording.machine, (*recording.lines[:place], *recording.lines[place + 1 :]))

        assert dict(other_than(told, expected(case))) == EXCEPTIONS.get((case, missing), {}), (place, missing)


@pytest.mark.parametrize("case", cases())
def test_transcripts_alone_tell_the_same(case: str, replayed: Callable[[str], Replay]) -> None:
    """Without one event, the sweep finds the same invocations with the same endings."""
    told = collected(replayed(case).machine, ())

    assert dict(other_than(told, expected(case))) == EXCEPTIONS.get((case, ALL_EVENTS), {})
    assert {record["metadata"]["source"] for record in told["records"]} <= {"import"}


@pytest.mark.parametrize("case", cases())
def test_an_import_after_the_hooks_adds_nothing_and_loses_nothing(case: str, replayed: Callable[[str], Replay]) -> None:
    """What was recorded live and is imported later is one invocation, and keeps what only the hooks knew."""
    recording = replayed(case)
    machine = recording.machine.anew()
    machine.spool(recording.lines)
    machine.collect_here()
    machine.forget()
    machine.collect_here()

    assert found(machine) == expected(case)


@pytest.mark.parametrize("case", cases())
def test_hooks_after_an_import_add_nothing_and_lose_nothing(case: str, replayed: Callable[[str], Replay]) -> None:
    """What was imported and is then told by hooks is one invocation, and learns what only they know."""
    recording = replayed(case)
    machine = recording.machine.anew()
    machine.collect_here()
    machine.forget()
    machine.spool(recording.lines)
    machine.collect_here()

    assert found(machine) == expected(case)


@pytest.mark.parametrize("case", VERDICTS)
def test_hooks_alone_tell_less_and_nothing_else(case: str, replayed: Callable[[str], Replay], tmp_path: Path) -> None:
    """With the transcripts deleted, no agent is invented or counted twice, and no number is made up."""
    machine = Machine(tmp_path)
    machine.spool(moved(replayed(case), machine))
    machine.collect_here()
    records = machine.records()
    told = {key_of(record): record for record in records}
    truth = {key_of(record): record for record in expected(case)["records"]}

    assert sorted(map(verdict_of, records)) == sorted({**VERDICTS, **WITHOUT_TRANSCRIPTS, **BELIEVED}[case])
    assert (len(told), told.keys() - truth.keys()) == (len(records), set())
    for key, record in told.items():
        places = {place for place, _ in other_than(record, truth[key])}
        assert {place for place in places if not place.startswith(UNSURE)} == set()
        assert ("metadata.outcome.category" in places) == (verdict_of(record) != verdict_of(truth[key]))
