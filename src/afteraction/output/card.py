"""One invocation on a terminal.

What is unknown stays in its place and says so: a missing line would look like "none".
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from rich.text import Text

from afteraction.moments import known_epoch_ms
from afteraction.output import figures
from afteraction.output.durations import UNKNOWN, duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from afteraction.model import Invocation, Metadata
    from afteraction.output.terminal import Screen

_LABEL_WIDTH = 11
_FILES_SHOWN = 8
_HASH_SHOWN = 12
_STYLES = {"success": "green", "failure": "red", "partial": "yellow"}


def draw_card(record: Invocation, caller: Invocation | None, path: str, screen: Screen) -> None:
    """Draw everything known about one invocation; ``caller`` is the invocation that spawned it, if it was found."""
    glyphs = screen.glyphs
    sign = {"success": glyphs.succeeded, "failure": glyphs.failed, "partial": glyphs.partial}[record.status]
    screen.line(
        (screen.safe(record.agent_name), "bold"), glyphs.separator,
        (f"{sign} {record.status}", _STYLES[record.status]), glyphs.separator,
        duration(record.execution_time_ms), glyphs.separator, screen.safe(record.invocation_id),
    )  # fmt: skip
    if record.task_description:
        screen.line(screen.safe(record.task_description))
    screen.line()
    for label, values in _lines(record, caller, path, screen):
        for at, value in enumerate(values):
            _labelled(label if at == 0 else "", value, screen)
    screen.line()
    if record.workflow_id:
        screen.next_command("workflow", record.workflow_id)
    else:
        screen.next_command("agents", "--agent", record.agent_name)


def _labelled(label: str, value: str, screen: Screen) -> None:
    """Write a value beside its label, wrapped into a column of its own."""
    room = max(20, screen.width - _LABEL_WIDTH)
    lines = textwrap.wrap(value, room, break_long_words=False, break_on_hyphens=False)  # a path stays one word
    for at, line in enumerate(lines):
        name = (f"{label if at == 0 else '':<{_LABEL_WIDTH}}", "dim")
        screen.console.print(Text.assemble(name, line), soft_wrap=True)


def _lines(
    record: Invocation, caller: Invocation | None, path: str, screen: Screen
) -> Iterator[tuple[str, Sequence[str]]]:
    more = record.metadata
    known = screen.safe
    yield "outcome", [known(more.outcome.category) if more.outcome else UNKNOWN]
    evidence = more.outcome.evidence if more.outcome else ()
    yield "evidence", [known(item) for item in evidence] or [UNKNOWN]
    if record.error_message:
        yield "error", [known(record.error_message)]
    yield "accepted", [_acceptance(record, screen)]
    yield "called by", [_caller(record, caller, screen)]
    yield "workflow", [known(record.workflow_id or UNKNOWN)]
    yield "started", [figures.moment(known_epoch_ms(record.timestamp))]
    yield "took", [_took(record, screen)]
    yield "model", [_model(more, screen)]
    yield "tokens", [_tokens(more, screen)]
    yield "cost", [figures.fine_money(more.cost_usd)]
    yield "tools", [_tools(more, screen)]
    yield "modified", _files(more.files_modified, screen)
    yield "read", _files(more.files_read, screen)
    yield "lines", [_changed_lines(more)]
    yield "project", [known(more.project or UNKNOWN)]
    yield "session", [known(more.session_id or UNKNOWN)]
    yield "definition", [_definition(more, screen)]
    yield "record", [known(path)]


def _acceptance(record: Invocation, screen: Screen) -> str:
    if record.user_accepted is None:
        return "unknown"
    told = record.metadata.acceptance
    answer = "yes" if record.user_accepted else "no"
    if told is None:
        return answer
    return screen.joined(answer, told.source, *(screen.safe(word or "") for word in (told.signal, told.note)))


def _caller(record: Invocation, caller: Invocation | None, screen: Screen) -> str:
    parent = record.parent_invocation_id
    if parent is None:
        return "the main thread"
    return screen.joined(screen.safe(caller.agent_name) if caller else "", screen.safe(parent))


def _took(record: Invocation, screen: Screen) -> str:
    more = record.metadata
    rounds = figures.counted(more.rounds, "round") if more.rounds is not None and more.rounds > 1 else ""
    where = "in the background" if more.background else ""
    return screen.joined(duration(record.execution_time_ms), rounds, where)


def _model(more: Metadata, screen: Screen) -> str:
    client = f"{more.client or 'client'} {more.client_version}" if more.client_version else more.client or ""
    return screen.joined(screen.safe(more.model or more.model_tier or UNKNOWN), screen.safe(client))


def _tokens(more: Metadata, screen: Screen) -> str:
    if more.tokens is None:
        return UNKNOWN
    kinds = {
        "in": more.tokens.input,
        "out": more.tokens.output,
        "cache read": more.tokens.cache_read,
        "cache written": more.tokens.cache_creation,
    }
    return screen.joined(*(f"{figures.compact(number)} {kind}" for kind, number in kinds.items()))


def _tools(more: Metadata, screen: Screen) -> str:
    if more.tools is not None:
        used = [f"{screen.safe(name)} {times}" for name, times in more.tools.items()]
    elif more.tools_used is not None:
        used = [screen.safe(name) for name in more.tools_used]
    else:
        used = [UNKNOWN] if more.tool_calls is None else [figures.counted(more.tool_calls, "call")]
    errors = f"{figures.counted(more.tool_errors, 'call')} failed" if more.tool_errors else ""
    return screen.joined(*(used or ["none"]), errors)


def _files(files: tuple[str, ...] | None, screen: Screen) -> list[str]:
    if files is None:
        return [UNKNOWN]
    shown = [screen.safe(name) for name in files[:_FILES_SHOWN]] or ["none"]
    hidden = len(files) - _FILES_SHOWN
    return [*shown, f"and {hidden} more: --json lists them"] if hidden > 0 else shown


def _changed_lines(more: Metadata) -> str:
    if more.lines_added is None and more.lines_removed is None:
        return UNKNOWN
    return f"+{figures.count(more.lines_added)} -{figures.count(more.lines_removed)}"


def _definition(more: Metadata, screen: Screen) -> str:
    if more.agent_definition is None or more.agent_definition.path is None:
        return UNKNOWN
    sha256 = more.agent_definition.sha256
    return screen.joined(
        screen.safe(more.agent_definition.path), f"sha256 {screen.safe(sha256)[:_HASH_SHOWN]}" if sha256 else ""
    )
