"""Findings as spans of bytes, and how they become a redacted text.

Placeholders already in a text are never part of a finding: each pass can only turn unprotected text into placeholders,
so repeating passes until nothing changes ends, and redacting twice gives what redacting once gave.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import NamedTuple

KINDS = (
    "address",
    "ai-key",
    "auth-header",
    "aws-key",
    "azure-key",
    "card",
    "chat-token",
    "ci-token",
    "cloud-key",
    "cookie",
    "data-token",
    "email",
    "env-secret",
    "gcp-key",
    "github-token",
    "gitlab-token",
    "iban",
    "ip",
    "jwt",
    "mail-key",
    "monitor-key",
    "overflow",
    "package-token",
    "password",
    "payment-key",
    "phone",
    "private-key",
    "secret",
    "ssn",
    "token",
    "url-login",
    "webhook",
)
"""Every kind a placeholder may name; a closed list, so that a reader may count on it."""

PLACEHOLDER = re.compile(rb"\[REDACTED:(?:" + "|".join(KINDS).encode() + rb")\]")
HOME = b"~"
_KEEP = re.compile(rb"[A-Za-z0-9\x80-\xff]")


class Span(NamedTuple):
    """One look at a text: bytes from ``start`` up to ``end`` give way to the placeholder of ``kind``."""

    start: int
    end: int
    kind: str = ""
    """Empty when the look found nothing: such a span is counted, so that work stays bounded, and goes no further."""


Scan = Callable[[bytes], Iterator[Span]]
"""One run through a text from left to right, yielding every place it looked at."""


def placeholder(kind: str) -> bytes:
    """Return what stands in the text for a finding of this kind; a home folder becomes ``~``."""
    return HOME if kind == "home" else b"[REDACTED:" + kind.encode() + b"]"


def splice(data: bytes, spans: list[Span]) -> bytes:
    """Replace every span by its placeholder; overlapping ones become one, named after the first."""
    pieces: list[bytes] = []
    done = 0
    for start, end, kind in _merged(data, spans):
        pieces += (data[done:start], placeholder(kind))
        done = end
    pieces.append(data[done:])
    return b"".join(pieces)


def _merged(data: bytes, spans: list[Span]) -> list[Span]:
    """Return the spans without overlap, without placeholders in them, at the borders of characters."""
    merged: list[Span] = []
    for span in sorted(_unprotected(data, spans), key=lambda span: (span.start, -span.end)):
        if merged and span.start < merged[-1].end:
            if span.end > merged[-1].end:
                merged[-1] = merged[-1]._replace(end=span.end)
        else:
            merged.append(span)
    return [_whole_characters(data, span) for span in merged]


def _unprotected(data: bytes, spans: list[Span]) -> list[Span]:
    """Cut existing placeholders out of the spans; what is left without a letter or digit is no finding."""
    shields = [match.span() for match in PLACEHOLDER.finditer(data)] if b"[REDACTED:" in data else []
    if not shields:
        return spans
    ends = [right for _, right in shields]
    free: list[Span] = []
    for span in spans:
        start = span.start
        for left, right in shields[bisect_right(ends, start) :]:
            if left >= span.end:
                break
            if left > start:
                free.append(Span(start, left, span.kind))
            start = right
        if start < span.end:
            free.append(Span(start, span.end, span.kind))
    return [span for span in free if _KEEP.search(data, span.start, span.end)]


def _whole_characters(data: bytes, span: Span) -> Span:
    """Widen a span so that it never cuts a UTF-8 sequence in two."""
    start, end = span.start, span.end
    while start > 0 and data[start] & 0xC0 == 0x80:  # noqa: PLR2004 - the mask of UTF-8 continuation bytes
        start -= 1
    while end < len(data) and data[end] & 0xC0 == 0x80:  # noqa: PLR2004 - the same
        end += 1
    return Span(start, end, span.kind)
