"""Apply proposals to the text of a rules file, and undo that byte for byte.

Only the values that a proposal names are touched, every other byte stays, so that the change can be reviewed as a diff.
The file is replaced only while it is the one that the proposals were made for: whoever edits it meanwhile wins.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

from afteraction.learning import rules_file, rules_state
from afteraction.learning.proposal import ADVICE
from afteraction.learning.rules_file import RulesError, digest
from afteraction.learning.rules_state import Applied
from afteraction.sources.claude import json_text
from afteraction.sources.claude.settings_file import locked, read_bytes, rewrite

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from afteraction.learning.proposal import Proposal
    from afteraction.learning.rules_state import Memory, Offer
    from afteraction.paths import Root

_BOM = b"\xef\xbb\xbf"


def last_offer(memory: Memory) -> Offer:
    """What ``rules suggest`` showed last. RulesError when that was applied already, or never asked."""
    if memory.offer is None:
        raise RulesError("nothing new has been proposed for this file; run: afteraction rules suggest")
    return memory.offer


def chosen(offer: Offer, only: Collection[int]) -> list[Proposal]:
    """The proposals to apply: those numbered in ``only``, else all; advice is left out, it has nothing to apply.

    RulesError when a number is none of a proposal that can be applied.
    """
    numbered = dict(enumerate(offer.proposals, start=1))
    for number in sorted(only):
        if number not in numbered:
            raise RulesError(f"there is no proposal {number}; 'afteraction rules suggest' shows them")
        if numbered[number].kind in ADVICE:
            raise RulesError(f"proposal {number} is advice: the file has no key for it")
    return [one for number, one in numbered.items() if one.kind not in ADVICE and (not only or number in only)]


def applied_to(path: Path, raw: bytes, offer: Offer, proposals: Sequence[Proposal]) -> bytes:
    """The file's bytes after the proposals. RulesError when they are not those that the offer was made for."""
    if offer.sha256 != digest(raw):
        raise RulesError(f"{path} has changed since 'rules suggest'; run that again, then apply")
    text = raw.decode("utf-8-sig")
    for one in proposals:
        text = _applied(text, one)
    rules_file.document(path, text.encode())  # whatever is wrong with an edit of ours never reaches the file
    return (_BOM if raw.startswith(_BOM) else b"") + text.encode()


def _applied(text: str, one: Proposal) -> str:
    if one.kind == "add agent":
        return json_text.insert(text, _place(text, "agents"), one.after)
    names = [entry["name"] for entry in json.loads(text)["agents"]]
    entry = ("agents", names.index(one.agent))
    if one.kind == "threshold":
        return json_text.replace(text, _place(text, *entry, "confidence_threshold"), one.after)
    if one.kind == "retire agent":
        return json_text.replace(text, _place(text, *entry, "auto_activate"), one.after)
    if one.kind == "tier":
        return _with_value(text, entry, "model_tier", one.after)
    key = "file_patterns" if one.kind == "add file pattern" else "keywords"
    if one.after is None:
        triggers = json.loads(text)["agents"][entry[1]]["triggers"]
        return json_text.remove(text, _place(text, *entry, "triggers", key), triggers[key].index(one.before))
    text = _with_member(text, entry, "triggers", {})
    text = _with_member(text, (*entry, "triggers"), key, [])
    return json_text.insert(text, _place(text, *entry, "triggers", key), one.after)


def _with_member(text: str, path: tuple[str | int, ...], key: str, empty: object) -> str:
    """The text with a container at that key, an empty one where there is none or null."""
    at = json_text.locate(text, *path, key)
    if at is None:
        return json_text.insert(text, _place(text, *path), empty, key=key)
    return json_text.replace(text, at, empty) if text.startswith("null", at) else text


def _with_value(text: str, path: tuple[str | int, ...], key: str, value: object) -> str:
    """The text with that value at that key, whether or not there was one."""
    at = json_text.locate(text, *path, key)
    if at is None:
        return json_text.insert(text, _place(text, *path), value, key=key)
    return json_text.replace(text, at, value)


def _place(text: str, *path: str | int) -> int:
    at = json_text.locate(text, *path)
    assert at is not None  # noqa: S101 - proposals are made from this very text
    return at


def apply(
    root: Root, path: Path, offer: Offer, proposals: Sequence[Proposal], *, at: str, automatic: bool = False
) -> Applied:
    """Write the proposals into the file, the old bytes beside it, and remember that.

    Raises:
        RulesError: the file has changed since the proposals were made.
        SettingsError: it cannot be replaced; nothing was changed.
        OSError: what was done cannot be remembered; the backup is there.
    """

    def edit(raw: bytes | None) -> bytes:
        if raw is None:
            raise RulesError(f"{path} is gone; nothing was changed")
        return applied_to(path, raw, offer, proposals)

    with locked(path):
        done = rewrite(path, edit, backup=lambda raw: _backup(path, raw))
        before, after = done.before or b"", done.after or b""
        made = Applied(
            at=at, before=digest(before), after=digest(after), backup=_backup(path, before).name,
            proposals=tuple(proposals), automatic=automatic,
        )  # fmt: skip
        rules_state.remember(
            root, path, lambda known: msgspec.structs.replace(known, offer=None, applied=(*known.applied, made))
        )
    return made


def undo(root: Root, path: Path, *, at: str) -> Applied:
    """Put back the bytes from before the last apply that was not undone; the backup goes.

    Raises:
        RulesError: nothing is applied, somebody has changed the file since, or the backup is gone or another.
        SettingsError: the file cannot be replaced; nothing was changed.
        OSError: what was done cannot be remembered; the file is as it was before the apply.
    """
    memory = rules_state.recall(root, path)
    last = next((one for one in reversed(memory.applied) if one.undone_at is None), None)
    if last is None:
        raise RulesError(f"nothing is applied to {path} that could be undone")
    kept = path.with_name(last.backup)
    old = read_bytes(kept)
    if old is None:
        raise RulesError(f"the backup {kept} is gone; nothing was changed")
    if digest(old) != last.before:
        raise RulesError(f"{kept} is not what was there before the apply; nothing was changed")

    def edit(raw: bytes | None) -> bytes:
        if raw is None or digest(raw) != last.after:
            raise RulesError(f"{path} has changed since the apply of {last.at}; the file from before it is {kept}")
        return old

    with locked(path):
        rewrite(path, edit)
        marked = msgspec.structs.replace(last, undone_at=at)
        rules_state.remember(
            root, path,
            lambda known: msgspec.structs.replace(
                known, offer=None, applied=tuple(marked if one == last else one for one in known.applied)
            ),
        )  # fmt: skip
        kept.unlink(missing_ok=True)
    return marked


def _backup(path: Path, raw: bytes) -> Path:
    """Beside the file, named by its content: several applies keep a backup each."""
    return path.with_name(f"{path.name}.afteraction-backup-{digest(raw)[:12]}")
