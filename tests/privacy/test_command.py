"""The command ``afteraction redact``, as another program calls it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

COMMAND = [sys.executable, "-m", "afteraction", "redact"]


def run(data: bytes, *arguments: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a small environment of its own."""
    known = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return subprocess.run(
        [*COMMAND, *arguments], input=data, env={**known, **environ}, capture_output=True, check=True, timeout=60
    )


def test_every_line_is_answered() -> None:
    """Broken lines and lines without a text are answered too: a missing answer could pass for a clean one."""
    lines = [
        b'{"id": 1, "text": "mail me@there.org"}',
        b"not json",
        b"",
        b'{"id": "b"}',
        b'{"id": 2, "text": 5}',
        b"[1]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"id": 3, "text": "lone \\ud800 surrogate"}',
        b'{"id": null, "text": ""}',
    ]

    answers = [json.loads(line) for line in run(b"\n".join(lines), "--jsonl").stdout.splitlines()]

    nothing = {"id": None, "text": None, "dropped": True}
    assert answers == [
        {"id": 1, "text": "mail [REDACTED:email]"},
        nothing,
        nothing,
        {**nothing, "id": "b"},
        {**nothing, "id": 2},
        nothing,
        nothing,
        nothing,
        {"id": 3, "text": "lone \ud800 surrogate"},
        {"id": None, "text": ""},
    ]


def test_answers_come_at_once() -> None:
    """A program that waits for each answer before it asks again must not wait for ever."""
    with subprocess.Popen([*COMMAND, "--jsonl"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in range(3):
            process.stdin.write(json.dumps({"id": number, "text": "hello"}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline()) == {"id": number, "text": "hello"}
        process.stdin.close()
        assert process.wait(30) == 0


def test_text_comes_back_as_it_was_but_for_secrets() -> None:
    """Without --jsonl it is a filter, for bytes that are no UTF-8 too, with the environment and home of the process."""
    done = run(b"\xff SEKRIT-value-1 /srv/zoe/x\r\n", MY_TOKEN="SEKRIT-value-1", HOME="/srv/zoe")  # noqa: S106

    assert done.stdout == b"\xff [REDACTED:env-secret] ~/x\r\n"
    assert done.stderr == b""
