"""What kind of task an invocation was given: a table of words, asked in order, then the tools it used.

The description's first word says most: "Fix the tests" mends, "Test the fix" tests. So first words are asked before
words anywhere, and words that begin any kind of task (write, add, find) last. The agent's name is not looked at:
success by agent and task type would otherwise compare an agent with its own name. Pure, and computed when a record is
indexed: a change of the table changes every past answer, and no record.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

TaskType = Literal["explore", "plan", "implement", "debug", "test", "review", "refactor", "document", "other"]

MEANINGS: dict[TaskType, str] = {
    "explore": "find out how things are",
    "plan": "decide what to do",
    "implement": "make something new, or change what it does",
    "debug": "find or mend what is broken",
    "test": "write or run tests",
    "review": "judge what somebody made",
    "refactor": "change how something is made and not what it does",
    "document": "write for readers",
    "other": "nothing told",
}
"""Each type and what such a task asks for."""


@dataclass(frozen=True, slots=True)
class TaskRule:
    """A sign of one kind of task."""

    task_type: TaskType
    place: Literal["first", "any", "tools"]
    """Where the words are looked for: the description's first word, any of its words, or among the tools used."""
    words: frozenset[str]


def _first(task_type: TaskType, words: str) -> TaskRule:
    return TaskRule(task_type, "first", frozenset(words.split()))


def _any(task_type: TaskType, words: str) -> TaskRule:
    return TaskRule(task_type, "any", frozenset(words.split()))


RULES: tuple[TaskRule, ...] = (
    _first("explore", "explore search locate map survey scan trace summarize summarise"),
    _first("review", "review audit critique inspect assess"),
    _first("plan", "plan design architect outline propose brainstorm"),
    _first("debug", "fix debug diagnose troubleshoot repair resolve hotfix"),
    _first("refactor", "refactor rename restructure reorganize simplify deduplicate extract split clean tidy"),
    _first("document", "document docs explain"),
    _first("test", "test"),
    _first("implement", "implement build develop scaffold"),
    _any("review", "review reviewer audit"),
    _any("debug", "bug debug bugfix fix fail failure error crash broken flaky regression traceback leak"),
    _any("test", "test e2e coverage pytest jest vitest"),
    _any("document", "doc docs documentation readme changelog docstring guide tutorial"),
    _any("refactor", "refactor cleanup"),
    _any("plan", "plan design architecture strategy proposal roadmap"),
    _any("implement", "implement implementation"),
    _first(
        "implement",
        "add create write make update change modify integrate generate configure install port support remove delete "
        "migrate upgrade enable replace convert extend improve optimize",
    ),
    _first(
        "explore",
        "find investigate analyze analyse understand check get research look identify list read show compare examine "
        "gather count verify",
    ),
    TaskRule("implement", "tools", frozenset({"Edit", "MultiEdit", "Write", "NotebookEdit"})),
    TaskRule("explore", "tools", frozenset({"Grep", "Glob", "LS", "WebFetch", "WebSearch"})),
)
"""Every sign, in the order in which they are asked: the first that is there decides; without any it is ``other``."""
RULES_DIGEST = zlib.crc32(repr([(rule.task_type, rule.place, sorted(rule.words)) for rule in RULES]).encode())
"""Changes with the table: what was computed by another one is to be computed anew."""

_WORD = re.compile(r"[^\W_]+")
_ENDINGS = ("s", "es", "ed", "d", "ing")


def task_type(description: str | None, tools: Iterable[str] | None) -> TaskType:
    """The kind of task that a description and the tools used tell of."""
    words = _WORD.findall(description.lower()) if description else []
    place = min((_PLACES[word] for word in words if word in _PLACES), default=_NOWHERE)
    place = min(place, _FIRST_PLACES.get(words[0], _NOWHERE) if words else _NOWHERE)
    if place == _NOWHERE:
        place = min((_TOOL_PLACES.get(tool, _NOWHERE) for tool in tools or ()), default=_NOWHERE)
    return "other" if place == _NOWHERE else RULES[place].task_type


def forms(word: str) -> set[str]:
    """A word as it may stand in a description: fix, fixes, fixed, fixing; debug, debugging; analyze, analyzing."""
    stems = {word, word + word[-1], word.removesuffix("e")}
    return {word, *(stem + ending for stem in stems for ending in _ENDINGS)}


def _places(place: str) -> dict[str, int]:
    """Word, as it may stand there, to the place of the first rule that looks for it there."""
    found: dict[str, int] = {}
    for number, rule in enumerate(RULES):
        if rule.place == place:
            for word in sorted(rule.words):
                for form in (word,) if place == "tools" else forms(word):
                    found.setdefault(form, number)
    return found


_NOWHERE = len(RULES)
_FIRST_PLACES, _PLACES, _TOOL_PLACES = _places("first"), _places("any"), _places("tools")
