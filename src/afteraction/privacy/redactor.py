"""The one redactor: every free text passes it before it is kept or shown.

Work is bounded by counting, not by a clock, so that the same text always gives the same answer: each scan may look
at a fixed number of places, and the text ends, with a placeholder, where it has used them up. Whatever goes wrong
inside, the caller gets None and drops the text; a field that is missing is better than one that leaks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from afteraction.privacy.context import Context
from afteraction.privacy.engine import Engine
from afteraction.privacy.environment import Environment
from afteraction.privacy.escapes import with_borders_open
from afteraction.privacy.harmless import is_harmless
from afteraction.privacy.home import Home
from afteraction.privacy.judge import is_wordish
from afteraction.privacy.personal import Personal
from afteraction.privacy.rules import Shapes
from afteraction.privacy.spans import PLACEHOLDER, Span, splice
from afteraction.privacy.structure import Structure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from afteraction.privacy.spans import Scan

MAX_LOOKS = 200
"""How many places one scan looks at in one pass over one text."""
MAX_TOTAL, FEW_LOOKS = 600, 24
"""After so many looks of all scans together, each that follows has only a few left."""
MARGIN = 1024
"""How far a scan sees beyond where the text will end, so that nothing is taken for whole that is cut there."""
MAX_PASSES = 6
"""Passes until nothing changes; more are needed only by texts built to that end, and those are dropped."""
_GIVEN_AWAY = {"password", "token", "secret", "auth-header", "url-login", "cookie"}
_Answer = TypeVar("_Answer", str, "str | None")
_MAX_ANSWERS, _SHORT_TEXT = 16_384, 500
_MIN_REPEATED, _MAX_REPEATED = 8, 32
_PLACEHOLDER_TEXT = re.compile(PLACEHOLDER.pattern.decode())
_UUID = re.compile(rb"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_COMPONENT = re.compile(rb"[^/\\]+")


class Detectors:
    """Every scan that depends on nothing but the engine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.structure = Structure(engine)
        self.shapes = Shapes(engine)
        self.context = Context(engine)
        self.personal = Personal(engine)


@cache
def detectors(*, linear: bool = True) -> Detectors:
    """Compile all patterns, once in a process and when first needed: 12 ms that a run without text does not pay."""
    return Detectors(Engine(linear=linear))


@dataclass(frozen=True, eq=False)
class Redactor:
    """Removes secrets and personal data from text; the same text always gives the same answer.

    ``environ`` is where secret values are taken from, ``home`` the folder that becomes ``~``. Neither is shown by
    ``repr``. ``linear=False`` does without google-re2.
    """

    environ: Mapping[str, str] = field(repr=False)
    home: str | None = field(default=None, repr=False)
    linear: bool = True

    def redact(self, text: str) -> str | None:
        """Return the text with a placeholder for each finding, or None when it must be dropped."""
        return self._remembered("text", text, self._text) if len(text) <= _SHORT_TEXT else self._text(text)

    def _text(self, text: str) -> str | None:
        try:
            data = text.encode("utf-8", "surrogatepass")
            for _ in range(MAX_PASSES):
                done = self._once(data)
                if done == data:
                    return data.decode("utf-8", "surrogatepass")
                data = done
        except Exception:  # noqa: BLE001 - a text that cannot be cleared is dropped, whatever the reason
            return None
        return None

    def redact_field(self, text: str, limit: int) -> str | None:
        """Redact first, then cut to ``limit`` characters; a placeholder that would be cut in two goes as a whole."""
        done = self.redact(text)
        if done is None or len(done) <= limit:
            return done
        # A placeholder is ASCII, but what stands before it may not be: offsets are taken in characters.
        for match in _PLACEHOLDER_TEXT.finditer(done):
            if match.start() < limit < match.end():
                return done[: match.start()]
            if match.start() >= limit:
                break
        return done[:limit]

    def redact_name(self, name: str) -> str:
        """Return an identifier as it is, or a hash of it when it looks like a secret."""
        return self._remembered("name", name, self._name)

    def _name(self, name: str) -> str:
        return name if self._secrets(name) == [] else _hashed(name.encode("utf-8", "surrogatepass"))

    def redact_path(self, path: str) -> str:
        """Return a path with a hash in place of each component that looks like a secret or is part of one."""
        return self._remembered("path", path, self._path)

    def _path(self, path: str) -> str:
        spans = self._secrets(path)
        data = path.encode("utf-8", "surrogatepass")
        if spans is None:
            return _hashed(data)

        def kept(match: re.Match[bytes]) -> bytes:
            inside = any(span.start < match.end() and span.end > match.start() for span in spans)
            return _hashed(match.group()).encode() if inside else match.group()

        return _COMPONENT.sub(kept, data).decode("utf-8", "surrogatepass") if spans else path

    def _remembered(self, kind: str, given: str, clear: Callable[[str], _Answer]) -> _Answer:
        """Clear a text, or repeat what was said of it before: a history has the same few again and again."""
        if (kind, given) not in self._answers:
            if len(self._answers) >= _MAX_ANSWERS:
                self._answers.clear()
            self._answers[kind, given] = clear(given)
        answer: _Answer = self._answers[kind, given]
        return answer

    @cached_property
    def _answers(self) -> dict[tuple[str, str], Any]:
        return {}

    def _secrets(self, text: str) -> list[Span] | None:
        """Return the findings in an identifier or path, home and UUIDs aside; None when it is not clear."""
        try:
            data = text.encode("utf-8", "surrogatepass")
            if is_harmless(data):
                return [span for scan in self._environment.scans for span in islice(scan(data), MAX_LOOKS)]
            spans, read = self._findings(data)
        except Exception:  # noqa: BLE001 - as in redact
            return None
        if read < len(data):
            return None
        ids = [match.span() for match in _UUID.finditer(data)]
        return [span for span in spans if span.kind != "home" and not _is_chance(span, ids)]

    def _once(self, data: bytes) -> bytes:
        """Run every scan once and put the placeholders in."""
        spans, read = self._findings(data)
        if read < len(data):
            spans.append(Span(read, len(data), "overflow"))
        return splice(data, spans)

    def _findings(self, data: bytes) -> tuple[list[Span], int]:
        """Return the findings of all scans and how far they read; each reads only as far as the one before it."""
        spans: list[Span] = []
        read = min(len(data), detectors(linear=self.linear).engine.max_bytes)
        shown = data[: read + MARGIN]
        total = 0
        for scan in self._scans:
            last = total + (MAX_LOOKS if total < MAX_TOTAL else FEW_LOOKS)
            for span in scan(shown):
                total += 1
                if span.kind:
                    spans.append(span)
                if total >= last:
                    read = min(read, span.start)
                    shown = data[: read + MARGIN]
                    break
        spans += islice(_repeated(data[:read], spans), MAX_LOOKS)
        return spans, read

    @cached_property
    def _environment(self) -> Environment:
        return Environment(self.environ)

    @cached_property
    def _scans(self) -> tuple[Scan, ...]:
        """The scans in the order that names a finding two of them share."""
        common = detectors(linear=self.linear)
        return (
            *self._environment.scans,
            *common.structure.key_scans,
            *map(with_borders_open, common.shapes.scans),
            *common.structure.scans,
            *common.context.scans,
            *map(with_borders_open, common.personal.scans),
            *Home(common.engine, self.home).scans,
        )


def _repeated(data: bytes, spans: list[Span]) -> Iterator[Span]:
    """Find a secret that its surroundings gave away wherever else it stands in the same text."""
    values = {data[span.start : span.end] for span in spans if span.kind in _GIVEN_AWAY}
    secret = sorted(value for value in values if len(value) >= _MIN_REPEATED and not is_wordish(value))
    for value in secret[:_MAX_REPEATED]:
        start = data.find(value)
        while start >= 0:
            yield Span(start, start + len(value), "secret")
            start = data.find(value, start + len(value))


def _is_chance(span: Span, ids: list[tuple[int, int]]) -> bool:
    """Tell whether a finding is but the digits of a UUID, some of which look like a card."""
    return span.kind != "env-secret" and any(start <= span.start and span.end <= end for start, end in ids)


def _hashed(data: bytes) -> str:
    """Return a stable stand-in for something that must not be shown."""
    import hashlib

    return "sha256:" + hashlib.sha256(data).hexdigest()[:16]
