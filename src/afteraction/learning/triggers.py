"""Keywords and file patterns: which to add to an agent's triggers, which to drop, and which tasks to keep from it.

A word is believed when its false discovery rate among all words looked at is small; a pattern when the agent changes
such files in a fifth of its runs for certain. A file pattern is never dropped: an agent may read what it never changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from afteraction.analytics.concentration import FALSE_FINDS
from afteraction.learning.proposal import Proposal, percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from afteraction.analytics.file_patterns import FilePattern
    from afteraction.analytics.words import Word
    from afteraction.learning.proposal import Kind
    from afteraction.learning.rules_file import AgentRule

SHARE = 0.2
"""The lower bound of the share of runs from which on a pattern is what the agent works on."""


def keywords(rules: Mapping[str, AgentRule], words: Iterable[Word]) -> list[Proposal]:
    """Proposals for the agents of the file, from words that predict how a run ends."""
    found = []
    for word in words:
        rule = rules.get(word.tally.agent_name)
        if rule is not None and word.false_discovery_rate <= FALSE_FINDS:
            proposal = _keyword(rule, word)
            found += [] if proposal is None else [proposal]
    return found


def _keyword(rule: AgentRule, word: Word) -> Proposal | None:
    tally = word.tally
    written = next((known for known in rule.keywords if known.strip().lower() == tally.word), None)
    kind: Kind
    before: str | None
    if tally.success_rate > word.rate_without:
        if written is not None:
            return None
        kind, before, after = "add keyword", None, tally.word
    elif written is not None:
        kind, before, after = "drop keyword", written, None
    else:
        kind, before, after = "avoid keyword", None, None
    reason = (
        f"tasks with {tally.word!r} succeed in {percent(tally.success_rate)} of {tally.runs} runs "
        f"(95%: {percent(tally.success_low)} to {percent(tally.success_high)}), "
        f"without it in {percent(word.rate_without)} of {tally.agent_runs - tally.runs}"
    )
    return Proposal(
        rule.name, kind, before=before, after=after, reason=reason, n=tally.runs, rate=tally.success_rate,
        low=tally.success_low, high=tally.success_high, chance=word.chance,
    )  # fmt: skip


def file_patterns(rules: Mapping[str, AgentRule], patterns: Iterable[FilePattern]) -> list[Proposal]:
    """Proposals for the agents of the file, from what they really change."""
    return [
        Proposal(
            one.agent_name, "add file pattern", before=None, after=one.pattern, n=one.runs, rate=one.share,
            reason=f"{percent(one.share)} of {one.agent_runs} runs that changed files changed such "
            f"(95%: {percent(one.share_low)} to {percent(one.share_high)})",
            low=one.share_low, high=one.share_high,
        )
        for one in worked_on(patterns)
        if one.agent_name in rules and _bare(one.pattern) not in map(_bare, rules[one.agent_name].file_patterns)
    ]  # fmt: skip


def worked_on(patterns: Iterable[FilePattern]) -> list[FilePattern]:
    """The patterns that are what an agent works on, for certain."""
    return [one for one in patterns if one.share_low >= SHARE]


def _bare(pattern: str) -> str:
    """A pattern without what makes no difference: ``*.py`` and ``**/*.py`` are the same files, so are ``src/**/*``."""
    return pattern.strip().removeprefix("./").removeprefix("**/").removesuffix("/*").removesuffix("/**").rstrip("/")
