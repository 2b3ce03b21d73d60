"""Proposals for the rules as lines: one numbered line with the change, one below it with the numbers behind it.

Lines and not a table, because a reason is a sentence; the same in a pipe as on a terminal.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from afteraction.analytics.agents import FEW
from afteraction.learning.proposal import ADVICE
from afteraction.output.figures import counted, points
from afteraction.output.rates import bounds, direction
from afteraction.output.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from afteraction.learning.effect import Effect
    from afteraction.learning.proposal import Proposal
    from afteraction.learning.suggest import Suggested


def suggested_lines(found: Suggested, runs: int, file: str) -> Iterator[str]:
    """Everything that ``rules suggest`` says."""
    yield f"{counted(len(found.proposals), 'proposal')} for {file}, from {counted(runs, 'run')}"
    yield from proposal_lines(enumerate(found.proposals, start=1))
    if found.not_enough_data:
        yield ""
        yield "Not enough data:"
        yield from (f"  {plain(one.agent)}: {plain(one.reason)}" for one in found.not_enough_data)
    if any(one.kind not in ADVICE for one in found.proposals):
        yield ""
        yield "next: afteraction rules apply --dry-run"


def proposal_lines(numbered: Iterable[tuple[int, Proposal]]) -> Iterator[str]:
    """Each proposal in two lines."""
    for number, one in numbered:
        yield f"{number:>3}  {plain(one.agent)}: {_change(one)}"
        yield f"     {plain(one.reason)}"


def effect_lines(found: Iterable[Effect]) -> Iterator[str]:
    """Every applied change with what was measured of it."""
    for one in found:
        held = "" if one.undone_at is None else f", undone {one.undone_at}"
        by = " by itself" if one.automatic else ""
        counts = one.measured
        yield f"{plain(one.agent)}: {', '.join(one.changes)}, applied {one.applied_at}{by}{held}"
        success = (counts.success_before, counts.runs_before), (counts.success_after, counts.runs_after)
        yield f"  success     {_difference(*success, (counts.change, counts.change_low, counts.change_high))}"
        accepted = (counts.accepted_before, counts.judged_before), (counts.accepted_after, counts.judged_after)
        change = counts.accepted_change, counts.accepted_change_low, counts.accepted_change_high
        yield f"  acceptance  {_difference(*accepted, change)}"


def _difference(
    before: tuple[int, int], after: tuple[int, int], change: tuple[float | None, float | None, float | None]
) -> str:
    sides = f"{before[0]}/{before[1]} before, {after[0]}/{after[1]} after"
    at, low, high = change
    if at is None or low is None or high is None:
        return f"{sides}: not enough data, {FEW} on each side are needed"
    sure = {1: "a rise", -1: "a fall", 0: "no certain change"}[direction(low, high)]
    return f"{sides}: {points(at)} points ({bounds(low, high)}), {sure}"


def _change(one: Proposal) -> str:
    if one.kind == "add agent":
        return "add to the file, switched off"
    if one.kind == "retire agent":
        return "auto_activate true -> false"
    if one.kind == "avoid keyword":
        return "keep such tasks from it (advice; the file has no key for it)"
    if one.kind == "threshold":
        return f"confidence_threshold {one.before:.2f} -> {one.after:.2f}"
    if one.kind == "tier":
        return f"model_tier {plain(one.before or '(none)')} -> {plain(one.after)}"
    value = one.after if one.before is None else one.before
    return f"{one.kind} {plain(json.dumps(value, ensure_ascii=False))}"
