"""Which invocations a question is about: the filters that every report shares.

One value carries them from the command line, the page or a tool call to the SQL, so that a report added later has the
same filters by taking the same argument.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """Filters; None means no limit."""

    since_ms: int | None = None
    """Started at or after this time, epoch ms."""
    until_ms: int | None = None
    """Started before this time, epoch ms."""
    project: str | None = None
    """The project's path, or the end of it that begins at a folder name."""
    agent: str | None = None
    """The agent's name, verbatim."""
    model: str | None = None
    """The model's id, that id without its date, or a tier such as sonnet."""

    def values(self) -> dict[str, str | float | None]:
        """The filters by the names that SQL gives them."""
        return {
            "since_ms": self.since_ms,
            "until_ms": self.until_ms,
            "project": self.project,
            "agent": self.agent,
            "model": self.model,
        }
