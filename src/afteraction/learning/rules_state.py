"""What was proposed for a rules file and what was applied to it, so that it can be undone and measured.

Kept below the telemetry root and not beside the rules: those are the user's and may be shared by a team. Proposals are
kept with the file's hash, and ``apply`` takes them from here: what is applied is what was shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from afteraction.learning.proposal import Proposal  # noqa: TC001 - msgspec reads the types of the fields
from afteraction.moments import epoch_ms
from afteraction.store.atomic import file_locked, write_atomic

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from afteraction.paths import Root


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What ``rules suggest`` showed last."""

    sha256: str
    """Of the rules file that it was about."""
    at: str
    """UTC."""
    proposals: tuple[Proposal, ...]


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """One ``rules apply``."""

    at: str
    """UTC."""
    before: str
    """SHA-256 of the file as it was."""
    after: str
    """SHA-256 of the file as it was left."""
    backup: str
    """The name of the file beside it that holds the old bytes."""
    proposals: tuple[Proposal, ...]
    undone_at: str | None = None
    automatic: bool = False
    """Nobody typed it: see ``automatic.py``."""


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """All that is kept of one rules file."""

    offer: Offer | None = None
    applied: tuple[Applied, ...] = ()
    """The oldest first."""


def thresholds_moved(memory: Memory, *, undone: bool = False) -> dict[str, int]:
    """When each agent's threshold was moved last, epoch ms; with ``undone`` moving it back counts, else it frees it."""
    moved: dict[str, int] = {}
    for one in memory.applied:
        at = one.undone_at or one.at
        for change in one.proposals:
            if change.kind == "threshold" and (undone or one.undone_at is None):
                moved[change.agent] = max(epoch_ms(at), moved.get(change.agent, 0))
    return moved


_DECODER = msgspec.json.Decoder(dict[str, Memory])


def recall(root: Root, rules: Path) -> Memory:
    """What is known of a rules file, which is named by its whole path; nothing where the state is gone or damaged."""
    return _all(root).get(str(rules), Memory())


def remember(root: Root, rules: Path, change: Callable[[Memory], Memory]) -> None:
    """Change what is known of a rules file. OSError when it cannot be written."""
    with file_locked(root.state / "rules.lock"):
        known = _all(root)
        known[str(rules)] = change(known.get(str(rules), Memory()))
        write_atomic(root.rules_state, msgspec.json.format(msgspec.json.encode(known), indent=2) + b"\n")


def _all(root: Root) -> dict[str, Memory]:
    try:
        return _DECODER.decode(root.rules_state.read_bytes())
    except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
