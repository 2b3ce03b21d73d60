"""``afteraction redact``: pass text through the redactor that every record passes.

It exists so that anybody can see, and a score can measure, what the redactor does. With ``--jsonl`` every line is
answered, one line for one line, also when a text is dropped or the line is broken: a missing answer could be taken for
a clean one.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import click

from afteraction.privacy.redactor import Redactor

_DROPPED = "[REDACTED:overflow]"


@click.command()
@click.option("--jsonl", is_flag=True, help='Read and print {"id", "text"}, one a line.')
def redact(*, jsonl: bool) -> None:
    """Pass text through the redactor: standard input to standard output."""
    redactor = Redactor(os.environ, os.environ.get("HOME"))
    if jsonl:
        for line in sys.stdin.buffer:
            sys.stdout.buffer.write(answer(redactor, line) + b"\n")
            sys.stdout.buffer.flush()
        return
    done = redactor.redact(sys.stdin.buffer.read().decode("utf-8", "surrogateescape"))
    if done is None:
        done = _DROPPED
    if sys.stdout.isatty():
        from afteraction.output.text import visible

        done = visible(done)
    sys.stdout.buffer.write(done.encode("utf-8", "surrogateescape"))
    sys.stdout.buffer.flush()


def answer(redactor: Redactor, line: bytes) -> bytes:
    """Answer one line; a text that must be dropped, or a line that holds none, is answered with null and a mark."""
    identity, text = _parsed(line)
    done = None if text is None else redactor.redact(text)
    reply: dict[str, Any] = {"id": identity, "text": done}
    return json.dumps(reply if done is not None else {**reply, "dropped": True}).encode()


def _parsed(line: bytes) -> tuple[Any, str | None]:
    """Return the id and text of a line, each None where the line does not say."""
    # json rather than msgspec: a client's text may hold lone surrogates, which msgspec refuses.
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None, None
    if not isinstance(row, dict):
        return None, None
    text = row.get("text")
    return row.get("id"), text if isinstance(text, str) else None
