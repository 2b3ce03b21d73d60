"""An OTLP/HTTP receiver on loopback: decodes what it is sent with the official messages, answers what it is told to."""

from __future__ import annotations

import gzip
import socket
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
    from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
    from opentelemetry.proto.trace.v1.trace_pb2 import Span

TRACES = "/v1/traces"


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of the receiver."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = ExportTraceServiceResponse().SerializeToString()


@dataclass(slots=True)
class Inbox:
    """What one receiver was sent, and what it will say."""

    url: str
    answers: deque[Said] = field(default_factory=deque)
    """To requests for traces, in order; afterwards 200."""
    judge: Callable[[list[Span]], Said] | None = None
    """Decides instead of ``answers``, if given."""
    to_metrics: Said = field(default_factory=Said)
    offered: list[list[Span]] = field(default_factory=list)
    """Every request for traces, refused ones included."""
    accepted: list[Span] = field(default_factory=list)
    metrics: list[list[Metric]] = field(default_factory=list)
    resources: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def span(self, name: str) -> Span:
        """The one accepted span of this name."""
        (found,) = (span for span in self.accepted if span.name == name)
        return found

    def take(self, path: str, body: bytes) -> Said:
        """Decode a request and answer it."""
        if path != TRACES:
            request = ExportMetricsServiceRequest.FromString(body)
            self.metrics.append([m for r in request.resource_metrics for s in r.scope_metrics for m in s.metrics])
            return self.to_metrics
        spans = ExportTraceServiceRequest.FromString(body)
        found = [span for r in spans.resource_spans for s in r.scope_spans for span in s.spans]
        self.resources += [attributes(r.resource.attributes) for r in spans.resource_spans]
        self.offered.append(found)
        said = self.judge(found) if self.judge else self.answers.popleft() if self.answers else Said()
        if said.status == Said().status:
            self.accepted += found
        return said


def attributes(pairs: Any) -> dict[str, Any]:
    """The attributes of a span, a point or a resource as plain values."""
    given: list[KeyValue] = list(pairs)
    return {pair.key: _value(pair.value) for pair in given}


def ids(spans: list[Span]) -> list[tuple[bytes, bytes, bytes]]:
    """Trace, span and parent of each, in one order."""
    return sorted((span.trace_id, span.span_id, span.parent_span_id) for span in spans)


@contextmanager
def receiver(port: int = 0) -> Iterator[Inbox]:
    """A running receiver, on a port of its own unless one is named."""
    inbox = Inbox("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            inbox.headers.append(dict(self.headers))
            said = inbox.take(self.path, gzip.decompress(body))
            self.send_response(said.status)
            headers = {"Content-Type": "application/x-protobuf", **said.headers, "Content-Length": str(len(said.body))}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said.body)

        def log_message(self, *_: object) -> None:
            """Say nothing: a test's output is its own."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    inbox.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield inbox
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _value(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(one) for one in value.array_value.values]
    return getattr(value, kind) if kind else None
