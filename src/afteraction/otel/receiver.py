"""One OTLP/HTTP receiver, reached through the official exporters, and what its answers mean for the batch.

The exporters retry, wait as long as ``Retry-After`` says and give up after a while, but tell only that they failed.
What the receiver said is taken from the HTTP session they are given: whether to come back, and when, or never.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

import requests
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.sdk.metrics.export import MetricExportResult
from opentelemetry.sdk.trace.export import SpanExportResult

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opentelemetry.sdk.metrics.export import MetricsData
    from opentelemetry.sdk.trace import ReadableSpan

_LATER = frozenset({429, 502, 503, 504})
"""What OTLP lets a client send again."""
_NO_SUCH_SIGNAL = frozenset({404, 405, 501})
_THIS_BATCH = frozenset({400, 413, 422})
"""Something in this batch is not accepted; another may be."""


class Verdict(Enum):
    """What became of a batch."""

    ACCEPTED = "accepted"
    LATER = "later"
    """Nobody there, or too busy: the same batch may be sent again."""
    REFUSED = "refused"
    """This batch never will be accepted."""
    NO_SUCH_SIGNAL = "no such signal"
    """It takes no metrics."""
    CLOSED = "closed"
    """Nothing will be: the wrong address, or no permission."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the receiver said to one batch."""

    verdict: Verdict
    status: int | None = None
    """Of HTTP; None when nobody answered."""
    wait_s: float | None = None
    """How long it asked to be left alone."""
    rejected: int = 0
    """Spans or points of an accepted batch that it threw away."""


class Receiver:
    """Where spans and metrics go."""

    def __init__(self, url: str, *, patience_s: float, now: Callable[[], float]) -> None:
        """Address a receiver; nothing is sent yet.

        Args:
            url: its base, or the address of its traces; ``/v1/traces`` and ``/v1/metrics`` are put behind the base.
            patience_s: how long one batch is tried, retries and the waiting that it asks for included.
            now: the epoch seconds, for a ``Retry-After`` that is a date.
        """
        base = url.rstrip("/").removesuffix("/v1/traces")
        self._now = now
        self._said: requests.Response | None = None
        session = requests.Session()
        session.max_redirects = 0  # a followed redirect turns the POST into a GET, whose 200 means nothing
        session.hooks["response"].append(self._note)
        self._spans = OTLPSpanExporter(
            f"{base}/v1/traces", timeout=patience_s, compression=Compression.Gzip, session=session
        )
        self._metrics = OTLPMetricExporter(
            f"{base}/v1/metrics", timeout=patience_s, compression=Compression.Gzip, session=session
        )

    def send_spans(self, spans: Sequence[ReadableSpan]) -> Answer:
        """Send a batch of spans and wait for the answer."""
        self._said = None
        return self._answer(accepted=self._spans.export(spans) is SpanExportResult.SUCCESS)

    def send_metrics(self, data: MetricsData) -> Answer:
        """Send metrics and wait for the answer."""
        self._said = None
        answer = self._answer(accepted=self._metrics.export(data) is MetricExportResult.SUCCESS)
        return Answer(Verdict.NO_SUCH_SIGNAL, answer.status) if answer.status in _NO_SUCH_SIGNAL else answer

    def close(self) -> None:
        """Give up the connection."""
        self._spans.shutdown()  # type: ignore[no-untyped-call]
        self._metrics.shutdown()

    def _note(self, response: requests.Response, *_: Any, **__: Any) -> None:
        self._said = response

    def _answer(self, *, accepted: bool) -> Answer:
        said = self._said
        if said is None:
            return Answer(Verdict.LATER)
        if accepted:
            return Answer(Verdict.ACCEPTED, said.status_code, rejected=_rejected(said))
        if said.status_code in _LATER:
            return Answer(Verdict.LATER, said.status_code, _wait_s(said.headers.get("Retry-After"), self._now()))
        refused = said.status_code in _THIS_BATCH
        return Answer(Verdict.REFUSED if refused else Verdict.CLOSED, said.status_code)


def _rejected(said: requests.Response) -> int:
    """What a partial success names; the answers to spans and to metrics have the same form."""
    if "protobuf" not in said.headers.get("Content-Type", ""):
        return 0
    return int(ExportTraceServiceResponse.FromString(said.content).partial_success.rejected_spans)


def _wait_s(retry_after: str | None, now: float) -> float | None:
    """Seconds from a ``Retry-After``, which is a number of them or a date; None when it is neither."""
    if retry_after is None:
        return None
    if retry_after.strip().isdigit():
        return float(retry_after)
    try:
        at = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - now)
