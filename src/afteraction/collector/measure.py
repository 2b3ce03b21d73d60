"""What a transcript says an agent did: tools, files, lines, tokens. Pure sums over its entries.

Lines are counted from the edits themselves, because the client's own counters count a trailing newline as a line and
edits as files; where a transcript cannot tell (an overwritten file whose old content is not recorded) the count is
None.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.model import Tokens
from afteraction.sources.claude.edits import EDITING_TOOLS, Change, Replacement, Replacements, Written
from afteraction.sources.claude.lines import read_as

if TYPE_CHECKING:
    from collections.abc import Iterable

    from afteraction.sources.claude.entries import Reply, Result, ToolCall, Transcript
    from afteraction.sources.claude.lines import Usage

_CREATED = "File created"
"""How the result of a call begins that wrote a new file."""


@dataclass(frozen=True, slots=True)
class Work:
    """What an agent did, as its transcript shows it."""

    tools: dict[str, int]
    """Calls by tool name, in order of first use; denied and failed ones included."""
    tool_errors: int
    files_read: tuple[str, ...]
    files_modified: tuple[str, ...]
    """Absolute paths as the client gave them, in order of first change."""
    files_created: tuple[str, ...]
    """Those of them that were not there before."""
    lines_added: int | None
    lines_removed: int | None


def measure_work(transcript: Transcript) -> Work:
    """Sum up tool calls, touched files and changed lines."""
    results = transcript.results
    calls = _distinct_calls(transcript)
    tools: dict[str, int] = {}
    for call in calls:
        tools[call.name] = tools.get(call.name, 0) + 1
    done = [(call, result) for call in calls if (result := results.get(call.tool_use_id)) and not result.is_error]
    edits = [(call, result) for call, result in done if call.name in EDITING_TOOLS]
    changes = [_changed_lines(call, result) for call, result in edits]
    return Work(
        tools=tools,
        tool_errors=sum(result.is_error for call in calls if (result := results.get(call.tool_use_id))),
        files_read=_paths(call for call, _ in done if call.name == "Read"),
        files_modified=_paths(call for call, _ in edits),
        files_created=_paths(c for c, r in edits if c.name == "Write" and r.text.startswith(_CREATED)),
        lines_added=_total(added for added, _ in changes),
        lines_removed=_total(removed for _, removed in changes),
    )


def sum_tokens(used: Iterable[tuple[Reply, Usage]]) -> Tokens | None:
    """The sum of what ``best_usages`` found; None when it found nothing."""
    usages = [usage for _, usage in used]
    if not usages:
        return None
    return Tokens(
        input=_known_total(usage.input for usage in usages),
        output=_known_total(usage.output for usage in usages),
        cache_read=_known_total(usage.cache_read for usage in usages),
        cache_creation=_known_total(usage.cache_creation for usage in usages),
    )


def best_usages(replies: Iterable[Reply]) -> list[tuple[Reply, Usage]]:
    """One line of each API message that carries usage, the one with the highest output: early lines count less."""
    best: dict[str, tuple[Reply, Usage]] = {}
    for reply in replies:
        if reply.usage is None or reply.message_id is None:
            continue
        known = best.get(reply.message_id)
        if known is None or (reply.usage.output or 0) >= (known[1].output or 0):
            best[reply.message_id] = (reply, reply.usage)
    return list(best.values())


def _distinct_calls(transcript: Transcript) -> list[ToolCall]:
    return list({call.tool_use_id: call for _, call in reversed(transcript.calls)}.values())[::-1]


def _paths(calls: Iterable[ToolCall]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path for call in calls if (path := call.path)))


def _changed_lines(call: ToolCall, result: Result) -> tuple[int | None, int | None]:
    change = read_as(result.raw_detail, Change)
    if change.structuredPatch:
        lines = [line for hunk in change.structuredPatch for line in hunk.lines or ()]
        return sum(line.startswith("+") for line in lines), sum(line.startswith("-") for line in lines)
    if call.name == "Write":
        created = change.type == "create" or result.text.startswith(_CREATED)
        content = read_as(call.raw_input, Written).content if created else None
        return (None, None) if content is None else (_line_count(content), 0)
    edits = (
        read_as(call.raw_input, Replacements).edits
        if call.name == "MultiEdit"
        else [read_as(call.raw_input, Replacement)]
    )
    if edits is None or any(edit.replace_all for edit in edits):
        return None, None
    counted = [_edit_lines(edit.old_string, edit.new_string) for edit in edits]
    return _total(added for added, _ in counted), _total(removed for _, removed in counted)


def _line_count(text: str) -> int:
    return text.count("\n") + (not text.endswith("\n") and bool(text))


def _edit_lines(old: str | None, new: str | None) -> tuple[int | None, int | None]:
    if old is None or new is None:
        return None, None
    matcher = difflib.SequenceMatcher(None, old.splitlines(), new.splitlines(), autojunk=False)
    changed = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    return sum(code[4] - code[3] for code in changed), sum(code[2] - code[1] for code in changed)


def _known_total(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _total(counts: Iterable[int | None]) -> int | None:
    total = 0
    for count in counts:
        if count is None:
            return None
        total += count
    return total
