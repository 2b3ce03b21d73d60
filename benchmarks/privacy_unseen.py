"""Texts that the redactor's table was not written from: tokens by their vendors' descriptions, and other surroundings.

``privacy_texts`` draws tokens from the table itself, which shows that nothing spoils them, not that the table is
complete. Here the shapes stand a second time, by alphabets and lengths alone, and a value is told by words of several
languages, in what developers paste: env files, YAML, TOML, JSON, shell, HTTP, logs, stack traces.
"""

from __future__ import annotations

import string
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.privacy_texts import ALNUM, HEX, Text, drawn

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

LOWER = string.ascii_lowercase + string.digits
UPPER = string.ascii_uppercase + string.digits
BASE64 = ALNUM + "+/"
KINDS = {
    "a": ALNUM, "b": BASE64, "d": string.digits, "h": HEX, "l": LOWER, "s": ALNUM + "_", "u": UPPER, "w": ALNUM + "-_",
}  # fmt: skip
BEFORE = (
    "", "got ", "(", "token=", '"', "'", ": ", "`", "->", "[", "//", "Bearer ", "\n",
    "key:", "%22", "\\n", "\t", "x=",
)  # fmt: skip
BEHIND = (
    "", ".", ",", ")", ":", "@host", "'", '"', "\n", "</code>", "\\n", "]", ";", "&x=1",
    " (expired)", "%22", "`", "!", "?",
)  # fmt: skip


def lines(name: str) -> list[str]:
    """The lines of a list beside this file."""
    text = Path(__file__).with_name(name).read_text("utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]


def token(rng: random.Random, shape: str) -> str:
    """Draw a token of a shape."""
    pieces = []
    for piece in shape.split("{"):
        inside, closed, rest = piece.partition("}")
        pieces.append(drawn(rng, KINDS[inside[0]], int(inside[1:])) + rest if closed else inside)
    return "".join(pieces)


def password(rng: random.Random) -> str:
    """Draw a value as people and generators make them, without what would end it: quotes, blanks, separators."""
    letters, small = string.ascii_letters, string.ascii_lowercase
    made = (
        drawn(rng, ALNUM, rng.randint(12, 40)) + "4z",
        drawn(rng, HEX, 32) + "7",
        drawn(rng, letters, 9) + rng.choice("!#%*") + drawn(rng, string.digits, 3) + drawn(rng, LOWER, 4),
        f"{drawn(rng, small, 6)}-{drawn(rng, LOWER, 6)}9-{drawn(rng, letters, 6)}",
        "Pr0d" + drawn(rng, ALNUM, 8) + "!",
        drawn(rng, BASE64, 42) + "9=",
    )
    return rng.choice(made)


def unseen(rng: random.Random, rounds: int) -> Iterator[Text]:
    """Yield texts whose secret must go: each token and each surrounding so many times."""
    shapes, surroundings = lines("unseen_tokens.txt"), lines("unseen_surroundings.txt")
    for _ in range(rounds):
        for shape in shapes:
            made = token(rng, shape)
            yield Text("unseen tokens", f"{rng.choice(BEFORE)}{made}{rng.choice(BEHIND)}", made)
        for surrounding in surroundings:
            made = password(rng)
            text = surrounding.replace("\\n", "\n").replace("\\\\", "\\")
            yield Text("unseen surroundings", text.replace("{}", made), made)
