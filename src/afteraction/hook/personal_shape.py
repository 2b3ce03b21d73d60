"""Whether a name or path holds personal data, told without ``re``.

Only forms that are certain: an e-mail address, a card that passes its checksum, a social security number, an IBAN, a
number with ``+`` in front. Ids are full of digits, so a run of them counts only between borders, and a UUID never does.
Few payloads need this look, so it is loaded when one does.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

CARD_LENGTHS = range(13, 20)
PHONE_LENGTHS = range(8, 16)
IBAN_LENGTHS = range(15, 35)
SSN_GROUPS = [3, 2, 4]
UUID_GROUPS = [8, 4, 4, 4, 12]
CHECKED_BY = 97
NINE = 9
ISSUERS = ("30", "34", "35", "36", "37", "38", "39", "51", "52", "53", "54", "55", "60", "62", "64", "65")


def looks_personal(text: str) -> bool:
    """Whether personal data of one of the certain forms stands in a text."""
    numbers = any(is_number_of_somebody(before, run) for before, run in digit_runs(text))
    return numbers or has_iban(text) or ("@" in text and has_address(text))


def has_address(text: str) -> bool:
    """Whether there is an e-mail address: something before the sign, behind it a host with a name at its end."""
    for part in text.replace("/", " ").split():
        user, _, host = part.partition("@")
        first, dot, last = host.rpartition(".")
        if user[-1:].isalnum() and user not in ("git", "noreply") and dot and first and last[:2].isalpha():
            return len(last) > 1
    return False


def words_of(text: str) -> "list[str]":
    """What stands between slashes, dots and blanks, and what stands between slashes and dots."""
    parts = text.replace("/", "\n").replace(".", "\n").split("\n")
    return [word for part in parts for word in part.split(" ")] + [part for part in parts if " " in part]


def digit_runs(text: str) -> "Iterator[tuple[str, str]]":
    """Digits with single blanks or dashes between them, each with two characters before it; none within a UUID."""
    for part in words_of(text):
        if [len(group) for group in part.split("-")] == UUID_GROUPS:
            continue
        start = None
        for place, sign in enumerate(part + "\n"):
            inside = sign.isdecimal() or (sign in " -" and start is not None and part[place - 1].isdecimal())
            if inside and start is None:
                start = place
            elif not inside and start is not None:
                if not sign.isalnum() and sign != "_":
                    yield part[max(0, start - 2) : start], part[start:place].rstrip(" -")
                start = None


def is_number_of_somebody(before: str, run: str) -> bool:
    """Whether a run of digits is a card, a social security number, or a phone number with ``+`` in front."""
    sign = before[-1:]
    if sign.isalnum() or sign in ("_", "-"):
        return False  # a part of an id
    digits = run.replace("-", "").replace(" ", "")
    if sign == "+":
        return len(digits) in PHONE_LENGTHS and not before[0].isalnum()  # as in version 1.0+20251030
    if [len(group) for group in run.replace(" ", "-").split("-")] == SSN_GROUPS:
        return digits[:3] not in ("000", "666") and digits[0] != "9" and digits[3:5] != "00" and digits[5:] != "0000"
    return len(digits) in CARD_LENGTHS and is_issued(digits) and passes_luhn(digits)


def is_issued(digits: str) -> bool:
    """Whether cards begin like this; dates do not."""
    return digits[0] == "4" or digits[:2] in ISSUERS or 2221 <= int(digits[:4]) <= 2720  # noqa: PLR2004 - of one issuer


def passes_luhn(digits: str) -> bool:
    """Whether the check digit of a card number is right."""
    doubled = [int(digit) * 2 for digit in digits[-2::-2]]
    total = sum([int(digit) for digit in digits[-1::-2]]) + sum([value - NINE * (value > NINE) for value in doubled])
    return total % 10 == 0


def has_iban(text: str) -> bool:
    """Whether there is an account number with right check digits, in capitals: ids are written small."""
    return any(is_iban(word.replace(" ", "")) for word in words_of(text.replace("-", "/").replace("_", "/")))


def is_iban(word: str) -> bool:
    """Whether a word has the form of an account number, and the right check digits."""
    if len(word) not in IBAN_LENGTHS or not (word.isascii() and word.isalnum() and word.isupper()):
        return False
    if not (word[:2].isalpha() and word[2:4].isdecimal()):
        return False
    return int("".join([str(int(sign, 36)) for sign in word[4:] + word[:4]])) % CHECKED_BY == 1
