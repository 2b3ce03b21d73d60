"""Secrets made for one test run, and recorded sessions with one of them in every place that holds a text.

A recording is changed as text, consistently, so that ids still join what belongs together and the pipeline does its
whole work. Which secret a place gets follows from what stood there, and turns with ``turn``: over all turns every place
has had a secret of every class.
"""

from __future__ import annotations

import functools
import json
import re
import secrets
import string
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.privacy_texts import card, iban, seeded
from tests.replay import SESSIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ALNUM = string.ascii_letters + string.digits
VARIABLE = "CANARY_API_KEY"
"""The environment variable that one of the secrets is the value of."""
FIXED_KEYS = frozenset((
    "hook_event_name", "type", "role", "subtype", "stop_reason", "timestamp", "status", "source", "reason",
    "operation", "permission_mode", "level", "entrypoint", "userType", "trigger", "isolation",
))  # fmt: skip
"""Keys whose values are words of the client's own; a session without them is none."""
SPAWNING = frozenset(("Agent", "Task", "Skill", "Workflow", "SendMessage", "TaskStop", "TaskOutput", "ScheduleWakeup"))
ID_KEYS = frozenset((
    "prompt_id", "promptId", "agent_id", "agentId", "tool_use_id", "toolUseId", "toolUseID", "uuid", "parentUuid",
    "leafUuid", "requestId", "id", "sourceToolAssistantUUID", "task_id", "messageId", "slug",
))  # fmt: skip
NAME_KEYS = frozenset((
    "agent_type", "agentType", "subagent_type", "agentName", "model", "resolvedModel", "version", "gitBranch",
))  # fmt: skip
PROJECT = "/tmp/proj"  # noqa: S108 - a path in the recordings, never used on this machine
NUMBERS = frozenset(("card", "iban", "ssn", "phone"))


class Secret(NamedTuple):
    """One secret, and what of it must be found nowhere."""

    kind: str
    text: str
    """As it is planted: without quote, slash and backslash, so that a file name and a JSON string can hold it."""
    needle: str


def drawn(alphabet: str, size: int) -> str:
    """Random characters that no earlier run had."""
    return "".join(secrets.choice(alphabet) for _ in range(size))


def make_secrets() -> tuple[Secret, ...]:
    """One secret of each class; the first is the value of ``VARIABLE``."""
    rng = seeded(secrets.randbits(64))
    token, key_id, name = drawn(ALNUM, 34), drawn(string.ascii_uppercase, 15), drawn("abcdefgh", 9)
    value, hidden = f"{drawn(ALNUM, 14)}7q", f"{drawn(ALNUM, 12)}-{drawn(ALNUM, 10)}"
    number, account = card(rng).replace(" ", ""), iban(rng).replace(" ", "")
    ssn = f"{secrets.randbelow(600) + 10:03d}-{secrets.randbelow(89) + 10}-{secrets.randbelow(8999) + 1000}"
    phone = f"4930{secrets.randbelow(8999999) + 1000000}"
    return (
        Secret("environment", f"Zq{hidden}", hidden),
        Secret("github", f"ghp_{token}2a", token),
        Secret("aws", f"AKIA{key_id}7", key_id),
        Secret("anthropic", f"sk-ant-api03-{token[::-1]}", token[::-1]),
        Secret("password", f"password={value}", value),
        Secret("e-mail", f"{name}.x@{name[::-1]}.org", name),
        Secret("card", number, number),
        Secret("iban", account, account),
        Secret("ssn", ssn, ssn),
        Secret("phone", f"+{phone}", phone),
    )


@dataclass(frozen=True, slots=True)
class Planted:
    """A recording with secrets in it."""

    payloads: list[dict[str, Any]]
    files: dict[str, bytes]
    """The client's transcripts, by their path beneath its ``projects`` folder."""


@dataclass(frozen=True, slots=True)
class Planter:
    """Puts secrets into recordings."""

    secrets: tuple[Secret, ...]
    turn: int

    def of(self, text: str) -> Secret:
        """The secret that goes where this text stands."""
        return self.secrets[(zlib.crc32(text.encode()) + self.turn) % len(self.secrets)]

    def behind(self, text: str) -> str:
        """The text with its secret behind it: numbers behind a blank, for behind a dash they are a part of an id."""
        secret = self.of(text)
        return f"{text}{' ' if secret.kind in NUMBERS else '-'}{secret.text}"

    def texts(self, case: str) -> Planted:
        """Behind every text that is no identifier, name, path or word of the client's; and under keys of its own."""
        return self._each_object(case, self._with_texts)

    def names(self, case: str) -> Planted:
        """Behind every identifier but the session's, and every name: of agents, of tools, of models."""
        found: set[str] = set()
        payloads, files = _recording(case)
        for value in (*payloads, *(line for text in files.values() for line in _lines(text))):
            found |= set(_names(value))
        return _replaced(payloads, files, {name: self.behind(name) for name in found if len(name) > 2})

    def paths(self, case: str) -> Planted:
        """In every folder that a path goes through, and in the folder that the client names after it."""
        payloads, files = _recording(case)
        secret = self.secrets[self.turn % len(self.secrets)].text
        slug = re.sub(r"[^A-Za-z0-9]", "-", secret)
        places = {PROJECT: f"{PROJECT}/{secret}", "-tmp-proj": f"-tmp-proj-{slug}"}
        return _replaced(payloads, files, places)

    def session(self, case: str) -> Planted:
        """Behind the session's own id, which names its files."""
        payloads, files = _recording(case)
        ids = {payload["session_id"] for payload in payloads}
        ids |= {place.split("/")[1].removesuffix(".jsonl") for place in files if "/agent-" not in place}
        return _replaced(payloads, files, {name: self.behind(name) for name in ids})

    def words(self, case: str) -> Iterator[Planted]:
        """In place of one of the client's own words at a time; such a session makes little sense, and must not leak."""
        plain = self._each_object(case, lambda value: value)
        for key in sorted(FIXED_KEYS):
            planted = self._each_object(case, functools.partial(_with_word, key, self.of(key).text))
            if planted != plain:
                yield planted

    def _each_object(self, case: str, change: Callable[[Any], Any]) -> Planted:
        payloads, files = _recording(case)
        return Planted(
            [change(payload) for payload in payloads],
            {place: b"".join(_line(change(line)) for line in _lines(text)) for place, text in files.items()},
        )

    def _with_texts(self, value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            changed = {k: self._with_texts(v, k) for k, v in value.items()}
            secret = self.of("/".join(value)).text
            return {**changed, secret: secret, "extra": {secret: [secret]}}
        if isinstance(value, list):
            return [self._with_texts(v, key) for v in value]
        kept = key in FIXED_KEYS | ID_KEYS | NAME_KEYS | {"sessionId", "session_id", "name", "tool_name"}
        if not isinstance(value, str) or kept or value.startswith("/"):
            return value
        return f"{value} {self.of(value).text}"


def _with_word(key: str, secret: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: secret if name == key and isinstance(inner, str) else _with_word(key, secret, inner)
            for name, inner in value.items()
        }
    return [_with_word(key, secret, inner) for inner in value] if isinstance(value, list) else value


def _recording(case: str) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    folder = SESSIONS / case / "transcripts"
    payloads = [json.loads(line) for line in (SESSIONS / case / "events.jsonl").read_text().splitlines()]
    files = {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    return payloads, files


def _lines(text: bytes) -> list[Any]:
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def _line(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def _names(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _names(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _names(inner, key)
    elif (
        isinstance(value, str)
        and value not in SPAWNING
        and (key in ID_KEYS | NAME_KEYS or key in ("name", "tool_name"))
    ):
        yield value


def _replaced(payloads: list[dict[str, Any]], files: dict[str, bytes], changes: dict[str, str]) -> Planted:
    pattern = re.compile("|".join(re.escape(old) for old in sorted(changes, key=len, reverse=True)) or r"\Z\A")

    def changed(text: str) -> str:
        return pattern.sub(lambda match: changes[match.group()], text)

    return Planted(
        [json.loads(changed(json.dumps(payload))) for payload in payloads],
        {changed(place): changed(text.decode()).encode() for place, text in files.items()},
    )


def place(planted: Planted, projects: Path) -> None:
    """Write a recording's transcripts."""
    for name, content in planted.files.items():
        path = projects / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def leaks(text: bytes, planted: tuple[Secret, ...]) -> list[str]:
    """The classes of the secrets that stand in a text in any case."""
    return [secret.kind for secret in planted if secret.needle.lower().encode() in text.lower()]
