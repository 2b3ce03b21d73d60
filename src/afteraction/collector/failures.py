"""What went wrong, in words that may be kept: the kind of error and its place, never its message.

A message may carry text of a session. Only the description of an error is passed on, because the error itself would
hold on to everything its frames had in hand.
"""

from __future__ import annotations

import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from afteraction.moments import utc_timestamp
from afteraction.store.atomic import write_atomic

if TYPE_CHECKING:
    from afteraction.paths import Root


_OURS = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Failure:
    """One error of ours or of the system."""

    where: str
    """File and line of our code."""
    message: str
    """The type of the error, and the system's reason where it had one."""


def describe(error: BaseException) -> Failure:
    """What may be kept of an error."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _OURS in Path(frame.filename).parents]
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "unknown"
    message = type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        message = f"{message}: {error.strerror}"
    return Failure(where, message)


def note_failure(root: Root, failure: Failure) -> None:
    """Keep a failure for ``doctor``, in ``state/last_error.json``."""
    at = utc_timestamp(time.time_ns() // 1_000_000)
    write_atomic(error_file(root), msgspec.json.encode({"at": at, "where": failure.where, "message": failure.message}))


def error_file(root: Root) -> Path:
    """Where the last failure is noted; gone when the last pass had none."""
    return root.state / "last_error.json"
