"""Finding tokens by their shape, from the table in ``rules.txt``.

The table is text in columns rather than TOML: reading it takes half a millisecond where importing ``tomllib`` alone
took 12, and the collector is a short process that pays this on every start.

A text is walked once for the words tokens begin with, and a shape is tried only where its word stands. One
alternation of all the shapes was rejected: on 64 KB of mixed prefixes google-re2 ran out of memory for its states and
fell back to 500 ms; the words alone need few states, and a shape is compiled when its word is first met.
"""

from __future__ import annotations

import re
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from afteraction.privacy.judge import is_dense, is_inside_base64, is_inside_digest, is_mixed, is_varied
from afteraction.privacy.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from afteraction.privacy.engine import Engine, Pattern
    from afteraction.privacy.spans import Scan

BORDER = r"(?:\b|_|bot)"
"""What ``{B}`` stands for; the underscore or ``bot`` is replaced along with the token."""
_COLUMNS = 5
_SHORT = 4
_TAIL = r"[!-~]{6}"
"""A word counts only with this much behind it: it saves trying shapes on words at the end of a sentence."""
_CHECKS = {"-": None, "dense": is_dense, "mixed": is_mixed, "varied": is_varied}


class Rule(NamedTuple):
    """One line of the table."""

    id: str
    kind: str
    check: str
    words: tuple[bytes, ...]
    """Every match begins with one of them, after the border; empty for a shape without a word in front."""
    bordered: bool
    pattern: str
    """Without the border."""

    @property
    def short(self) -> bool:
        """Tell whether its words are so short that they turn up by chance in long random text."""
        return self.bordered and min(map(len, self.words), default=0) <= _SHORT

    def accepts(self, token: bytes) -> bool:
        """Tell whether a text of this shape is random enough to be a token."""
        check = _CHECKS[self.check]
        return check is None or check(token)


@cache
def table() -> tuple[Rule, ...]:
    """Read the table; the order of its lines decides which rule names a token that fits two."""
    text = Path(__file__).with_name("rules.txt").read_text("ascii")
    return tuple(_rule(line) for line in text.splitlines() if line and not line.startswith("#"))


def _rule(line: str) -> Rule:
    """Parse one line of the table."""
    name, kind, check, words, pattern = line.split(None, _COLUMNS - 1)
    heads = () if words == "-" else tuple(word.encode() for word in words.split(","))
    return Rule(name, kind, check, heads, pattern.startswith("{B}"), pattern.removeprefix("{B}"))


class Shapes:
    """The table, compiled by one engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._compiled: dict[str, Pattern] = {}
        self._by_start: dict[bytes, list[Rule]] = {}
        for rule in table():
            for start in {word[:2] for word in rule.words}:
                self._by_start.setdefault(start, []).append(rule)
        self._heads = engine.compile(f"(?:{BORDER}(?:{_any_word(bordered=True)})|{_any_word(bordered=False)}){_TAIL}")
        self.scans: tuple[Scan, ...] = (
            self._words,
            *(partial(self._headless, rule) for rule in table() if not rule.words),
        )

    def _words(self, data: bytes) -> Iterator[Span]:
        """Look wherever a word stands that tokens begin with."""
        position = 0
        while match := self._heads.search(data, position):
            span, position = self._token_at(data, match.span()[0])
            yield span

    def _headless(self, rule: Rule, data: bytes) -> Iterator[Span]:
        """Look for a shape that no word begins."""
        border = BORDER if rule.bordered else ""
        for match in self._pattern(rule.id, border + rule.pattern).finditer(data):
            random = rule.accepts(match.group()) and not is_inside_digest(data, match.span()[0])
            yield Span(*match.span(), rule.kind if random else "")

    def _token_at(self, data: bytes, start: int) -> tuple[Span, int]:
        """Return the token whose word, or border and word, begins here, and where to look on.

        What has the shape but is not random is passed over as a whole: looking again inside it would take quadratic
        time on a text such as ``sk-sk-sk-``.
        """
        look_on = start + 1
        for skip in (0, 1, 3):
            word_at = start + skip
            if skip and not data.startswith((b"_", b"bot")[skip == 3], start):  # noqa: PLR2004 - length of "bot"
                continue
            for rule in self._by_start.get(data[word_at : word_at + 2], ()):
                if data.startswith(rule.words, word_at) and not (rule.short and is_inside_base64(data, start)):
                    match = self._pattern(rule.id, rule.pattern).match(data, word_at)
                    if match and rule.accepts(match.group()) and not (rule.bordered and is_inside_digest(data, start)):
                        end = match.span()[1]
                        return Span(start, end, rule.kind), end
                    look_on = max(look_on, match.span()[1] if match else 0)
        return Span(start, look_on), look_on

    def _pattern(self, name: str, pattern: str) -> Pattern:
        """Compile a shape when it is first needed: all of them at once would take 8 ms."""
        if name not in self._compiled:
            self._compiled[name] = self._engine.compile(pattern)
        return self._compiled[name]


def _any_word(*, bordered: bool) -> str:
    """Return the alternation of the words of the rules with, or without, a border."""
    words = {word for rule in table() if rule.bordered == bordered for word in rule.words}
    return "|".join(re.escape(word.decode()) for word in sorted(words))
