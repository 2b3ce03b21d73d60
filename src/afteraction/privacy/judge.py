"""Telling a random value from a word, a path or a piece of code.

Randomness is judged by the mix of character classes, not by entropy: on 20 characters an entropy estimate says little,
and "has letters and digits in one run" separates tokens from identifiers better and costs one C call.
"""

from __future__ import annotations

import re

_DENSE_RUN = re.compile(rb"[0-9A-Za-z]{12,}")
_LETTER = re.compile(rb"[A-Za-z]")
_DIGIT = re.compile(rb"[0-9]")
_UPPER = re.compile(rb"[A-Z]")
_LOWER = re.compile(rb"[a-z]")
_SYMBOL = re.compile(rb"[!@#$%^&*+=~?|-]")
_TURNS = re.compile(rb"[A-Za-z](?=[0-9])|[0-9](?=[A-Za-z])")


def is_mixed(value: bytes) -> bool:
    """Tell whether a value has both a letter and a digit."""
    return bool(_LETTER.search(value) and _DIGIT.search(value))


def is_dense(value: bytes) -> bool:
    """Tell whether a value has a run of 12 or more letters and digits with both in it."""
    return any(is_mixed(run) for run in _DENSE_RUN.findall(value))


def is_varied(value: bytes) -> bool:
    """Tell whether a value has such a run with capitals and small letters too, and does not say that it is an id."""
    varied = any(_UPPER.search(run) and _LOWER.search(run) and _DIGIT.search(run) for run in _DENSE_RUN.findall(value))
    return varied and not _NAMED_ID.match(value)


def classes(value: bytes) -> int:
    """Count the classes a value draws from: lower case, upper case, digits, symbols."""
    return sum(bool(kind.search(value)) for kind in (_LOWER, _UPPER, _DIGIT, _SYMBOL))


def turns(value: bytes) -> int:
    """Count the changes between letter and digit: many in random text, few in names such as ``utf8`` or ``v2beta1``."""
    return len(_TURNS.findall(value))


_CASES = re.compile(rb"[a-z](?=[A-Z])|[A-Z](?=[a-z])")
_NAME_TURNS = 2
_CAMEL_WORD = re.compile(rb"[A-Z]?[a-z]{3,}")
_MIN_SCRAMBLED = 16
_BASE64 = re.compile(rb"[0-9A-Za-z+/]+")
_RUN = 24
_DIGEST = re.compile(rb"sha(?:1|224|256|384|512)[=:-][\w+/-]{0,86}\Z")
_DIGEST_LENGTH = 96
_SEGMENTS = re.compile(rb"[_\-./:]+")
_WORD = re.compile(rb"[A-Za-z]*[0-9]{0,4}|[0-9]{1,4}[A-Za-z]?")
_MASKED = re.compile(rb"[*xX.#_-]+")
_REFERENCE = re.compile(
    rb"[$<{%\x5b]|--[a-z]|#\{|&[a-z]|\\[($]|process\.env|os\.|secrets\.|env\.|self\.|this\.|https?:|s3:|data:|file:|v?\d{1,4}\.\d{1,4}\.\d"
)
_NAMED_ID = re.compile(
    rb"(?:toolu|msg|req|call|chatcmpl|resp|run|thread|asst|file|sess|session|evt|event|wf|inv|agent|task)[_-]|sha(?:1|256|384|512)[-:]"
)
_CALL = re.compile(rb"[A-Za-z_][\w.]{0,64}\(|\(|[*&@]{1,2}[A-Za-z_]\w{0,64}$|[A-Za-z_]\w{0,64}\[")
_ATTRIBUTE = re.compile(rb"[A-Za-z_]\w{0,64}(?:\.[A-Za-z_]\w{0,64}){1,8}")


def is_wordish(value: bytes) -> bool:
    """Tell whether a value is made of words and small numbers, as names, versions and file names are."""
    return all(_WORD.fullmatch(part) for part in _SEGMENTS.split(value))


def is_reference(value: bytes, *, quoted: bool = False) -> bool:
    """Tell whether a value points elsewhere (a variable, a template, a call, an id) or is masked already."""
    return bool(
        _REFERENCE.match(value)
        or _MASKED.fullmatch(value)
        or _NAMED_ID.match(value)
        or b"${" in value
        or b"{{" in value
        or (not quoted and (_CALL.match(value) or _is_attribute(value)))
    )


def _is_attribute(value: bytes) -> bool:
    """Tell whether a value is ``name.name``, each with few digits: a token with a dot in it has many."""
    return bool(_ATTRIBUTE.fullmatch(value)) and all(turns(part) <= _NAME_TURNS for part in value.split(b"."))


def is_scrambled(value: bytes) -> bool:
    """Tell whether letters change between cases too often for words, as in random text without a digit."""
    if len(value) < _MIN_SCRAMBLED or len(_CASES.findall(value)) * 4 < len(value):
        return False
    return len(value) > 2 * sum(map(len, _CAMEL_WORD.findall(value)))


def is_inside_base64(data: bytes, start: int) -> bool:
    """Tell whether ``start`` lies in a longer run of base64, where any short word turns up by chance."""
    before = data[max(0, start - _RUN) : start]
    return len(before) == _RUN and bool(_BASE64.fullmatch(before)) and classes(before) > 2  # noqa: PLR2004 - of four


def is_inside_digest(data: bytes, start: int) -> bool:
    """Tell whether ``start`` lies in a digest that says so, as ``sha256=`` in a wheel's list of its files."""
    return _DIGEST.search(data, max(0, start - _DIGEST_LENGTH), start) is not None


def is_path(value: bytes) -> bool:
    """Tell whether a value is a path of readable names; a secret may begin with a slash, but not go on so."""
    return value.startswith((b"/", b"./", b"../", b"~/", b"\\")) and not is_dense(value)
