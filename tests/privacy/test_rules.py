"""The table of token shapes: every line finds what it describes, wherever it stands, and nothing like it by chance."""

from __future__ import annotations

import re

import pytest

from afteraction.privacy.engine import Engine
from afteraction.privacy.redactor import Redactor
from afteraction.privacy.rules import Rule, Shapes, table
from afteraction.privacy.spans import KINDS
from benchmarks.privacy_score import survives
from benchmarks.privacy_texts import ALNUM, AROUND, drawn, seeded, token

REDACTOR = Redactor({})


@pytest.mark.parametrize("rule", table(), ids=lambda rule: rule.id)
def test_a_token_goes_whatever_follows_it(rule: Rule) -> None:
    """A token is found in prose, before any punctuation, in a URL, and at the end of a text."""
    rng = seeded(rule.id)
    for around in AROUND:
        made = token(rng, rule)

        done = REDACTOR.redact(around.format(made))

        assert done is not None
        assert not survives(made, done), (rule.id, around)


@pytest.mark.parametrize("rule", table(), ids=lambda rule: rule.id)
def test_a_word_without_its_token_stays(rule: Rule) -> None:
    """Talking about a prefix is no leak: without random text behind it nothing is altered."""
    for word in rule.words:
        text = f"tokens that start with {word.decode()} are theirs"
        if not text.endswith("="):
            assert REDACTOR.redact(text) == text


@pytest.mark.parametrize("rule", [rule for rule in table() if rule.check == "dense"], ids=lambda rule: rule.id)
def test_words_in_the_shape_of_a_token_stay(rule: Rule) -> None:
    """A shape that words can have asks for a mix of letters and digits."""
    assert not rule.accepts(b"a-name-of-several-words")
    assert rule.accepts(drawn(seeded(1), ALNUM, 40).encode() + b"a1")


def test_ids_are_unique_and_kinds_are_known() -> None:
    """A placeholder names one of a closed list of kinds."""
    rules = table()

    assert len({rule.id for rule in rules}) == len(rules)
    assert {rule.kind for rule in rules} <= set(KINDS)


def test_words_begin_their_shapes() -> None:
    """A rule is tried only where its word stands, so a word that its shape cannot begin with would hide the rule."""
    rng = seeded(7)
    for rule in table():
        for word in rule.words:
            pattern = re.compile(rule.pattern.encode())
            starts = (token(rng, rule).encode().startswith(word) for _ in range(400))
            assert pattern.match(word + b"x" * 3) or any(starts) or word in rule.pattern.replace("\\", "").encode(), (
                rule.id,
                word,
            )


def test_a_rule_names_the_provider() -> None:
    """The placeholder says what was there, as far as its shape tells."""
    shapes = Shapes(Engine())
    by_id = {rule.id: rule for rule in table()}
    for name, kind in (("github", "github-token"), ("anthropic", "ai-key"), ("slack-hook", "webhook")):
        made = token(seeded(3), by_id[name]).encode()
        assert kind in {span.kind for scan in shapes.scans for span in scan(made)}


@pytest.mark.parametrize("escape", ["\\n", "\\t", "\\r", "%22", "%20", "%3D", "%3a", "%0A"])
def test_an_escape_is_a_border(escape: str) -> None:
    """A token in JSON or in a URL follows the letter or digit of an escape, and is a token all the same."""
    made = "AKIA" + drawn(seeded(escape), "ABCDEFGHIJKLMNOP234567", 16)

    done = REDACTOR.redact(f"he said{escape}{made}{escape}and left")

    assert done == f"he said{escape}[REDACTED:aws-key]{escape}and left"


@pytest.mark.parametrize("begin", ["sha256=", "sha256-", "sha512:", "integrity=sha1-"])
def test_a_digest_that_says_so_is_no_token(begin: str) -> None:
    """The shapes of many tokens turn up by chance in base64 with ``-`` and ``_``, as lists of files have it."""
    rng = seeded(begin)
    for _ in range(300):
        text = f"app/core.py,{begin}{drawn(rng, ALNUM + '-_', 43)},4821"

        assert REDACTOR.redact(text) == text
