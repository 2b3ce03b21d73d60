"""What is fuzzed: readers of bytes that others wrote, each with what must hold whatever the bytes are.

A target takes bytes and raises when a promise is broken. It knows no fuzzer, so that the same promises are held against
generated edits of recorded lines and against a fuzzer that follows the branches.
"""

from __future__ import annotations

import json
import os
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from afteraction.errors import SettingsError
from afteraction.hook.allow_list import kept_payload
from afteraction.hook.json_text import decode
from afteraction.hook.record_event import LINE_LIMIT, STDIN_LIMIT, line
from afteraction.privacy.redactor import Redactor
from afteraction.sources.claude import transcript
from afteraction.sources.claude.events import HookEvent, read_spool_file
from afteraction.sources.claude.hook_command import hook_command
from afteraction.sources.claude.hook_events import settings_entries
from afteraction.sources.claude.settings import containers, our_entries, parse_settings, with_hooks, without_hooks

if TYPE_CHECKING:
    from collections.abc import Callable

FIXTURES = Path(__file__).parent.parent / "fixtures"
ENTRIES = settings_entries(hook_command("/usr/bin/python3", "/opt/afteraction/hook/entry.py", "/data", "/venv/python"))
KNOWN = "fake-Zq8vT3xLw0-of-the-environment"
REDACTOR = Redactor({"FAKE_API_TOKEN": KNOWN}, "/home/somebody")


def hook(data: bytes) -> None:
    """Any stdin becomes one short ASCII line that the collector reads."""
    given, cut = decode(data, STDIN_LIMIT)
    written = line(1, kept_payload(given), {}, cut=cut)
    assert len(written) <= LINE_LIMIT
    assert written.isascii()
    assert written.endswith(b"\n")
    assert written.count(b"\n") == 1
    msgspec.json.decode(written, type=HookEvent)


def transcripts(data: bytes) -> None:
    """Any file is read to its end: what is no line is counted."""
    lines = data.count(b"\n") + 1
    assert transcript.parse_transcript(data, agent_id="a1").unreadable <= lines
    assert transcript.parse_main(BytesIO(data))[0].unreadable <= lines
    transcript.glance(BytesIO(data))
    transcript.session_of(data)
    transcript.parse_meta(data)


def events(data: bytes) -> None:
    """Any spool file is read to its end: what is no line is counted."""
    file = file_in_memory()
    file.write_bytes(data)
    found, unreadable = read_spool_file(file)
    assert len(found) + unreadable <= len(data.splitlines())


def settings(data: bytes) -> None:
    """Any text is refused, or gets our entries and nothing else, and back without them byte for byte."""
    text = data.decode("utf-8", "replace")
    try:
        before = parse_settings(text)
        edited = with_hooks(text, ENTRIES)
    except SettingsError:
        return
    after = parse_settings(edited)
    assert set(our_entries(after)) == set(ENTRIES)
    assert {key: value for key, value in after.items() if key != "hooks"} == {
        key: value for key, value in before.items() if key != "hooks"
    }
    if not our_entries(before) and text.strip():
        assert without_hooks(edited, made=containers(edited) - containers(text)) == text


def redactor(data: bytes) -> None:
    """A known secret leaves no text alive, and what is clear once stays as it is."""
    text = data.decode("utf-8", "surrogatepass" if data.isascii() else "replace")
    done = REDACTOR.redact(f"{text} {KNOWN} {text}")
    assert done is None or KNOWN not in done
    once = REDACTOR.redact(text)
    assert once is None or REDACTOR.redact(once) == once
    assert KNOWN not in REDACTOR.redact_name(f"{text}{KNOWN}")
    assert KNOWN not in REDACTOR.redact_path(f"/{text}/{KNOWN}")


TARGETS: dict[str, Callable[[bytes], None]] = {
    "hook": hook,
    "transcripts": transcripts,
    "events": events,
    "settings": settings,
    "redactor": redactor,
}


@cache
def file_in_memory() -> Path:
    """A file that needs no room, and no clearing up after a fuzzer that ends its process."""
    return Path(f"/proc/self/fd/{os.memfd_create('fuzzed')}")


@cache
def seeds(target: str) -> tuple[bytes, ...]:
    """Good inputs to start from."""
    payloads = [
        text for file in sorted(FIXTURES.glob("hook_payloads/*.jsonl")) for text in file.read_bytes().split(b"\n")
    ]
    told = [file.read_bytes() for file in sorted(FIXTURES.glob("sessions/0*/transcripts/**/*.jsonl"))]
    if target == "hook":
        return tuple(payload for payload in payloads if payload)
    if target == "transcripts":
        return tuple(text[:6000] for text in told)
    if target == "events":
        objects = [json.loads(payload) for payload in payloads if payload]
        return tuple(line(number, kept_payload(payload), {}, cut=False) for number, payload in enumerate(objects))
    if target == "settings":
        foreign = [{}, {"env": {"A": "1"}, "hooks": {"Stop": [{"hooks": [{"type": "command", "command": "say"}]}]}}]
        texts = [json.dumps(one, indent=indent) for one in foreign for indent in (None, 2)]
        return tuple(text.encode() for text in (*texts, *(with_hooks(text, ENTRIES) for text in texts)))
    return (
        b"password=fake-hunter2-hunter2 and https://user:fake-pw-123456@host.example/x?token=fake0123456789abcdef",
        b"Authorization: Bearer fake.fake.fake Cookie: sid=fake0123456789; mail a@b.example, call +41441234567",
        b"-----BEGIN PRIVATE KEY-----\nFAKEFAKEFAKE\n-----END PRIVATE KEY----- 4111 1111 1111 1111 8.8.8.8",
        b"/home/somebody/src/x.py 4741dca9-8c3b-4b0e-a4fb-7675469187ef plain words and nothing else",
    )
