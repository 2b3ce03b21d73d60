"""Secrets that only their surroundings give away."""

from __future__ import annotations

import pytest

from afteraction.privacy.redactor import Redactor
from benchmarks.privacy_score import survives
from benchmarks.privacy_texts import BESIDE, seeded, value

REDACTOR = Redactor({})


@pytest.mark.parametrize("beside", BESIDE)
def test_a_value_beside_a_telling_word_goes(beside: str) -> None:
    """Assignments, JSON, YAML, flags, headers, URLs and prose give a value away."""
    rng = seeded(beside)
    for _ in range(30):
        made = value(rng)

        done = REDACTOR.redact(beside.format(made))

        assert done is not None
        assert not survives(made, done), made


@pytest.mark.parametrize(
    "text",
    [
        "token = self.next_token()",
        "key = lambda item: item[1]",
        "def login(password: str, *, key: str = None) -> str:",
        'password = getpass.getpass("Password: ")',
        'password = os.environ["DB_PASSWORD"]',
        "export TOKEN=$GITHUB_TOKEN",
        "password: ${{ secrets.DB_PASSWORD }}",
        '"password": "********"',
        '<input type="password" name="password1" placeholder="Enter your password">',
        "max_tokens: 4096, total_tokens=81920",
        "KeyError: 'user_profile_2'",
        "pass 12/12 tests, 3 skipped in 1.2s",
        "the cache key: linux-node-18-a1b2c3d4e5f6a7b8c9d0",
        "public_key_token=b03f5f7f11d50a3a",
        "Authorization: Bearer <token>",
        "use the --password option or --token flag",
        "docker run -u 1000:1000 -p 8080:80 app",
        "GET https://localhost:8080/@vite/client",
        "http://[::1]:3000/a@b",
        "secretlint-rule-preset-recommend/test/snapshots/secretlint-rule-1password/ng.secret",
        "author: Jane, keyboard: de, monkey: patch1",
        "tokenizer_version: v2.1.0",
    ],
)
def test_code_and_talk_about_secrets_stay(text: str) -> None:
    """A name, a call, a reference and a masked value are no secrets."""
    assert REDACTOR.redact(text) == text


def test_a_value_given_away_once_goes_everywhere() -> None:
    """What one place of a text calls a password is one in the rest of the text too."""
    done = REDACTOR.redact("tried qx7Rw2-mmKp9 twice; password=qx7Rw2-mmKp9 was refused")

    assert done is not None
    assert "qx7Rw2" not in done


def test_what_follows_a_placeholder_is_not_its_value() -> None:
    """The words of a placeholder are no telling words."""
    done = REDACTOR.redact("password=k3kX9q2w host=db1.example.org port=5432")

    assert done == "password=[REDACTED:password] host=db1.example.org port=5432"


@pytest.mark.parametrize("password", ["p@ss/w0rd", "a/b+c=", "summer", "x:y"])
def test_a_password_in_a_url_goes_whatever_it_is_made_of(password: str) -> None:
    """At signs and slashes are common in passwords, and the host must stay readable."""
    done = REDACTOR.redact(f"psql postgres://app:{password}@db.internal:5432/prod failed")

    assert done == "psql postgres://app:[REDACTED:url-login]@db.internal:5432/prod failed"


@pytest.mark.parametrize("cut", [60, 120, 300, 2000])
@pytest.mark.parametrize("newline", ["\n", "\\n", "\r\n"])
def test_a_private_key_goes_even_when_it_is_cut(cut: int, newline: str) -> None:
    """A key is a key without its last line; what comes before it stays."""
    rng = seeded(cut)
    lines = ["".join(rng.choice("ABCDEFabcdef0123456789+/") for _ in range(64)) for _ in range(20)]
    begin, end = "-----BEGIN RSA " + "PRIVATE KEY-----", "-----END RSA " + "PRIVATE KEY-----"
    key = newline.join([begin, *lines, end])[:cut]

    done = REDACTOR.redact("Error: " + key)

    assert done == "Error: [REDACTED:private-key]"


def test_text_after_a_whole_private_key_stays() -> None:
    """The last line of a key ends it."""
    key = "-----BEGIN PRIVATE KEY" + "-----\n" + "QUJD" * 16 + "\n-----END PRIVATE KEY-----"

    assert REDACTOR.redact(f"{key}\nnot found") == "[REDACTED:private-key]\nnot found"
