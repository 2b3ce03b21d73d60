"""What the records say should be changed in ``agent-rules.json``; proposals only, nothing is written here.

Each proposal rests on counts and an interval; an agent of which too little is known is named with what is missing,
because "not enough data" is an answer and silence is not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from afteraction.analytics.checked import checked_runs
from afteraction.analytics.file_patterns import file_patterns
from afteraction.analytics.tiers import tier_pairs
from afteraction.analytics.track_record import track_records
from afteraction.analytics.words import words
from afteraction.learning import members, thresholds, tiers, triggers
from afteraction.learning.acceptance import passes, verdicts
from afteraction.learning.thresholds import Tally
from afteraction.moments import epoch_ms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from afteraction.analytics.file_patterns import FilePattern
    from afteraction.analytics.scope import Scope
    from afteraction.analytics.tiers import TierPair
    from afteraction.analytics.track_record import TrackRecord
    from afteraction.analytics.words import Word
    from afteraction.learning.proposal import Proposal, TooFew
    from afteraction.learning.rules_file import Rules
    from afteraction.store.event_reading import Events
    from afteraction.store.events import Suggestion
    from afteraction.store.index import Index


SUCCESS = "success"
"""The evidence that every agent has."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of all agents."""

    records: list[TrackRecord]
    words: list[Word]
    patterns: list[FilePattern]
    tallies: dict[str, list[Tally]]
    """What thresholds are judged by, by the name of the evidence."""
    tiers: list[TierPair]


@dataclass(frozen=True, slots=True)
class Suggested:
    """What to change, and about which agents nothing can be said."""

    proposals: list[Proposal]
    """In the order in which ``rules apply --only`` numbers them, from 1."""
    not_enough_data: list[TooFew]


def gather(index: Index, scope: Scope, events: Events, moved: Mapping[str, int] | None = None) -> Evidence:
    """Everything that proposals rest on, over a scope; ``events`` are those of the same time.

    ``moved`` says when an agent's threshold was moved last, epoch ms: what it was moved for must not move it again, so
    only later runs, their checks, and later suggestions judge its threshold.
    """
    records = track_records(index, scope)
    tallies = _tallies(index, scope, records, events, events.suggestions)
    for agent, at_ms in (moved or {}).items():
        since_ms = at_ms if scope.since_ms is None else max(at_ms, scope.since_ms)
        later = [one for one in events.suggestions if epoch_ms(one.timestamp) >= at_ms]
        narrow = replace(scope, since_ms=since_ms, agent=agent)
        own = _tallies(index, narrow, track_records(index, narrow), events, later)
        tallies = {
            what: [one for one in some if one.agent != agent] + [one for one in own[what] if one.agent == agent]
            for what, some in tallies.items()
        }
    return Evidence(records, words(index, scope), file_patterns(index, scope), tallies, tier_pairs(index, scope))


def _tallies(
    index: Index, scope: Scope, records: Sequence[TrackRecord], events: Events, suggestions: Sequence[Suggestion]
) -> dict[str, list[Tally]]:
    """What thresholds are judged by; a check counts when its run is in the scope, whenever it was made."""
    checked = {one.invocation_id for one in events.validations if one.invocation_id}
    return {
        SUCCESS: [Tally(one.agent_name, one.success, one.runs) for one in records],
        "acceptance": [Tally(one.agent_name, one.accepted, one.judged) for one in records],
        "acceptance when suggested": verdicts(suggestions),
        "passing of checks": passes(events.validations, checked_runs(index, scope, checked)),
    }


def suggest(rules: Rules, evidence: Evidence) -> Suggested:
    """The proposals for one rules file: thresholds, keywords, file patterns, tiers, agents to retire, agents to add."""
    retired = members.to_retire(rules, evidence.records)
    gone = {one.agent for one in retired}
    moves = thresholds.threshold_moves(rules, evidence.tallies)
    listed = {rule.name: rule for rule in rules.agents}
    tuned = [
        *moves, *triggers.keywords(listed, evidence.words), *triggers.file_patterns(listed, evidence.patterns),
        *tiers.tier_changes(rules, evidence.records, evidence.tiers),
    ]  # fmt: skip
    proposals = [
        *(one for one in tuned if one.agent not in gone),
        *retired,
        *members.to_add(rules, evidence.records, evidence.patterns),
    ]
    return Suggested(proposals, thresholds.too_few(rules, evidence.tallies[SUCCESS]))
