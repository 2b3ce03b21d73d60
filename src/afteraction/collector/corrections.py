"""Whether a user's prompt says that what was done before it is wrong. Pure.

A short list of phrases, to be read and argued with, and no model: a prompt is told from others by how it begins,
because corrections come first and what follows is what to do instead. Questions, conditions and thanks are none.
Whatever is not in the list is no correction.
"""

from __future__ import annotations

import re

_LOOKED_AT = 300
"""Characters of a prompt that are looked at."""
_SENTENCES = 2
_SENTENCE = re.compile(r"[^.!?;\n]+[.!?;\n]*")
_IT = r"(?:it|that|this|these|those|they|which)"
_CLAUSE = r"(?:^|,)\s*(?:(?:but|and|no|sorry|hm+|unfortunately|well|ok(?:ay)?)[,\s]+)*"
"""Where a judgement begins: a description of a fault in the middle of a sentence is a task."""
_VERY = r"(?:(?:still|just|all|completely|totally|simply|really|plain|clearly|also|now|so)\s+)*"

BEGINS = re.compile(
    r"""(?:sorry|hm+|ugh|argh|ok(?:ay)?|well|hey|please)?[,.\s]*(?:
    no\s*(?:[,.!:;\u2014\u2013-]|$)(?!\s*(?:thanks|thank\ you|problem|worries|need|rush|changes))
    | no,?\s+(?:no\b|not?\b|that|it|this|you|i\s+(?:meant|said|asked|want)|don'?t|stop|wait|wrong)
    | nope\b | nah\b | wrong\b(?!\s+(?:window|chat|terminal|session))
    | not\s+(?:like\s+(?:that|this)|what\s+i|quite\s+what|right\b|correct\b)
    | stop\b[,.!]?\s+(?:that|this|it|you|doing)
    | (?:revert|undo|roll\s*back|discard|throw\s+away)\b(?!\s+(?:button|feature|function|command|support|endpoint))
    | (?:redo|do\s+(?:it|that|this)\s+(?:again|over)|try\s+again|start\s+over)\b
    | (?:nein|falsch|stopp|doch\s+nicht)\s*(?:[,.!:;]|$)
    | (?:mach|mache)\s+(?:das|es|alles)\s+(?:wieder\s+)?rückgängig
    | (?:non|mais\s+non)\s*[,.!:;] | annule\b | (?:está|esta)\s+mal\b | deshaz\b
    )""",
    re.VERBOSE | re.IGNORECASE,
)
"""How a correction begins."""

SAYS = re.compile(
    rf"""
    (?:{_CLAUSE}{_IT}(?:'s|\s+(?:is|was|are|were|looks?))\s+{_VERY}
       (?:wrong|incorrect|broken|not\s+(?:right|correct|working|what\s+i)|(?:not|far\s+from)\s+what\s+i|nonsense|useless)\b)
    | {_CLAUSE}{_IT}\s+{_VERY}(?:doesn'?t|does\s+not|didn'?t|did\s+not|don'?t)\s+(?:\w+\s+)?
       (?:work|compile|build|run|help|fix)\b
    | {_CLAUSE}{_IT}(?:'s|\s+is)?\s+still\s+(?:broken|failing|fails|wrong|crash\w*|not\s+\w+)
    | \bnot\s+what\s+i\s+(?:asked|wanted|meant|said|had)
    | \byou\s+(?:broke|misunderstood|missed|forgot|ignored|deleted|removed|didn'?t|did\s+not|were\s+not\s+supposed)\b
    | \bi\s+(?:did\s+not|didn'?t|never)\s+(?:ask|want|tell|say)\b
    | \bi\s+(?:told|asked)\s+you\s+(?:to|not)\b
    | \b(?:revert|undo|roll\s*back)\s+(?:it|that|this|these|those|everything|(?:all\s+)?(?:your|the)\s+changes?)\b
    | \bdas\s+(?:ist|war)\s+(?:\w+\s+)?(?:falsch|nicht\s+richtig)\b | \bdas\s+stimmt\s+(?:so\s+)?nicht\b
    | \bc'est\s+(?:faux|pas\s+(?:ça|bon|correct))\b | \beso\s+(?:no\s+es|está\s+mal)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""What says so inside one of the first sentences."""

_NO_JUDGEMENT = re.compile(
    r"\s*(?:if|when|whenever|unless|in\s+case|why|how|what|where|can|could|should|would|is|are|was|does|do\s+you|did"
    r"|make\s+sure|check|wenn|falls|si)\b",
    re.IGNORECASE,
)
"""A sentence that begins so asks, or speaks of what may be."""

EXAMPLES: tuple[tuple[str, bool], ...] = (
    ("no, that's wrong", True),
    ("nope, the other file", True),
    ("That's not what I asked for", True),
    ("it still doesn't work", True),
    ("revert it", True),
    ("you forgot the tests", True),
    ("try again", True),
    ("das ist falsch", True),
    ("no problem, go on", False),
    ("no, thanks", False),
    ("is that wrong?", False),
    ("if that doesn't work, use the other", False),
    ("add an undo button", False),
    ("fix the bug where it doesn't work", False),
)
"""Prompts, and whether they correct."""


def corrects(prompt: str) -> bool:
    """Whether a prompt begins by saying that the work before it is wrong."""
    text = prompt[:_LOOKED_AT].replace("\u2019", "'").strip()
    if text.startswith(("<", "/", "!")):  # a command, or what the client put there
        return False
    sentences = _SENTENCE.findall(text)[:_SENTENCES]
    if not sentences:
        return False
    begins = BEGINS.match(text) is not None and not sentences[0].rstrip().endswith("?")
    return begins or any(SAYS.search(sentence) and not _asks(sentence) for sentence in sentences)


def _asks(sentence: str) -> bool:
    return sentence.rstrip().endswith("?") or _NO_JUDGEMENT.match(sentence) is not None
