"""What the records say should be changed in ``agent-rules.json``; proposals only, nothing is written here.

Each proposal rests on counts and an interval; an agent of which too little is known is named with what is missing,
because "not enough data" is an answer and silence is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.analytics.file_patterns import file_patterns
from afteraction.analytics.track_record import track_records
from afteraction.analytics.words import words
from afteraction.learning import members, thresholds, triggers
from afteraction.learning.acceptance import verdicts
from afteraction.learning.thresholds import Tally

if TYPE_CHECKING:
    from collections.abc import Sequence

    from afteraction.analytics.file_patterns import FilePattern
    from afteraction.analytics.scope import Scope
    from afteraction.analytics.track_record import TrackRecord
    from afteraction.analytics.words import Word
    from afteraction.learning.proposal import Proposal, TooFew
    from afteraction.learning.rules_file import Rules
    from afteraction.store.events import Suggestion
    from afteraction.store.index import Index


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of all agents."""

    records: list[TrackRecord]
    words: list[Word]
    patterns: list[FilePattern]
    suggested: list[Tally]
    """How often each agent was taken when it was suggested."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """What to change, and about which agents nothing can be said."""

    proposals: list[Proposal]
    """In the order in which ``rules apply --only`` numbers them, from 1."""
    not_enough_data: list[TooFew]


def gather(index: Index, scope: Scope, suggestions: Sequence[Suggestion]) -> Evidence:
    """Everything that proposals rest on, over a scope; ``suggestions`` are those of the same time."""
    return Evidence(
        track_records(index, scope), words(index, scope), file_patterns(index, scope), verdicts(suggestions)
    )


def suggest(rules: Rules, evidence: Evidence) -> Suggested:
    """The proposals for one rules file: thresholds, keywords, file patterns, agents to retire, agents to add."""
    success = [Tally(one.agent_name, one.success, one.runs) for one in evidence.records]
    kinds = {
        "success": success,
        "acceptance": [Tally(one.agent_name, one.accepted, one.judged) for one in evidence.records],
        "acceptance when suggested": evidence.suggested,
    }
    retired = members.to_retire(rules, evidence.records)
    gone = {one.agent for one in retired}
    moves = thresholds.threshold_moves(rules, kinds)
    listed = {rule.name: rule for rule in rules.agents}
    tuned = [
        *moves, *triggers.keywords(listed, evidence.words), *triggers.file_patterns(listed, evidence.patterns)
    ]  # fmt: skip
    proposals = [
        *(one for one in tuned if one.agent not in gone),
        *retired,
        *members.to_add(rules, evidence.records, evidence.patterns),
    ]
    return Suggested(proposals, thresholds.too_few(rules, success))
