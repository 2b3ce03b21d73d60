"""Secrets of the process's own environment, plain and encoded."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from afteraction.privacy.environment import is_secret
from afteraction.privacy.redactor import Redactor
from benchmarks.privacy_score import survives
from benchmarks.privacy_texts import ALNUM, drawn, environment, seeded


def test_secret_values_go_in_every_encoding() -> None:
    """As it is, URL-encoded, in base64, and inside a longer base64 at any offset."""
    environ, texts = environment(seeded(9), 60)
    redactor = Redactor(environ)
    for item in texts:
        done = redactor.redact(item.text)
        assert done is not None
        assert item.secret is not None
        assert not survives(item.secret, done), item.text


@pytest.mark.parametrize("before", ["", "u:", "us:", "usr:", "user:"])
@pytest.mark.parametrize("after", ["", "!", "!!", "\n"])
def test_base64_of_more_than_the_value_goes(before: str, after: str) -> None:
    """``Authorization: Basic`` holds the value at an offset that depends on the user's name."""
    secret = drawn(seeded(10), ALNUM, 20)
    encoded = base64.b64encode(f"{before}{secret}{after}".encode()).decode()

    done = Redactor({"X_TOKEN": secret}).redact(f"sent {encoded} there")

    assert done is not None
    assert encoded[len(before) * 2 : -6] not in done
    assert "env-secret" in done


def test_a_value_with_quotes_goes_from_json_too() -> None:
    """In a transcript the value stands escaped."""
    value = 'ab"cd\\ef\ngh'
    text = json.dumps({"output": f"it is {value} there"})

    assert Redactor({"MY_SECRET": value}).redact(text) == '{"output": "it is [REDACTED:env-secret] there"}'


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("API_KEY", "abcd1234", True),
        ("github_token", "abcd1234", True),
        ("DB_PASSWORD", "correct horse", True),
        ("NPM_AUTH", "abcd1234", True),
        ("PRIVATE_THING", "abcd1234", True),
        ("API_KEY", "abc", False),
        ("USE_AUTH", "disabled", False),
        ("SSH_AUTH_SOCK", "/run/ssh-x/agent.1", False),
        ("KEY_FILE", "/etc/ssl/private/server.pem", False),
        ("GIT_AUTHOR_NAME", "Some Body", False),
        ("EDITOR", "abcd1234", False),
        ("CLAUDE_CODE_SESSION_ID", "b64ca869-9346-4179-8f92-dc0597d4ea71", False),
        ("CLAUDE_CODE_OAUTH_TOKEN", "abcd1234", True),
        ("SIGNING_KEY", "/" + "aB3dE5gH7jK9mN1pQ3", True),
    ],
)
def test_which_variables_are_secret(name: str, value: str, *, secret: bool) -> None:
    """The name says so, and the value is no path, no switch and not short."""
    assert is_secret(name, value) is secret


def test_a_secret_that_looks_like_a_placeholder_ends() -> None:
    """A value that is part of every placeholder must not be replaced inside them for ever."""
    redactor = Redactor({"MY_TOKEN": "REDACTED", "MY_SECRET": "env-secret"})

    done = redactor.redact("the words REDACTED and env-secret and b@c-d.com")

    assert done == "the words [REDACTED:env-secret] and [REDACTED:env-secret] and [REDACTED:email]"


def test_the_environment_is_not_shown() -> None:
    """A traceback that prints the redactor must not print what it protects."""
    secret = drawn(seeded(11), ALNUM, 20)

    assert secret not in repr(Redactor({"X_TOKEN": secret}, f"/home/{secret}"))


def test_url_encoded_value_in_lower_case_goes() -> None:
    """Some programs write hex digits of URL encoding in lower case."""
    value = "a/b+c=d/e+f"

    done = Redactor({"X_KEY": value}).redact(f"?x={quote(value, safe='').lower()}&y=1")

    assert done == "?x=[REDACTED:env-secret]&y=1"
