"""What an import says when it is done: found, left out and why, and which days are known now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from afteraction.store.coverage import Coverage

_SKIPPED = (
    ("without_subagents", "{} without subagents"),
    ("unchanged", "{} unchanged since the last import"),
    ("live", "{} that the hooks are recording"),
)
_COUNTED = (
    ("broken_lines", "{} broken {lines}"),
    ("cut_files", "{} {files} with an unfinished last line"),
    ("foreign", "{} {files} without a transcript"),
    ("too_large", "{} {files} too large to read"),
    ("not_regular", "{} {links} or special {files}"),
    ("unreadable_files", "{} {files} or {folders} without permission"),
)
_WORDS = ("line", "file", "folder", "link", "session", "invocation", "record")
_MEGABYTE = 1_000_000


class Imported(Protocol):
    """The counts of one import, as ``collector.history.ImportReport`` has them."""

    sessions: int
    read: int
    bytes: int
    invocations: int
    written: int
    open: int


def summary_lines(reports: Sequence[Imported], coverage: Coverage) -> list[str]:
    """A few lines for people; counts of zero are left out."""

    def total(name: str) -> int:
        return sum(getattr(report, name) for report in reports)

    read = f"Read {total('read'):,} of {_count(total('sessions'), '{} {sessions}')}"
    size = f"{total('bytes') / _MEGABYTE:,.0f} MB in all"
    invocations = _count(total("invocations"), "{} {invocations}")
    lines = [f"{read} ({size}): {invocations}, {_count(total('written'), '{} {records} new or changed')}."]
    for label, parts in (("Sessions left out: ", _SKIPPED), ("Also met: ", _COUNTED)):
        told = [_count(total(name), text) for name, text in parts if total(name)]
        if told:
            lines.append(label + ", ".join(told) + ".")
    if total("open"):
        lines.append(f"{total('open'):,} still running; the next import or the hooks close them.")
    if coverage.spans:
        known = ", ".join(f"{span.first} to {span.last}" for span in coverage.spans)
        lines.append(f"Known days: {known}. Of other days there is no data: the client deletes old transcripts.")
    return lines


def _count(number: int, text: str) -> str:
    """A text with its number and the words in it in the right form."""
    words = {f"{word}s": word if number == 1 else f"{word}s" for word in _WORDS}
    return text.format(f"{number:,}", **words)
