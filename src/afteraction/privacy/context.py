"""Finding secrets by the word beside them: ``password=…``, ``"api_key": "…"``, ``the token is …``.

One pattern finds a telling word, what stands between, and a value; judging the value is left to Python, because what
makes a value secret depends on the word: after ``password`` almost anything is one, after ``key`` only what looks
random. So ``key=lambda`` and ``KeyError: 'name'`` stay, and a table of known names is not needed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from afteraction.privacy import judge
from afteraction.privacy.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from afteraction.privacy.engine import Engine, Found
    from afteraction.privacy.spans import Scan

_AFTER_ALMOST_ANYTHING = (
    r"pass(?:word|wd|phrase|code|wort)?|pswd|passw|pwd|pw|kennwort|mot de passe"
    r"|contrase(?:\xc3\xb1a|na)|senha|wachtwoord"
    r"|has(?:\xc5\x82|l)o|l\xc3\xb6senord|parola d'ordine|parola|heslo|adgangskode|salasana|\xc5\x9fifre|sifre"
    r"|\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c|\xe5\xaf\x86\xe7(?:\xa0\x81|\xa2\xbc)"
    r"|\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89|\xeb\xb9\x84\xeb\xb0\x80\xeb\xb2\x88\xed\x98\xb8"
)
"""Also in the languages of most developers, as UTF-8: the pattern is one of bytes."""
_AFTER_A_MIX = r"secret|credential|cred|token|bearer|crumb"
_AFTER_RANDOM_ONLY = (
    r"api[ _-]?key|access[ _-]?key|private[ _-]?key|license[ _-]?key|key|auth(?:orization)?|login|[_-]pat\b|api"
)
_BETWEEN = r"""(?:[\s"'`\x5c\])}>:=?.!|,(-]|&quot;|&gt;|%3d|%22|\xef\xbc\x9a){1,24}"""
_IS = (
    r"(?:(?:is|was|to|as|be|or|str|string|text|value|default|ist|lautet|es|est|\xc3\xa9|\xc3\xa8|\xc3\xa4r)\b"
    r"""[\s"'`:=\x5c(]{1,8}){0,2}(?:&quot;)?"""
)
_PLAIN = r"""[A-Za-z_.-]{0,48}[0-9!@#$%^&*+/=~?]|[A-Za-z]{0,12}(?-i:[a-z][A-Z])[A-Za-z]{6}"""
_QUOTED = r"""\x22[^\s\x22<>]{4}|'[^\s'<>]{4}|`[^\s`<>]{4}"""
_WORDS = f"{_AFTER_ALMOST_ANYTHING}|{_AFTER_A_MIX}|{_AFTER_RANDOM_ONLY}"
PATTERN = rf"(?i)({_WORDS})([0-9A-Za-z_.-]{{0,40}})({_BETWEEN}{_IS})({_PLAIN}|{_QUOTED})"
"""Groups: the telling word, the rest of its name, what stands between, how the value begins.

The value is read on from there in Python, as far as ``_MAX_JUDGED``: one pattern for all of it would read to the end
of a long run for each telling word in the run, which takes quadratic time.
"""

_PASSWORD = re.compile(rf"(?i){_AFTER_ALMOST_ANYTHING}".encode())
_ENDS = re.compile(rb"""\\[nrt"']|\\$|&quot;|&lt;|&gt;|&amp;|[,;)&}\x5d]""")
_QUOTED_ENDS = re.compile(rb"""\\[nrt"']|\\$|&quot;""")
_SPACE = re.compile(rb"\s")
_TRAILING = b".,:;!?)>]}\\|"
_LETTER = re.compile(rb"[A-Za-z]")
_NOT_A_VALUE = re.compile(
    rb"(?i)error|exception|type|count|limit|name|ur[il]|path|file|dir|field|length|size|expir|ttl|prefix|pattern|regex"
    rb"|index|class|version|policy|header|ize|usage|used|budget|window|[_-]m(?:ax|in)(?:[_-]|$)|code$"
    rb"|^(?:board|word|press|ring|stone|frame|ed|ing|es|er|or|ority|ors|ored|age|enger|ion|ive)",
)
_WEAK = {b"key", b"login", b"_pat", b"-pat", b"api", b"auth", b"authorization"}
_PUBLIC = re.compile(
    rb"(?i)(?:public|cache|primary|foreign|sort|partition|object|idempotency|dedupe|host|row|group|composite|unique|map"
    rb"|dict|lookup|hash|index|registry|color|translation|i18n|query|state|event|storage|bucket|s3|config)[ _.-]{0,2}$"
)
_PUBLIC_KEY = re.compile(rb"(?i)public[ _-]?key[ _-]?$")
_METHOD = re.compile(rb"\.[a-z]\w*")
_SETS = re.compile(rb"[=:>|]|%3|&quot;|\xef\xbc\x9a")
_SIGN = re.compile(rb"[=:>]")
_NAME_GOES_ON = re.compile(rb"[a-z]$")
_IN_PLACEHOLDER = re.compile(rb"\[REDACTED:[a-z-]*$")
_QUERY = re.compile(rb"[?&][\w-]{0,12}$")
_ASK = re.compile(
    rb"(?i)(?:your|my|the|new|old|enter|confirm|user|db|smtp|current|repeat|forgot|reset|invalid|wrong|bad|no)?[_ -]?"
    rb"(?:pass(?:word|wd|phrase|code)?|pwd|pw|secret)s?[_ -]?(?:here|field|input|hash|again|\d)?"
)
_MIN_ALL = 12
_MIN_PASSWORD, _MIN_TOKEN, _MIN_KEY, _MIN_BESIDE = 5, 8, 11, 15
_LONG_NUMBER = 17
_MAX_QUOTED = 512
_MAX_JUDGED = 128
_RUN = re.compile(rb"""[^\s"'`<>]*""")


class Context:
    """The pattern, compiled by one engine."""

    def __init__(self, engine: Engine) -> None:
        self._pattern = engine.compile(PATTERN)
        self.scans: tuple[Scan, ...] = (self._values,)

    def _values(self, data: bytes) -> Iterator[Span]:
        """Look at every value behind a telling word."""
        position = 0
        while match := self._pattern.search(data, position):
            span = _judge(data, match)
            position = span.end if span.kind else match.span(1)[1]
            yield span


class _Candidate(NamedTuple):
    """A value and what stands around it."""

    word: bytes
    """The telling word, in lower case."""
    rest: bytes
    """What follows the word in the same name."""
    before: bytes
    between: bytes
    value: bytes
    quoted: bool

    @property
    def bond(self) -> str:
        """How word and value belong together: ``set`` by a sign, ``listed`` after a comma, ``beside`` each other."""
        comma = self.between.rfind(b",")
        if _SETS.search(self.between, comma + 1):
            return "set"
        if comma >= 0:
            return "listed"
        if self.quoted and b"\n" not in self.between:
            return "set"
        return "beside"


def _judge(data: bytes, match: Found) -> Span:
    """Return the span of the value, with a kind if it is a secret."""
    start, end, quoted = _value(data, match)
    begin = match.span()[0]
    word, rest, between = match.group(1).lower(), match.group(2), match.group(3)
    found = _Candidate(word, rest, data[max(0, begin - 24) : begin], between, data[start:end], quoted)
    kind = "" if _is_no_value(found) else _kind(found)
    if kind and end - start >= _MAX_JUDGED and (rest_of_it := _RUN.match(data, end)):
        end = rest_of_it.end()
    return Span(start, end, kind)


def _is_no_value(found: _Candidate) -> bool:
    """Tell whether what stands behind the word is a reference, a path, the next argument or a part of the name."""
    value = found.value
    if judge.is_reference(value, quoted=found.quoted) or judge.is_path(value) or _IN_PLACEHOLDER.search(found.before):
        return True
    if found.bond == "listed" and (not found.quoted or b"\n" in found.between or len(value) < _MIN_TOKEN):
        return True
    if value.endswith(b"=") and judge.is_wordish(value[:-1]):
        return True  # the name of the next attribute
    if _METHOD.fullmatch(found.rest) and found.between.startswith(b"("):
        return True
    joined = not found.between.strip(b"-.!?")
    return joined and not (judge.is_dense(value) and value.replace(b"-", b"").isalnum())


def _kind(found: _Candidate) -> str:
    """Return the kind of secret the word makes of the value, or nothing."""
    if _PASSWORD.fullmatch(found.word):
        return "password" if _is_password(found) and not _NOT_A_VALUE.search(found.rest) else ""
    if found.word in _WEAK and not _QUERY.search(found.before):
        described = _NOT_A_VALUE.search(found.rest) or _PUBLIC.search(found.before)
        return "secret" if _is_key(found) and not described else ""
    fits = _is_token(found) and not _PUBLIC_KEY.search(found.before)
    if _NOT_A_VALUE.search(found.rest):
        fits = fits and judge.is_dense(found.value) and b"rror" not in found.rest
    return "token" if fits else ""


def _value(data: bytes, match: Found) -> tuple[int, int, bool]:
    """Return where the value begins and ends and whether it stands in quotes."""
    start, end = match.span(4)
    rest = _RUN.match(data, end, end + _MAX_JUDGED)
    end = rest.end() if rest else end
    quote = data[start : start + 1]
    if quote in (b'"', b"'", b"`"):
        start += 1
    else:
        quote = match.group(3).rstrip(b" \t\r\n")[-1:]
    if quote not in (b'"', b"'", b"`"):
        return start, _trimmed(data, start, end, _ENDS), False
    close = data.find(quote, end, start + _MAX_QUOTED)
    if close > 0 and not _SPACE.search(data, end, close):
        end = close
    return start, _trimmed(data, start, end, _QUOTED_ENDS), not data[end : end + 1].isspace()


def _trimmed(data: bytes, start: int, end: int, ends: re.Pattern[bytes]) -> int:
    """Return where a value really ends: before what ends it, and before punctuation of the sentence around it."""
    stop = ends.search(data, start + 1, end)
    if stop:
        return stop.start()
    while end > start and data[end - 1] in _TRAILING:
        end -= 1
    return end


def _is_password(found: _Candidate) -> bool:
    """After a word for a password: almost anything when set, a mix when listed or beside it."""
    value = found.value
    if len(value) < _MIN_PASSWORD or (found.word in {b"pass", b"pw"} and not _is_whole_word(found)):
        return False
    if found.bond == "set" and found.quoted:
        return not _ASK.fullmatch(value)
    if found.bond == "set":
        number = value.isdigit() and len(value) >= _MIN_TOKEN
        joined = found.between == b"=" and judge.is_mixed(value) and len(value) > _MIN_PASSWORD
        return not judge.is_wordish(value) or judge.is_scrambled(value) or number or joined or _has_all(value)
    if found.bond == "listed" and found.quoted and judge.is_scrambled(value):
        return True
    return not judge.is_wordish(value) and judge.classes(value) > 1 and bool(_LETTER.search(value))


def _has_all(value: bytes) -> bool:
    """Tell whether words stand together as rules for passwords ask: small, capital, a digit, a sign."""
    return len(value) >= _MIN_ALL and judge.classes(value) > 3  # noqa: PLR2004 - of four


def _is_whole_word(found: _Candidate) -> bool:
    """Tell whether a short word ends a name and is set by a sign: ``db_pass=``, not ``passlib:`` or ``bypass``."""
    inside = _NAME_GOES_ON.search(found.before) or found.rest[:1].islower()
    return bool(_SIGN.search(found.between)) and not inside


def _is_token(found: _Candidate) -> bool:
    """After a word for a token or secret: a mix when set, a longer one when listed or beside it."""
    value = found.value
    if value.isdigit():
        return found.bond == "set" and len(value) >= _LONG_NUMBER
    if _QUERY.search(found.before) and found.bond == "set":
        return judge.is_mixed(value)
    if judge.is_wordish(value) and not (found.bond == "set" and _has_all(value)):
        return False
    if found.bond == "beside":
        return len(value) >= _MIN_BESIDE and judge.is_mixed(value)
    return len(value) >= _MIN_TOKEN and judge.classes(value) > 1


def _is_key(found: _Candidate) -> bool:
    """After a word that mostly means something else: only what is plainly random."""
    value = found.value
    if found.word != b"key" and (found.bond == "beside" or found.rest[:1].islower()):
        return False
    random = (judge.is_mixed(value) and not judge.is_wordish(value)) or judge.is_scrambled(value)
    return random and len(value) >= (_MIN_KEY if found.bond == "set" else _MIN_BESIDE)
