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

if TYPE_CHECKING:
    from collections.abc import Iterable

    from afteraction.sources.claude.entries import Reply, Result, ToolCall, Transcript, Usage

EDITING_TOOLS = frozenset({"Edit", "Write", "MultiEdit", "NotebookEdit"})


@dataclass(frozen=True, slots=True)
class Work:
    """What an agent did, as its transcript shows it."""

    tools: dict[str, int]
    """Calls by tool name, in order of first use; denied and failed ones included."""
    tool_errors: int
    files_read: tuple[str, ...]
    files_modified: tuple[str, ...]
    """Absolute paths as the client gave them, in order of first change."""
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
    changes = [_changed_lines(call, result) for call, result in done if call.name in EDITING_TOOLS]
    return Work(
        tools=tools,
        tool_errors=sum(result.is_error for call in calls if (result := results.get(call.tool_use_id))),
        files_read=_paths(call for call, _ in done if call.name == "Read"),
        files_modified=_paths(call for call, _ in done if call.name in EDITING_TOOLS),
        lines_added=_total(added for added, _ in changes),
        lines_removed=_total(removed for _, removed in changes),
    )


def sum_tokens(replies: Iterable[Reply]) -> Tokens | None:
    """Tokens over distinct message ids, each at its highest output; None when no reply carries usage."""
    used = [usage for _, usage in best_usages(replies)]
    if not used:
        return None
    return Tokens(
        input=_known_total(usage.input for usage in used),
        output=_known_total(usage.output for usage in used),
        cache_read=_known_total(usage.cache_read for usage in used),
        cache_creation=_known_total(usage.cache_creation for usage in used),
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
    named = (call.input.get("file_path") or call.input.get("notebook_path") for call in calls)
    return tuple(dict.fromkeys(path for path in named if isinstance(path, str) and path))


def _changed_lines(call: ToolCall, result: Result) -> tuple[int | None, int | None]:
    patch = result.detail.get("structuredPatch")
    if isinstance(patch, list) and patch:
        hunks = [hunk.get("lines") for hunk in patch if isinstance(hunk, dict)]
        lines = [line for hunk in hunks if isinstance(hunk, list) for line in hunk if isinstance(line, str)]
        return sum(line.startswith("+") for line in lines), sum(line.startswith("-") for line in lines)
    if call.name == "Write":
        created = result.detail.get("type") == "create" or result.text.startswith("File created")
        content = call.input.get("content")
        return (len(content.splitlines()), 0) if created and isinstance(content, str) else (None, None)
    edits = call.input.get("edits") if call.name == "MultiEdit" else [call.input]
    if not isinstance(edits, list) or any(not isinstance(edit, dict) or edit.get("replace_all") for edit in edits):
        return None, None
    counted = [_edit_lines(edit.get("old_string"), edit.get("new_string")) for edit in edits]
    return _total(added for added, _ in counted), _total(removed for _, removed in counted)


def _edit_lines(old: object, new: object) -> tuple[int | None, int | None]:
    if not isinstance(old, str) or not isinstance(new, str):
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
