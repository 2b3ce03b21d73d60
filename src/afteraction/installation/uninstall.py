"""Take the hooks out of a settings file, as if they had never been there.

A file nobody touched since gets its old bytes back from the backup; one that was touched keeps every change, and only
our entries go. Which of the two holds is decided by digests, never by time stamps.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.installation import data_folder, git_exclude, ledger, shell_tools
from afteraction.paths import Root
from afteraction.sources.claude import settings
from afteraction.sources.claude.settings_file import (
    Rewrite,
    backup_path,
    edited,
    locked,
    parsed,
    read_bytes,
    real_path,
    rewrite,
)

if TYPE_CHECKING:
    from pathlib import Path

    from afteraction.installation.target import Target


@dataclass(frozen=True, slots=True)
class Uninstalled:
    """What an uninstall did, or with a dry run would do."""

    rewrite: Rewrite
    restored: bool
    """The file is again what it was before the first install, to the byte."""
    root: Root
    """Where the hooks wrote."""


def uninstall(target: Target, *, dry_run: bool = False) -> Uninstalled:
    """Take our entries out of the settings, and with them what only they needed; the telemetry stays.

    Raises:
        SettingsError: the settings cannot be parsed or replaced.
    """
    path = target.settings
    before = read_bytes(real_path(path))
    root = _installed_root(target, before)
    lock = contextlib.nullcontext() if dry_run or before is None else locked(path)
    with lock:  # to the end: an install that comes between would lose its note and its folder
        known = ledger.recall(root, path)
        if dry_run or before is None:
            done = Rewrite(before, _without_us(path, before, known))
        else:
            done = rewrite(path, lambda raw: _without_us(path, raw, known))
        if not dry_run and (done.changed or known is not None):
            _clear_up(target, root, known)
    restored = known is not None and ledger.digest(done.after) == known.original
    return Uninstalled(rewrite=done, restored=restored, root=root)


def _without_us(path: Path, raw: bytes | None, known: ledger.Edit | None) -> bytes | None:
    if raw is None or not settings.our_entries(parsed(path, raw)):
        return raw
    if known is not None and known.written == ledger.digest(raw):
        if known.created:
            return None
        backup = read_bytes(backup_path(path))
        if backup is not None and ledger.digest(backup) == known.original:
            return backup
    made = None if known is None else known.made
    after = edited(path, raw, lambda text: settings.without_hooks(text, made=made))
    return None if known is not None and known.created and not parsed(path, after) else after


def _clear_up(target: Target, root: Root, known: ledger.Edit | None) -> None:
    """Remove what we put beside the settings; foreign files keep their folders."""
    with contextlib.suppress(OSError):
        root.auto_rules.unlink(missing_ok=True)
    ledger.remember(root, target.settings, None)
    if known is not None:
        # Without a note of ours the backup may be the only copy of something: then it stays.
        backup_path(target.settings).unlink(missing_ok=True)
    if known is not None and known.created_folder:
        with contextlib.suppress(OSError):
            real_path(target.settings).parent.rmdir()
    if target.project is not None:
        shell_tools.remove(target.project)
        git_exclude.include_again(target.project)
    data_folder.remove_if_unused(root)


def _installed_root(target: Target, raw: bytes | None) -> Root:
    """The root baked into the installed commands, else the one an install would choose today."""
    commands = settings.installed_commands(parsed(target.settings, raw)).values()
    return next((Root(command.root) for command in commands if command is not None), target.root)
