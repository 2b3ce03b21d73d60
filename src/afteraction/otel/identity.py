"""Trace and span ids that follow from the records, so that sending twice sends the same spans. Pure.

They are cut from a hash of our own ids. A trace is a workflow; where the client was run inside somebody's trace, it is
that one, and the workflow hangs below the span that its ``TRACEPARENT`` names.
"""

from __future__ import annotations

import hashlib
import re
from typing import Literal

from opentelemetry.trace import SpanContext, TraceFlags

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)


def trace_id(name: str, caller: SpanContext | None) -> int:
    """The trace of a workflow, or of an invocation without one."""
    return caller.trace_id if caller is not None else _number("trace", name, size=16)


def span_id(kind: Literal["workflow", "invocation", "tool"], *names: str) -> int:
    """The span of what these ids of ours name."""
    return _number(kind, *names, size=8)


def context(trace: int, span: int, *, remote: bool = False) -> SpanContext:
    """The two together, as the SDK wants them."""
    return SpanContext(trace, span, is_remote=remote, trace_flags=_SAMPLED)


def caller(traceparent: str | None) -> SpanContext | None:
    """The span that ran the client; None where a record does not name one in the form of W3C Trace Context."""
    found = _TRACEPARENT.fullmatch(traceparent or "")
    return context(int(found[1], 16), int(found[2], 16), remote=True) if found else None


def _number(*parts: str, size: int) -> int:
    hashed = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(hashed[:size]) or 1  # zero means "no id"
