"""The live view as a terminal program: it shows each change as it is seen, and counts the time in between.

A thread of its own looks at the world, so that reading never holds up a key. Nothing but the keyboard is asked for.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.app import App
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Footer, Static

from afteraction.errors import AfteractionError
from afteraction.top.board import board
from afteraction.top.history import read_history
from afteraction.top.page import page

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from afteraction.live.snapshot import Snapshot
    from afteraction.live.watch import Watch
    from afteraction.output.terminal import Screen
    from afteraction.paths import Root
    from afteraction.top.history import History

_COUNT_S = 1.0
"""How often the elapsed times are drawn anew."""


class Top(App[AfteractionError | None]):
    """The program; it ends with the error that stopped it, or with None."""

    @dataclass
    class Seen(Message):
        """What the looking thread tells; a message, because waiting for an answer could outlast the program."""

        snapshot: Snapshot
        history: History | None

    @dataclass
    class Failed(Message):
        """Why the looking thread has ended."""

        error: AfteractionError

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Screen, VerticalScroll, Static { background: ansi_default; color: ansi_default; }
    VerticalScroll { scrollbar-size-vertical: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [("q", "quit", "Quit"), ("escape", "quit", "Quit")]

    def __init__(self, watch: Watch, root: Root, screen: Screen) -> None:
        """Show what ``watch`` sees of ``root``, with the glyphs of ``screen``."""
        super().__init__(ansi_color=True)
        self._watch = watch
        self._root = root
        self._terminal = screen
        self._stop = threading.Event()
        self._snapshot: Snapshot | None = None
        self._history: History | None = None

    def compose(self) -> ComposeResult:
        """One page that scrolls, and the keys below it."""
        with VerticalScroll():
            yield Static(id="page", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        """Begin to look, and to count."""
        self.query_one(VerticalScroll).focus()
        self.run_worker(self._follow, thread=True)
        self.set_interval(_COUNT_S, self._draw)

    def on_unmount(self) -> None:
        """Let the thread end."""
        self._stop.set()

    def _follow(self) -> None:
        """Take in each change; what has ended changes the past as well."""
        ended = None
        try:
            for snapshot in self._watch.changes(self._stop):
                self.post_message(self.Seen(snapshot, None))
                if snapshot.ended != ended:
                    ended = snapshot.ended
                    self.post_message(self.Seen(snapshot, read_history(self._root, _now_ms())))
        except AfteractionError as error:
            self.post_message(self.Failed(error))

    def on_top_seen(self, message: Seen) -> None:
        """Show a change; where it brings nothing of the past, what is known of that stays."""
        self._snapshot = message.snapshot
        self._history = message.history or self._history
        self._draw()

    def on_top_failed(self, message: Failed) -> None:
        """End with what went wrong."""
        self.exit(message.error)

    def _draw(self) -> None:
        if self._snapshot is not None:
            shown = board(self._snapshot, self._history, _now_ms())
            self.query_one("#page", Static).update(page(shown, self._terminal))


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
