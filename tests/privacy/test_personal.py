"""Personal data with a form: what is real goes, what only looks so stays."""

from __future__ import annotations

import string

import pytest

from afteraction.privacy.personal import luhn, mod97
from afteraction.privacy.redactor import Redactor
from benchmarks.privacy_texts import card, drawn, iban, secrets, seeded

REDACTOR = Redactor({})
PERSONAL = {"e-mail", "card", "iban", "ssn", "public ip", "e.164 phone", "home name"}


def test_personal_data_goes() -> None:
    """Every class is found in every sentence around it."""
    for item in secrets(seeded(5), 60):
        if item.kind in PERSONAL:
            done = REDACTOR.redact(item.text)
            assert done is not None
            assert item.secret is not None
            assert item.secret not in done, item


def test_a_card_with_a_wrong_check_digit_stays() -> None:
    """Sixteen digits are a card only if Luhn says so."""
    rng = seeded(6)
    for _ in range(50):
        number = card(rng).replace(" ", "")
        wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
        assert luhn(number.encode())
        assert REDACTOR.redact(f"value {wrong} seen") == f"value {wrong} seen"


def test_an_iban_with_wrong_check_digits_stays() -> None:
    """The form alone is shared by ids and hashes."""
    rng = seeded(7)
    for _ in range(50):
        number = iban(rng).replace(" ", "")
        wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
        assert mod97(number.encode())
        assert REDACTOR.redact(f"id {wrong} seen") == f"id {wrong} seen"


@pytest.mark.parametrize(
    "text",
    [
        "listening on 127.0.0.1:8080 and 0.0.0.0, gateway 192.168.1.1, 10.1.2.3, 172.20.0.5, 169.254.169.254",
        "see 192.0.2.1, 198.51.100.7, 203.0.113.9, 224.0.0.1 and 100.64.0.3",
        "fe80::1 and ::1 and 2001:db8::1 and fd12:3456:789a:1:2:3:4:5",
        "Assembly, Version=4.0.0.0; chrome/120.0.6099.109; v1.2.3.4; OID 1.3.6.1.4.1.311",
        "std::io::Error, a::b, 12:34:56, c9:c6:d3:2d:83:0c",
        "1770088770653 and 20190902080502 and 9007199254740991",
        "000-12-3456 and 666-12-3456 and 912-34-5678 and 123-00-4567 and 123-45-0000",
        "2026-08-26 10:05:36 +0200 and +2024-01-01 12:00:00",
        "git@github.com:acme/app.git and icon@2x.png and getty@tty1.service and pkg@1.2.3",
        "def handler@decorator and @types/node and user@localhost",
    ],
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    """Private addresses, versions, times, ids and machine addresses name nobody."""
    assert REDACTOR.redact(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/home/{}/work/app.py", "~/work/app.py"),
        ("open('/Users/{}/x y.txt')", "open('~/x y.txt')"),
        ("C:\\Users\\{}\\AppData", "~\\AppData"),
        ("C:\\\\Users\\\\{}\\\\AppData", "~\\\\AppData"),
        ("file:///home/{}/a", "file://~/a"),
        ("/c/Users/{}/a", "~/a"),
        ("/home/{}: denied", "~: denied"),
    ],
)
def test_a_home_folder_becomes_a_tilde(text: str, expected: str) -> None:
    """Whoever's home it is, its name says who somebody is."""
    name = drawn(seeded(8), string.ascii_lowercase, 7)

    assert REDACTOR.redact(text.format(name)) == expected


def test_the_own_home_goes_wherever_it_is() -> None:
    """A home outside the usual places is known from HOME, and so is the client's folder named after it."""
    redactor = Redactor({}, "/srv/people/zoe")

    assert redactor.redact("ls /srv/people/zoe/x /srv/people/zoey") == "ls ~/x /srv/people/zoey"
    assert redactor.redact("/x/projects/-srv-people-zoe-app/1.jsonl") == "/x/projects/~-app/1.jsonl"


@pytest.mark.parametrize("text", ["/root/.cache/x", "src/home/view.py", "GET /home/index.html", "./home/x/y"])
def test_what_is_no_persons_home_stays(text: str) -> None:
    """Root is nobody's name, and not every folder called home holds homes."""
    assert Redactor({}, "/root").redact(text) == text


@pytest.mark.parametrize("around", ["order 12 {} 2026", "7 {}", "{} 03 28", "line 4121 {} 9"])
def test_a_number_beside_a_card_does_not_hide_it(around: str) -> None:
    """Digits and blanks around a card look like a part of it."""
    rng = seeded(around)
    for _ in range(40):
        number = card(rng)

        done = REDACTOR.redact(around.format(number))

        assert done is not None
        assert number not in done


@pytest.mark.parametrize("around", ["id AB12 {}", "{} BIC XY", "DE12 3456 {}"])
def test_an_id_beside_an_iban_does_not_hide_it(around: str) -> None:
    """Groups before and behind an account number look like a part of it."""
    rng = seeded(around)
    for _ in range(40):
        number = iban(rng)

        done = REDACTOR.redact(around.format(number))

        assert done is not None
        assert number not in done


def test_a_number_behind_a_phone_number_does_not_hide_it() -> None:
    """The next column of a table looks like the end of the number."""
    assert REDACTOR.redact("+4930123456789 20261101 0915") == "[REDACTED:phone] 20261101 0915"
    assert REDACTOR.redact("+14155550123 4111") == "[REDACTED:phone]"
