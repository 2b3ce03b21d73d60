"""Move thresholds without being asked each time: only where the user asked for that once, and the rules file agrees.

Two switches, because two people may own them: ``install --auto-rules`` on this machine, and
``adjust_thresholds_dynamically`` in the file, which a team may share. Thresholds only, inside the file's floor and
ceiling: whatever else is proposed is for people to decide. At most once a day, so that one day's runs are one look.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from afteraction.learning.rules_file import digest, parse_rules, read_raw
from afteraction.moments import DAY_MS, known_epoch_ms, utc_timestamp
from afteraction.store.atomic import write_atomic

if TYPE_CHECKING:
    from afteraction.learning.rules_file import Rules
    from afteraction.learning.rules_state import Applied, Offer
    from afteraction.paths import Root


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """That the user asked for it."""

    file: str
    """The rules file, its whole path."""
    looked_at: str | None = None
    """When the records were last asked about it, UTC."""


def ask(root: Root, path: Path | None) -> None:
    """Adjust this rules file from now on; None ends it.

    AfteractionError when the file holds no rules, OSError when that cannot be remembered.
    """
    if path is None:
        root.auto_rules.unlink(missing_ok=True)
    else:
        parse_rules(path, read_raw(path))
        _note(root, Asked(file=str(path)))


def asked(root: Root) -> Asked | None:
    """What was asked for; None where nothing was, or it cannot be read: then nothing is adjusted."""
    try:
        return msgspec.json.decode(root.auto_rules.read_bytes(), type=Asked)
    except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def adjust(root: Root, *, now_ms: int) -> Applied | None:
    """Move the thresholds that the records speak for, if it was asked for and is due; what was applied.

    AfteractionError and OSError as ``rewriting.apply``, and when the rules file is gone or holds no rules.
    """
    wish = asked(root)
    if wish is None or not _due(wish, now_ms):
        return None
    path = Path(wish.file)
    raw = read_raw(path)
    rules = parse_rules(path, raw)
    if not rules.adjust:
        return None
    _note(root, Asked(file=wish.file, looked_at=utc_timestamp(now_ms)))
    offer = _offer(root, path, raw, rules, utc_timestamp(now_ms))
    if not offer.proposals:
        return None
    from afteraction.learning.rewriting import apply

    return apply(root, path, offer, offer.proposals, at=offer.at, automatic=True)


def _due(wish: Asked, now_ms: int) -> bool:
    looked_ms = known_epoch_ms(wish.looked_at)
    return looked_ms is None or not 0 <= now_ms - looked_ms < DAY_MS


def _offer(root: Root, path: Path, raw: bytes, rules: Rules, at: str) -> Offer:
    """The moves of thresholds that the records speak for."""
    from afteraction.analytics.scope import Scope  # these bring the database engine, which most passes do not need
    from afteraction.learning.rules_state import Offer, recall, thresholds_moved
    from afteraction.learning.suggest import gather, suggest
    from afteraction.store.event_reading import read_events
    from afteraction.store.index import open_index

    moved = thresholds_moved(recall(root, path), undone=True)  # who undoes a move does not want it back tomorrow
    found = suggest(rules, gather(open_index(root, remembers=False), Scope(), read_events(root), moved))
    moves = tuple(one for one in found.proposals if one.kind == "threshold")
    return Offer(sha256=digest(raw), at=at, proposals=moves)


def _note(root: Root, wish: Asked) -> None:
    write_atomic(root.auto_rules, msgspec.json.encode(wish) + b"\n")
