"""``afteraction top``: which subagents run now, against what is usual, and which ended last."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import click

from afteraction.cli.answer import Form, form_options, give
from afteraction.errors import AfteractionError

if TYPE_CHECKING:
    from afteraction.live.watch import Watch
    from afteraction.output.terminal import Screen
    from afteraction.paths import Root

_EXAMPLES = """\b
Examples:
  afteraction top
  afteraction top --json
"""


@click.command(epilog=_EXAMPLES, short_help="Live: which subagents run now, and which ended last.")
@form_options
def top(form: Form | None) -> None:
    """Which subagents run now, for how long against what is usual, which ended last and why, and what today came to.

    On a terminal it stays and follows, q quits; that needs the extra: pip install 'afteraction[top]'. Elsewhere, and
    with --json or --csv, it prints one snapshot.
    """
    from afteraction.cli.root import current
    from afteraction.live.watch import Watch
    from afteraction.privacy.redactor import Redactor

    root = current()
    watch = Watch(root, os.environ, Redactor(os.environ, os.environ.get("HOME")))
    if form is None and _can_stay():
        _stay(watch, root)
    else:
        _once(watch, root, form)


def _can_stay() -> bool:
    """Whether somebody sits at a terminal that can be drawn upon; Textual draws on stderr."""
    at_terminal = all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))
    return at_terminal and os.environ.get("TERM", "") not in {"", "dumb", "unknown"}


def _stay(watch: Watch, root: Root) -> None:
    try:
        from afteraction.top.app import Top
    except ImportError as error:
        message = f"{error.name} is missing; run: pip install 'afteraction[top]'. One snapshot: afteraction top --json"
        raise AfteractionError(message) from error
    from afteraction.output.terminal import open_screen

    failed = Top(watch, root, open_screen(sys.stdout, os.environ)).run(mouse=False)
    if failed is not None:
        raise failed


def _once(watch: Watch, root: Root, form: Form | None) -> None:
    from afteraction.top.board import LiveRow, board
    from afteraction.top.history import read_history

    snapshot = watch.look()
    now_ms = time.time_ns() // 1_000_000
    found = board(snapshot, read_history(root, now_ms), now_ms)

    def draw(screen: Screen) -> None:
        from afteraction.top.page import draw_board

        draw_board(found, screen)

    give(found.rows, LiveRow, form, draw, document=found)
