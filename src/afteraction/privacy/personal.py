"""Finding personal data that has a form: e-mail, cards, IBAN, social security numbers, addresses, phones.

Every form is checked by what makes it real (Luhn, mod 97, assigned ranges, calling codes), because digits are common
in a developer's text and a redactor that eats timestamps is switched off. Names of people have no form and are not
looked for.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from afteraction.privacy import network
from afteraction.privacy.spans import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from afteraction.privacy.engine import Engine, Found, Pattern
    from afteraction.privacy.spans import Scan

    Check = Callable[[bytes, Found], Span | None]

EMAIL = r"[0-9A-Za-z._%+'\x80-\xff-]{1,64}@(?:[0-9A-Za-z\x80-\xff-]{1,63}\.){1,5}[A-Za-z]{2,24}\b"
CARD = r"\b\d(?:[ -]?\d){11,18}\b"
IBAN = r"(?i)\b[a-z]{2}\d{2}[ ]?(?:[0-9a-z]{4}[ ]?){2,7}[0-9a-z]{0,4}"
SSN = r"\b\d{3}[- ]\d{2}[- ]\d{4}\b|(?i:\bssn\b|\bsocial security\b)[^\n0-9]{0,16}\d{9}\b"
PHONE = r"(?:\+|\b00)[1-9](?:[ ().-]{0,3}\d){6,14}(?:\s?(?:x|ext\.?)\s?\d{1,6})?"
_LOCAL_NUMBER = r"((?:\(\d{2,5}\)|\b\d)(?:[ ./()-]{0,2}\d){5,13}(?:x\d{1,6})?)"
LOCAL_PHONE = (
    r"(?i)\b(?:phone|telephone|tel|mobile|cell|fax|desk|office|whatsapp|call(?: (?:me|us|the customer))? (?:at|on))\b"
    rf"[^\n0-9+(]{{0,24}}\n?{_LOCAL_NUMBER}"
)
PHONE_AFTER = rf"(?i){_LOCAL_NUMBER}[^\n0-9]{{0,24}}\b(?:phone|mobile|fax|office|cell)\b"

_NO_MAIL_HOST = re.compile(
    rb"(?i)\d{1,9}x?\.|.{0,330}\.(?:png|jpe?g|gif|svg|webp|ico|[cm]?[jt]sx?|json|t?gz|zip|whl|jar|lock|ya?ml|txt|css|html?|map"
    rb"|openssh\.com|libssh\.org|service|socket|target|timer|slice|mount|scope|local|localhost|internal|invalid|test|example)$"
)
_NO_MAIL_USER = {b"git", b"hg", b"svn", b"noreply", b"no-reply"}
_CARD_WORD = re.compile(rb"(?i)\bcards?\b|\bcc\b|credit|debit|maestro|payment")
_NEAR = 48
_PLACEHOLDER = b"[REDACTED:"
_ONE_CARD = re.compile(
    rb"\b(?:\d{13,19}|\d{4}(?: \d{4}){2} \d{1,7}|\d{4}(?:-\d{4}){2}-\d{1,7}|\d{4}([ -])\d{6}\1\d{4,5})\b"
)
_IBAN = re.compile(IBAN.encode())
_FOUR_DIGITS = re.compile(rb"[0-9]{4}")
_GROUP = re.compile(rb"[0-9A-Za-z]+")
_BETWEEN_GROUPS = re.compile(rb"[ ().-]{1,3}(?=\d)")
_IBAN_LENGTH = {
    code: int(length)
    for length, codes in (
        item.split(":")
        for item in [
            "15:NO",
            "16:BE",
            "18:DK,FI,FO,GL,NL,SD",
            "19:MK,SI",
            "20:AT,BA,EE,KZ,LT,LU,XK",
            "21:CH,CR,HR,LI,LV",
            "22:BG,BH,DE,GB,GE,IE,ME,RS",
            "23:AE,GI,IL,IQ,OM,SO,TL",
            "24:AD,CZ,ES,MD,PK,RO,SA,SE,SK,TN,VG",
            "25:LY,PT,ST",
            "26:IS,TR",
            "27:BI,DJ,FR,GR,IT,MC,MR,SM",
            "28:AL,AZ,BY,CY,DO,GT,HU,LB,NI,PL,SV",
            "29:BR,EG,PS,QA,UA",
            "30:JO,KW,MU,YE",
            "31:MT,SC",
            "32:LC",
            "33:RU",
        ]
    )
    for code in codes.split(",")
}
_CALLING = re.compile(
    rb"1[2-9]|7[03-9]|2(?:0|7|[1-69]\d)|3(?:[0-469]|[578]\d)|4(?:[013-9]|2[013])|5(?:[1-8]|0\d|9\d)|6(?:[0-6]|[78]\d|9\d)"
    rb"|8(?:[1246]|[05]\d|7[08]|8[0-368])|9(?:[0-58]|[679]\d)"
)
_DATE = re.compile(rb"(?:19|20)\d\d[-./ ](?:0[1-9]|1[0-2])[-./ ](?:0[1-9]|[12]\d|3[01])")
_DECIMAL = re.compile(rb"[0-9]{1,15}\.[0-9]{1,15}")
_NOT_DIGIT = re.compile(rb"[^0-9]+")
_E164 = range(8, 16)
_LOCAL = range(7, 13)


class Personal:
    """The patterns, compiled by one engine."""

    def __init__(self, engine: Engine) -> None:
        self.scans: tuple[Scan, ...] = tuple(
            partial(_checked, engine.compile(pattern), needs, check)
            for pattern, needs, check in (
                (EMAIL, b"@", _email),
                (CARD, b"", _card),
                (IBAN, b"", _iban),
                (SSN, b"", _ssn),
                (PHONE, b"", _phone),
                (LOCAL_PHONE, b"", _local_phone),
                (PHONE_AFTER, b"", _local_phone),
                (network.IPV4, b".", network.public_v4),
                (network.IPV6, b":", network.public_v6),
            )
        )


def _checked(pattern: Pattern, needs: bytes, check: Check, data: bytes) -> Iterator[Span]:
    """Look at everything that has the form; ``needs`` is a byte without which there is none."""
    if needs in data:
        for match in pattern.finditer(data):
            yield check(data, match) or Span(*match.span())


def luhn(digits: bytes) -> bool:
    """Tell whether the check digit of a card number is right."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = digit - ord("0")
        if index % 2:
            value = value * 2 - 9 * (value > 4)  # noqa: PLR2004 - 2 * 5 is the first with two digits
        total += value
    return total % 10 == 0


def mod97(iban: bytes) -> bool:
    """Tell whether the check digits of an IBAN (no spaces, upper case) are right."""
    return int("".join(str(int(chr(char), 36)) for char in iban[4:] + iban[:4])) % 97 == 1


def _email(data: bytes, match: Found) -> Span | None:
    """Let addresses of machines stay: ``git@host``, ``icon@2x.png``, ``user@1000.service``."""
    del data
    user, host = match.group().rsplit(b"@", 1)
    if user.lower() in _NO_MAIL_USER or _NO_MAIL_HOST.match(host):
        return None
    return Span(*match.span(), "email")


def _stands_alone(data: bytes, start: int, end: int, glue: bytes) -> bool:
    """Tell whether no byte of ``glue`` joins a place to something longer, such as a version or an id."""
    before, after = data[max(0, start - 1) : start], data[end : end + 2]
    joined = after[:1] in glue and (after[1:].isalnum() or after[:1] == b"_")
    return not (before and before in glue) and not (after and joined)


def _card(data: bytes, match: Found) -> Span | None:
    """Take the whole match, else a card that begins in it: a number before or behind it looks like a part of it."""
    start, end = match.span()
    if _is_card(data, start, end):
        return Span(start, end, "card")
    if not _FOUR_DIGITS.search(data, start, end):
        return None
    inside = (_ONE_CARD.match(data, at) for at in _group_starts(match))
    return next((Span(*one.span(), "card") for one in inside if one and _is_card(data, *one.span())), None)


def _group_starts(match: Found) -> Iterator[int]:
    """Where each group of letters and digits of a match begins."""
    return (match.span()[0] + group.start() for group in _GROUP.finditer(match.group()))


def _is_card(data: bytes, start: int, end: int) -> bool:
    """Check prefix, length and Luhn; rare lengths, which timestamps and ids share, need a word for a card nearby."""
    digits = _NOT_DIGIT.sub(b"", data[start:end])
    if not _stands_alone(data, start, end, b"._-") or not luhn(digits):
        return False
    return _is_card_number(digits) or bool(_CARD_WORD.search(data, max(0, start - _NEAR), start))


def _is_card_number(digits: bytes) -> bool:
    """Tell whether prefix and length are those of a card issuer."""
    first2, first4, size = int(digits[:2]), int(digits[:4]), len(digits)
    return (
        (digits[:1] == b"4" and size in {13, 16, 19})
        or (size == 16 and (51 <= first2 <= 55 or 2221 <= first4 <= 2720))  # noqa: PLR2004 - issuer ranges
        or (size == 15 and (first2 in {34, 37} or first4 in {1800, 2131}))  # noqa: PLR2004 - the same
        or (size in {14, 16} and first2 in {30, 36, 38, 39})
        or (size in {16, 19} and (first4 == 6011 or first2 in {35, 60, 62, 64, 65, 81}))  # noqa: PLR2004 - the same
    )


def _iban(data: bytes, match: Found) -> Span | None:
    """Take an IBAN where the match begins, else one that begins in it: an id before it looks like its beginning."""
    beginnings = (_IBAN.match(data, at) for at in _group_starts(match))
    return next((found for one in beginnings if one and (found := _iban_at(data, *one.span()))), None)


def _iban_at(data: bytes, start: int, end: int) -> Span | None:
    """Cut the text to its country's length, which must end at a border, and check it; in capitals any length will do.

    The checksum decides: a mistyped or made-up IBAN of a wrong length is still somebody's account to a reader.
    """
    text = data[start:end]
    kept = [index for index, char in enumerate(text) if char != ord(" ")]
    length = _IBAN_LENGTH.get(text[:2].upper().decode(), 0)
    sizes = [length] if length in range(1, len(kept) + 1) else []
    if length and text.isupper():
        sizes += [size for size in range(min(len(kept), 34), 14, -1) if size != length]
    for size in sizes:
        end = start + kept[size - 1] + 1
        if not data[end : end + 1].isalnum() and mod97(bytes(text[index] for index in kept[:size]).upper()):
            return Span(start, end, "iban")
    return None


def _ssn(data: bytes, match: Found) -> Span | None:
    """Check that area, group and serial number are ones that can be issued."""
    digits = _NOT_DIGIT.sub(b"", match.group())
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    if area in {b"000", b"666"} or area[:1] == b"9" or group == b"00" or serial == b"0000":
        return None
    if not _stands_alone(data, *match.span(), b".-_/"):
        return None
    end = match.span()[1]
    return Span(end - (11 if match.group()[-5:-4] in b"- " else 9), end, "ssn")


def _phone(data: bytes, match: Found) -> Span | None:
    """Take the whole match, else as much of it as is a number: the next number may look like its end."""
    start, end = match.span()
    before = data[max(0, start - 1) : start]
    if before.isalnum() or before in (b".", b"+", b"_") or (data[start : start + 1] != b"+" and before):
        return None
    ends = [end, *(start + cut.start() for cut in reversed(list(_BETWEEN_GROUPS.finditer(match.group()))))]
    return next((Span(start, last, "phone") for last in ends if _is_phone(data, start, last)), None)


def _is_phone(data: bytes, start: int, end: int) -> bool:
    """``+`` and a calling code in use; a date or a number with a sign is none."""
    bare = data[start:end].removeprefix(b"+") if data[start : start + 1] == b"+" else data[start + 2 : end]
    digits = _NOT_DIGIT.sub(b"", re.split(rb"\s?(?:x|ext)", bare)[0])
    if len(digits) not in _E164 or not _CALLING.match(digits) or _DATE.match(bare) or _DECIMAL.fullmatch(bare):
        return False
    after = data[end : end + 2]
    return not (after[:1].isalnum() or (after[:1] == b"." and after[1:].isdigit()))


def _local_phone(data: bytes, match: Found) -> Span | None:
    """Return a number without calling code, only beside a word for a phone, which that of a placeholder is not."""
    start = match.span()[0]
    if _PLACEHOLDER in data[max(0, start - len(_PLACEHOLDER)) : match.span()[1]]:
        return None
    digits = _NOT_DIGIT.sub(b"", re.split(rb"x", match.group(1))[0])
    end = match.span(1)[1]
    if len(digits) not in _LOCAL or data[end : end + 1].isalnum() or _DATE.match(match.group(1)):
        return None
    return Span(*match.span(1), "phone")
