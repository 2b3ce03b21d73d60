"""A progress bar for work over a second: on stderr, and only where somebody can see it.

Bytes are what is counted, because files differ too much in size to be a measure.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, Self

import click

if TYPE_CHECKING:
    from types import TracebackType

_SHOWN_AFTER_S = 1.0


class Progress:
    """Call it with what is done and what there is to do; use it as a context manager to take the bar away again."""

    def __init__(self, label: str) -> None:
        """Start counting the time; nothing is shown yet."""
        self._label = label
        self._since = time.monotonic()
        self._bar: Any = None
        self._done = 0

    def __call__(self, done: int, total: int) -> None:
        """Show how far the work is."""
        if self._bar is None:
            if not sys.stderr.isatty() or done >= total or time.monotonic() - self._since < _SHOWN_AFTER_S:
                return
            self._bar = click.progressbar(length=total, label=self._label, file=sys.stderr)
            self._bar.__enter__()
        self._bar.update(done - self._done)
        self._done = done

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the bar's line."""
        if self._bar is not None:
            self._bar.__exit__(kind, error, trace)
