"""``afteraction status-line``: what Claude Code runs to draw the line of each running subagent."""

from __future__ import annotations

import os
import sys
import time

import click

_MOST_BYTES = 1 << 20
_EXAMPLES = """\b
In Claude Code's settings.json:
  "subagentStatusLine": {"type": "command", "command": "afteraction status-line"}
"""


@click.command("status-line", epilog=_EXAMPLES, short_help="What Claude Code runs to draw the line of a subagent.")
def status_line() -> None:
    """Answer Claude Code's question on stdin: how often each running subagent's kind succeeds, and how long it takes.

    What cannot be answered is left out, and the client shows its own line.
    """
    from afteraction.cli.root import current
    from afteraction.paths import claude_config_dir
    from afteraction.privacy.redactor import Redactor
    from afteraction.top.status_line import answers, read_asked, read_known, with_types

    asked = read_asked(sys.stdin.buffer.read(_MOST_BYTES))
    known = read_known(current()) if asked is not None and asked.tasks else {}
    if asked is None or not known:
        return
    named = with_types(asked, claude_config_dir(os.environ) / "projects")
    gate = Redactor(os.environ, os.environ.get("HOME"))
    for line in answers(named, known, gate, time.time_ns() // 1_000_000):
        sys.stdout.buffer.write(line.encode() + b"\n")
