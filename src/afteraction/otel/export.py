"""One pass: every record and workflow that a receiver does not have yet, or has in an older form, is sent to it.

A day at a time, in batches, and a batch counts as sent only when the receiver said so. What it refuses for good is
halved until the one that it means is found, so that a single bad record holds nothing else up.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import msgspec

from afteraction.errors import StoreError
from afteraction.model import Invocation, Workflow
from afteraction.otel.identity import caller as span_of_caller
from afteraction.otel.receiver import Verdict
from afteraction.otel.spans import Place, invocation_spans, workflow_span
from afteraction.store.reading import INVOCATION_DECODER, WORKFLOW_DECODER
from afteraction.store.record_files import read_bytes, record_files
from afteraction.store.records import record_path
from afteraction.store.workflows import read_workflow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.trace import SpanContext

    from afteraction.otel.journal import Journal
    from afteraction.otel.receiver import Answer, Receiver
    from afteraction.otel.spans import Sender
    from afteraction.paths import Root

BATCH_SPANS = 512
_Read = TypeVar("_Read", Invocation, Workflow)


@dataclass(frozen=True, slots=True)
class Item:
    """One file and the spans it becomes."""

    file: str
    """Its path below the root."""
    stamp: str
    spans: list[ReadableSpan]


@dataclass(slots=True)
class ExportReport:
    """What one pass did."""

    invocations: int = 0
    workflows: int = 0
    spans: int = 0
    rejected: int = 0
    """Spans that the receiver took and threw away, by its own word."""
    refused: int = 0
    """Files it will not have; they are tried again by the next export."""
    unreadable: int = 0
    """Files that hold no record, or one whose start is no time."""
    stopped: Answer | None = None
    """Why the pass ended early; None when everything was offered."""


@dataclass(slots=True)
class Export:
    """An export to one receiver; it may make many passes."""

    root: Root
    receiver: Receiver
    journal: Journal
    sender: Sender
    _refused: set[tuple[str, str]] = field(default_factory=set)

    def run(self, *, settled_before_ns: int | None = None) -> ExportReport:
        """One pass; workflows that were written later than ``settled_before_ns`` are left to the next.

        A span cannot be taken back, so while somebody watches, a workflow is sent when it no longer grows. OSError
        when the journal cannot be written.
        """
        report = ExportReport()
        for items in _batches(self._items(report, settled_before_ns)):
            self._send(items, report)
            if report.stopped is not None:
                break
        return report

    def _send(self, items: list[Item], report: ExportReport) -> None:
        spans = [span for item in items for span in item.spans]
        answer = self.receiver.send_spans(spans)
        if answer.verdict is Verdict.ACCEPTED:
            self.journal.add({item.file: item.stamp for item in items})
            report.spans += len(spans)
            report.rejected += answer.rejected
            report.workflows += sum(_is_workflow(item.file) for item in items)
            report.invocations += sum(not _is_workflow(item.file) for item in items)
        elif answer.verdict is not Verdict.REFUSED:
            report.stopped = answer
        elif len(items) == 1:
            report.refused += 1
            self._refused.add((items[0].file, items[0].stamp))
        else:
            middle = len(items) // 2
            self._send(items[:middle], report)
            if report.stopped is None:
                self._send(items[middle:], report)

    def _items(self, report: ExportReport, settled_before_ns: int | None) -> Iterator[Item]:
        yield from self._invocations(report)
        for file, stamp, written_ns in self._new(_workflow_files(self.root)):
            if settled_before_ns is not None and written_ns > settled_before_ns:
                continue
            workflow = self._decoded(file, WORKFLOW_DECODER)
            span = workflow_span(workflow, self._caller(workflow), self.sender) if workflow is not None else None
            report.unreadable += span is None
            if span is not None:
                yield Item(file, stamp, [span])

    def _invocations(self, report: ExportReport) -> Iterator[Item]:
        day = ""
        places: dict[str, Place] = {}
        for file, stamp, _ in self._new(record_files(self.root)):
            if file.rpartition("/")[0] != day:
                day, places = file.rpartition("/")[0], {}  # a workflow rarely spans days; a year of them fills memory
            record = self._decoded(file, INVOCATION_DECODER)
            spans = []
            if record is not None:
                key = record.workflow_id or record.invocation_id
                if key not in places:
                    places[key] = self._place(record)
                spans = invocation_spans(record, places[key], self.sender)
            report.unreadable += not spans
            if spans:
                yield Item(file, stamp, spans)

    def _decoded(self, file: str, decoder: msgspec.json.Decoder[_Read]) -> _Read | None:
        try:
            return decoder.decode(read_bytes(f"{self.root.path}/{file}"))
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return None

    def _new(self, paths: Iterable[str]) -> Iterator[tuple[str, str, int]]:
        """Files the receiver does not have as they are now: path below the root, stamp, time of writing."""
        start = len(str(self.root.path)) + 1
        for path in paths:
            try:
                status = os.stat(path)  # noqa: PTH116 - a Path per record would cost as much as reading it
            except FileNotFoundError:
                continue
            file, stamp = path[start:], f"{status.st_mtime_ns}-{status.st_size}"
            if not self.journal.has(file, stamp) and (file, stamp) not in self._refused:
                yield file, stamp, status.st_mtime_ns

    def _place(self, record: Invocation) -> Place:
        workflow = read_workflow(self.root, record.workflow_id) if record.workflow_id else None
        caller = self._caller(workflow) if workflow is not None else span_of_caller(record.metadata.traceparent)
        return Place(workflow, caller)

    def _caller(self, workflow: Workflow) -> SpanContext | None:
        """Who ran the client: the first invocation that knows tells for the whole workflow, which is one trace."""
        for listed in workflow.invocations:
            with contextlib.suppress(StoreError):  # an id of another form, from a foreign writer
                path = record_path(self.root, listed.invocation_id, listed.agent_name)
                record = self._decoded(str(path.relative_to(self.root.path)), INVOCATION_DECODER)
                caller = span_of_caller(record.metadata.traceparent) if record is not None else None
                if caller is not None:
                    return caller
        return None


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    size = 0
    for item in items:
        batch.append(item)
        size += len(item.spans)
        if size >= BATCH_SPANS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _workflow_files(root: Root) -> Iterator[str]:
    with contextlib.suppress(FileNotFoundError):
        names = sorted(os.listdir(root.workflows))  # noqa: PTH208 - names alone, no Path for each of thousands
        yield from (f"{root.workflows}/{one}" for one in names if one.endswith(".json") and not one.startswith("."))


def _is_workflow(file: str) -> bool:
    return file.startswith("workflows/")
