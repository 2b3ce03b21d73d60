"""Finding secrets by where they stand: in URLs, headers, cookies, command lines and key files.

The place alone decides, so the value may be anything: the password of ``postgres://app:summer@db`` is a word. Patterns
only find the place; where a value ends is worked out in Python, since ``@`` and ``/`` may be part of a password.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from afteraction.privacy import judge
from afteraction.privacy.spans import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from afteraction.privacy.engine import Engine, Found, Pattern
    from afteraction.privacy.spans import Scan

LOGIN = r"""://([^\s/:@"'<>\x5b]{0,64}):((?:[^\s"'<>`@]{0,128}@){1,3})[\w\x5b]"""
"""User and what follows the colon, up to the last of three ``@`` that a host can follow."""
NAMELESS_LOGIN = r"""://([0-9A-Za-z_~.-]{12,256})@[\w.-]"""
SCHEME = (
    r"""(?i)(?:authorization["'\]\x5c]{0,3}\s{0,4}[:=,]>?\s{0,4}["'`\x5c]{0,3}\s{0,2}(?:[a-z][\w-]{2,20}\s{1,2})?"""
    r"""|\bbearer:?\s{1,4}|\bbasic\s{1,2})([^\s"'`<>,;)]{6,})"""
)
COOKIE = r"""(?i)\bcookies?["'\]]{0,2}\s{0,4}[:=]\s{0,4}["'`]?([\w.-]{1,64}=[^\r\n"'`]{3,})"""
FLAG = (
    r"(?i)(?:^|\s)--?(?:[a-z0-9]{1,16}-)?(?:password|passwd|passphrase|pass|pwd|secret|token|api-?key|client-?secret"
    r"""|auth-?token|credentials?|oauth2-bearer)(=|\s{1,3})["']?([^\s"'$<{\x5b|`-][^\s"'`]{3,})"""
)
VARIABLE = (
    r"\b[0-9A-Z_]{0,40}(?:PASSWORD|PASSWD|PASSPHRASE|_PASS|_PWD|SECRET)"
    r"""\s{0,2}=\s{0,2}([^\s"'$<{(\x5b`/%][^\s"'`<>;,)]{3,})"""
)
SHORT_FLAG = (
    r"(?:\bsshpass\s{1,3}-p|\bmysql\w{0,8}\b[^\n|;&]{0,120}?\s-p|\bdocker login\b[^\n|;&]{0,120}?\s-p"
    r"""|\bredis-cli\b[^\n|;&]{0,120}?\s-a)\s{0,2}["']?([^\s"']{4,})"""
)
USER_FLAG = r"""(?:\s-u|\s--user|\s--proxy-user)[ =]{0,2}["']?[^\s:"'/]{1,128}:([^\s"']{4,})"""
NETRC = r"""(?i)\bmachine\s{1,4}\S{1,128}\s{1,8}login\s{1,4}\S{1,128}\s{1,8}password\s{1,4}(\S{3,})"""
SQL = r"""(?i)\bidentified\s{1,4}by\s{1,4}["']([^"'\n]{3,})|\bwith\s{1,4}password\s{0,4}=?\s{0,4}["']([^"'\n]{3,})"""
BEGIN = r"-----BEGIN[ A-Z0-9]{0,40} PRIVATE KEY(?: BLOCK)?-----|PRIVATE KEY(?: BLOCK)?-----"

_END = re.compile(rb"-----END[ A-Z0-9]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_LINE = re.compile(rb"[^0-9A-Za-z+/=]{0,8}(?:n?[0-9A-Za-z+/=]{20,}|n?[A-Z][\w-]{2,20}: [^\r\n\\]{1,80})")
_LAST_LINE = re.compile(rb"[^0-9A-Za-z+/=]{0,4}n?[0-9A-Za-z+/]*={0,2}")
_MAX_COOKIES = 2048
_MAX_KEY = 16 * 1024
_PAIR = re.compile(rb"([\w.-]{1,64})=([^;\s]{4,})")
_ATTRIBUTES = {b"path", b"domain", b"expires", b"max-age", b"samesite", b"priority", b"version", b"charset"}
_EXAMPLE = re.compile(rb"(?i)(?:your)?[_-]?pass(?:wd|word)?|pwd|pw|\*+|x+|\.{3}")
_SESSION = re.compile(rb"(?i)sess|sid$|auth|token|csrf|jwt")
_PORT = re.compile(rb"[0-9]{1,5}(?:[/?#].*)?", re.DOTALL)


class Structure:
    """The patterns, compiled by one engine."""

    def __init__(self, engine: Engine) -> None:
        self._begin = engine.compile(BEGIN)
        self.key_scans: tuple[Scan, ...] = (self._keys,)
        self.scans: tuple[Scan, ...] = tuple(
            partial(_places, engine.compile(pattern), judged)
            for pattern, judged in (
                (LOGIN, _login),
                (NAMELESS_LOGIN, _token_login),
                (SCHEME, _authorization),
                (COOKIE, _cookies),
                (FLAG, _flag),
                (VARIABLE, _variable),
                (SHORT_FLAG, _short_flag),
                (USER_FLAG, _user_flag),
                (NETRC, _plain_password),
                (SQL, _plain_password),
            )
        )

    def _keys(self, data: bytes) -> Iterator[Span]:
        """Look for private keys, also ones whose end was cut off; of some nothing but the first line is left."""
        position = 0
        while match := self._begin.search(data, position):
            start, body = match.span()
            position = _key_end(data, body)
            yield Span(start, position, "private-key")


def _places(pattern: Pattern, judged: Callable[[Found], list[Span]], data: bytes) -> Iterator[Span]:
    """Look at every place a pattern finds; going on behind the last secret, for a place may hold the next one."""
    position = 0
    while match := pattern.search(data, position):
        spans = judged(match)
        position = spans[-1].end if spans else match.span()[1]
        yield from spans or (Span(*match.span()),)


def _key_end(data: bytes, body: int) -> int:
    """Return where a private key ends: its last line if that is near, else the last of its key-like lines."""
    last = _END.search(data, body, body + _MAX_KEY)
    if last:
        return last.end()
    end = body
    while line := _KEY_LINE.match(data, end):
        end = line.end()
    rest = _LAST_LINE.match(data, end)
    return rest.end() if rest and (end > body or rest.end() == len(data)) else end


def _login(match: Found) -> list[Span]:
    """``scheme://user:password@host``: a port is no password, and another URL no part of one."""
    start, region = match.span(2)[0], match.group(2).split(b"://", 1)[0]
    password = region[: region.rfind(b"@")] if b"@" in region else b""
    if not password or judge.is_reference(password) or _EXAMPLE.fullmatch(password):
        return []
    if _PORT.fullmatch(password) and match.group(1):
        return []
    return [Span(start, start + len(password), "url-login")]


def _token_login(match: Found) -> list[Span]:
    """``scheme://token@host``: a name is no secret, so it must look random."""
    user = match.group(1)
    fits = judge.is_dense(user) and not judge.is_wordish(user)
    return [Span(*match.span(1), "url-login")] if fits else []


def _authorization(match: Found) -> list[Span]:
    """``Authorization: Scheme value``, and a bare ``Bearer value`` when it is no word."""
    value = match.group(1).rstrip(b".:\\}")
    plain = judge.is_wordish(value) or judge.is_reference(value) or judge.classes(value) < 2  # noqa: PLR2004 - letters and more
    return [] if plain else [Span(match.span(1)[0], match.span(1)[0] + len(value), "auth-header")]


def _cookies(match: Found) -> list[Span]:
    """``Cookie: name=value; …``: every value, but not the attributes of ``Set-Cookie``."""
    start, end = match.span(1)
    if end - start > _MAX_COOKIES:
        return [Span(start, end, "cookie")]
    return [
        Span(start + pair.start(2), start + pair.end(2), "cookie")
        for pair in _PAIR.finditer(match.group(1))
        if pair.group(1).lower() not in _ATTRIBUTES
        and not judge.is_reference(pair.group(2))
        and (_SESSION.search(pair.group(1)) or not judge.is_wordish(pair.group(2)))
    ]


def _flag(match: Found) -> list[Span]:
    """``--password value``: after a space a mere word may be the sentence going on."""
    value = match.group(2)
    plain = judge.is_reference(value) or judge.is_path(value) or (match.group(1) != b"=" and judge.is_wordish(value))
    return [] if plain else [Span(*match.span(2), "password")]


def _variable(match: Found) -> list[Span]:
    """``DB_PASSWORD=value`` in a shell or an env file: any value that points nowhere else."""
    value = match.group(1)
    plain = judge.is_reference(value) or value.lower() in {b"true", b"false", b"null", b"none", b"undefined"}
    return [] if plain else [Span(*match.span(1), "password")]


def _short_flag(match: Found) -> list[Span]:
    """``-p value`` of the programs where it means a password; ``-p 3306`` of others is a port."""
    value = match.group(1)
    plain = value.startswith(b"-") or judge.is_reference(value)
    return [] if plain else [Span(*match.span(1), "password")]


def _user_flag(match: Found) -> list[Span]:
    """``-u user:password``: user and group of a container are words or numbers."""
    value = match.group(1)
    plain = judge.is_wordish(value) or judge.is_reference(value)
    return [] if plain else [Span(*match.span(1), "password")]


def _plain_password(match: Found) -> list[Span]:
    """Where the grammar around it leaves no doubt: SQL and .netrc."""
    group = 1 if match.span(1)[0] >= 0 else 2
    plain = judge.is_reference(match.group(group))
    return [] if plain else [Span(*match.span(group), "password")]
