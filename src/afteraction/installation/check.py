"""One row of what the doctor found.

A problem is something that loses or exposes data now; a warning is worth knowing and fails nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, how it is, and what to do about it."""

    check: str
    status: Status
    detail: str
    next: str | None = None
    """The next step; None where nothing needs doing."""


def ok(check: str, detail: str) -> Check:
    """A check that found nothing wrong."""
    return Check(check, "ok", detail)


def warning(check: str, detail: str, next_step: str | None = None) -> Check:
    """A check that found something worth knowing."""
    return Check(check, "warning", detail, next_step)


def problem(check: str, detail: str, next_step: str) -> Check:
    """A check that found something broken."""
    return Check(check, "problem", detail, next_step)
