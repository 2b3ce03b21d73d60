"""Finding the exact values of secret environment variables, also encoded.

A secret of this process is known, so it needs no shape: its value is looked for as it is, in URL encoding, escaped as
in JSON, and in base64 at any of the three offsets it can have inside a longer text (as in ``Authorization: Basic``).
"""

from __future__ import annotations

import base64
import json
import re
from functools import partial
from typing import TYPE_CHECKING

from afteraction.privacy.judge import is_dense
from afteraction.privacy.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from afteraction.privacy.spans import Scan

_SECRET_NAME = re.compile(
    r"KEY|TOKEN|SECRET|PASSW|PASSPHRASE|PWD$|_PASS$|^PASS$|CREDENTIAL|AUTH|PRIVATE|COOKIE|SESSION_ID|WEBHOOK|DSN$"
    r"|CONNECTION_STRING|DATABASE_URL|_PAT$|^PAT$"
)
_OPEN_NAME = re.compile(
    r"^CLAUDE_CODE_SESSION_ID$|AUTHOR|^PWD$|^OLDPWD$|KEYBOARD|KEYMAP|MONKEY|TOKENIZER|_TOKENS$|SSH_AUTH_SOCK|XAUTHORITY"
)
_OPEN_VALUE = re.compile(r"(?i)true|false|yes|no|on|off|none|null|enabled|disabled|default|unset|undefined")
_PATH = re.compile(r"(?:~|\.{1,2})?/|[A-Za-z]:[\\/]")
_BASE64 = re.compile(rb"[0-9A-Za-z+/_-]")
_MIN_VALUE = 8
_MIN_CORE = 8


class Environment:
    """The secret values of an environment, in every form they are looked for."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        values = {value for name, value in environ.items() if is_secret(name, value)}
        plain = {form for value in values for form in _forms(value)}
        encoded = {core for value in values for core in _base64_cores(value)}
        self.scans: tuple[Scan, ...] = (
            *(partial(_occurrences, form) for form in sorted(plain, key=len, reverse=True)),
            *(partial(_encoded, core) for core in sorted(encoded)),
        )


def is_secret(name: str, value: str) -> bool:
    """Tell whether a variable holds a secret: its name says so, and its value is no path, switch or short word."""
    name = name.upper()
    if len(value) < _MIN_VALUE or not _SECRET_NAME.search(name) or _OPEN_NAME.search(name):
        return False
    if _OPEN_VALUE.fullmatch(value):
        return False
    return not _PATH.match(value) or is_dense(value.encode("utf-8", "surrogatepass"))


def _forms(value: str) -> set[bytes]:
    """Return a value as it is, stripped, URL-encoded in both cases of hex, and escaped as in JSON."""
    from urllib.parse import quote, quote_plus

    raw = value.encode("utf-8", "surrogatepass")
    escaped = json.dumps(value, ensure_ascii=False)[1:-1].encode("utf-8", "surrogatepass")
    url = {encode(raw, safe="") for encode in (quote, quote_plus)}
    lower = {re.sub(r"%[0-9A-F]{2}", lambda match: match.group().lower(), form) for form in url}
    forms = {raw, raw.strip(), escaped, *(form.encode() for form in url | lower)}
    return {form for form in forms if len(form) >= _MIN_VALUE}


def _base64_cores(value: str) -> set[bytes]:
    """Return what base64 of the value has in common wherever the value begins: its three cores, in both alphabets."""
    raw = value.encode("utf-8", "surrogatepass")
    cores = set()
    for offset in range(3):
        text = base64.b64encode(b"\0" * offset + raw).rstrip(b"=")
        first = (0, 2, 3)[offset]
        last = len(text) - (1 if (offset + len(raw)) % 3 else 0)
        core = text[first:last]
        if len(core) >= _MIN_CORE:
            cores |= {core, core.replace(b"+", b"-").replace(b"/", b"_")}
    return cores


def _occurrences(form: bytes, data: bytes) -> Iterator[Span]:
    """Yield every place a form stands, none overlapping another."""
    start = data.find(form)
    while start >= 0:
        yield Span(start, start + len(form), "env-secret")
        start = data.find(form, start + len(form))


def _encoded(core: bytes, data: bytes) -> Iterator[Span]:
    """Yield every place base64 of a value stands."""
    for span in _occurrences(core, data):
        yield _widened(data, span)


def _widened(data: bytes, span: Span) -> Span:
    """Widen a span over the base64 around it: its ends carry bits of the value, and ``=`` its length."""
    start, end = span.start, span.end
    for _ in range(4):
        if start > 0 and _BASE64.match(data, start - 1):
            start -= 1
        if end < len(data) and (_BASE64.match(data, end) or data[end : end + 1] == b"="):
            end += 1
    return Span(start, end, span.kind)
