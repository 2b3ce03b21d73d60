"""Text for a made-up history of sessions: source files, command output and sentences, generated from a seed.

Every text is kept as the inside of a JSON string, already escaped. A gigabyte of transcripts is then put together by
joining, at hundreds of MB/s, where escaping each line anew would take minutes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

FILES = 48
FILE_LINES = (200, 1600)
OUTPUT_LINES = 2000
SENTENCES = 1500
FILE_NOUNS = ("ledger", "parser", "router", "invoice", "session", "catalog", "widget", "queue", "größen", "report")
FOLDERS = ("src", "src/core", "tests", "web/components", "lib/adapters", "scripts")
ENDINGS = (".py", ".ts", ".go", ".rs", ".md", ".sql")
NOUNS = (
    *("buffer", "handler", "index", "schema", "cache", "token", "window", "cursor", "batch", "retry", "header"),
    *("record", "timeout", "client", "column", "branch", "fixture", "métrique", "Größe", "配置", "запрос"),
)
VERBS = ("reads", "checks", "returns", "skips", "merges", "closes", "retries", "counts", "validates", "drops")
LEVELS = ("INFO", "WARN", "DEBUG", "ERROR")
SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

CODE: tuple[Callable[[Random, str, str], str], ...] = (
    lambda r, a, _: f"def {a}_{r.randrange(99)}(self, {a}: str, limit: int = {r.randrange(999)}) -> dict[str, int]:",
    lambda _, a, b: f'    return {{"name": {a}, \'{b}\': len({b})}}  # the "{a}" comes first',
    lambda r, a, b: f'    if {a}.{b} is None or len({a}) > {r.randrange(4096)}:\t# "{b}" may be missing',
    lambda _, a, b: f'        raise ValueError(f"bad {a}: {{{b}!r}}\\n")',
    lambda r, a, _: f'    {a.upper()}_{r.randrange(9)} = re.compile(r"\\b({a}|\\w+)\\s*=\\s*\\"([^\\"]*)\\"")',
    lambda r, a, b: f"\tconst {a} = await fetch(`/api/v{r.randrange(4)}/{b}/${{id}}`);",
    lambda r, a, b: f'\t"{a}": {{"{b}": [{r.randrange(99)}, null, true], "path": "C:\\\\tmp\\\\{a}"}},',
    lambda r, a, b: f"    assert {a}({r.randrange(99)}) == {r.randrange(99)}, '{b} — “{a}” differs'",
    lambda r, a, b: f'    LINE = \'{{"type": "{a}", "usage": {{"{b}_tokens": {r.randrange(99)}}}}}\'',
    lambda _, a, b: f"    # {a} {b}: keep this in step with the {a} of the caller",
    lambda _, a, b: f"    for {a}, {b} in zip({a}s, {b}s, strict=True):",
    lambda *_: "",
    lambda *_: "    }",
)
"""Lines of source with what makes JSON longer and slower to read: quotes, tabs, backslashes, other scripts."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a project, its lines ready to be joined."""

    path: str
    """Relative to the project."""
    lines: tuple[str, ...]
    numbered: tuple[str, ...]
    """The same as the Read tool shows them: number, tab, text."""
    line_bytes: int
    """Mean length of a line in a transcript."""

    def span(self, rng: Random, size: int) -> tuple[int, int]:
        """First line and one past the last of a piece of about ``size`` bytes."""
        count = min(max(size // self.line_bytes, 1), len(self.lines))
        start = rng.randrange(len(self.lines) - count + 1)
        return start, start + count


@dataclass(frozen=True, slots=True)
class Texts:
    """All text a corpus is made of."""

    files: tuple[SourceFile, ...]
    output: tuple[str, ...]
    sentences: tuple[str, ...]
    noise: str
    """What signatures of thinking blocks are cut from."""

    def say(self, rng: Random, size: int) -> str:
        """Sentences of about ``size`` bytes."""
        return _piece(rng, self.sentences, size // 75 + 1)

    def print_output(self, rng: Random, size: int) -> str:
        """What a command printed, about ``size`` bytes."""
        return _piece(rng, self.output, size // 75 + 1)

    def signature(self, rng: Random) -> str:
        """The signature of a thinking block, a few hundred to 2,000 characters."""
        start = rng.randrange(len(self.noise) - 2000)
        return self.noise[start : start + rng.randrange(300, 2000)]


def make_texts(rng: Random) -> Texts:
    """Generate every text once; about 3 MB, which a corpus uses again and again."""
    return Texts(
        files=tuple(_source_file(rng, number) for number in range(FILES)),
        output=tuple(_escaped(_output_line(rng)) for _ in range(OUTPUT_LINES)),
        sentences=tuple(_escaped(_sentence(rng)) for _ in range(SENTENCES)),
        noise="".join(rng.choices(SIGNS, k=20_000)),
    )


def _source_file(rng: Random, number: int) -> SourceFile:
    path = f"{rng.choice(FOLDERS)}/{rng.choice(FILE_NOUNS)}_{number}{rng.choice(ENDINGS)}"
    lines = tuple(_escaped(_code_line(rng) + "\n") for _ in range(rng.randrange(*FILE_LINES)))
    numbered = tuple(f"{place}\\t{line}" for place, line in enumerate(lines, 1))
    return SourceFile(path, lines, numbered, sum(len(line.encode()) for line in numbered) // len(lines))


def _code_line(rng: Random) -> str:
    return rng.choice(CODE)(rng, rng.choice(NOUNS), rng.choice(NOUNS))


def _output_line(rng: Random) -> str:
    level, noun, number = rng.choice(LEVELS), rng.choice(NOUNS), rng.randrange(100_000)
    colour = "\x1b[32m" if level == "INFO" else "\x1b[31m"
    return f'{colour}{level}\x1b[0m {noun}.{rng.choice(NOUNS)}[{number}]: {rng.choice(VERBS)} "{noun}" in {number} µs\n'


def _sentence(rng: Random) -> str:
    first, second, third = rng.choice(NOUNS), rng.choice(NOUNS), rng.choice(NOUNS)
    return f"The {first} {rng.choice(VERBS)} the `{second}` before the {third} {rng.choice(NOUNS)} — see “{first}”.\n"


def _piece(rng: Random, lines: tuple[str, ...], count: int) -> str:
    start = rng.randrange(len(lines))
    return "".join(lines[start : start + count])


def _escaped(text: str) -> str:
    """The inside of a JSON string, as the client writes it: other scripts stay as they are."""
    return json.dumps(text, ensure_ascii=False)[1:-1]
