"""Put the hooks into a settings file, and prepare the folder they write to.

Nothing is asked and nothing is guessed about what is there: an edit that changes nothing writes nothing, so a second
install is the way to bring a first one up to date.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from afteraction.errors import AfteractionError
from afteraction.installation import data_folder, git_exclude, ledger, shell_tools
from afteraction.installation.pythons import command_for
from afteraction.sources.claude import settings
from afteraction.sources.claude.hook_events import settings_entries
from afteraction.sources.claude.settings_file import (
    Rewrite,
    backup_path,
    edited,
    locked,
    parsed,
    read_bytes,
    real_path,
    rewrite,
    text_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    from afteraction.installation.target import Target


@dataclass(frozen=True, slots=True)
class Installed:
    """What an install did, or with a dry run would do."""

    rewrite: Rewrite
    updated: bool
    """Hooks of ours were there already."""
    events: int
    disabled: bool
    """The settings switch all hooks off."""
    excluded: list[Path]
    """What git had to be told to ignore."""
    in_the_way: list[Path]
    """Files of other people where a shell tool should go."""


def install(target: Target, *, dry_run: bool = False) -> Installed:
    """Put exactly one entry of ours under each event we need.

    Raises:
        AfteractionError: this Python cannot run hooks, git tracks what would be written, or the settings cannot be
            parsed or replaced.
    """
    entries = settings_entries(command_for(target.root.path))
    private = [target.settings, backup_path(target.settings)]
    excluded: list[Path] = []
    in_the_way: list[Path] = []
    if target.project is not None:
        git_exclude.check_untracked(target.project, [*private, target.root.path])
        private += shell_tools.places(target.project)
        excluded = git_exclude.not_ignored(target.project, private)
    if dry_run:
        before = read_bytes(real_path(target.settings))
        done = Rewrite(before, edited(target.settings, before, lambda text: settings.with_hooks(text, entries)))
    else:
        # Where the settings are refused, nothing at all is to be left behind: so they are looked at first.
        parsed(target.settings, read_bytes(real_path(target.settings)))
        done = _write(target, entries, private)
        if target.project is not None:
            in_the_way = _put_tools(target.project)
    found = parsed(target.settings, done.before)
    return Installed(
        rewrite=done,
        updated=bool(settings.our_entries(found)),
        events=len(entries),
        disabled=settings.hooks_disabled(found),
        excluded=excluded,
        in_the_way=in_the_way,
    )


def _put_tools(project: Path) -> list[Path]:
    try:
        return shell_tools.put(project)
    except OSError as error:
        raise AfteractionError(f"cannot write {project / 'scripts'}: {error.strerror}") from error


def diff(path: Path, change: Rewrite) -> str:
    """A rewrite as a unified diff; empty when nothing changes."""
    lines = difflib.unified_diff(
        (change.before or b"").decode(errors="replace").splitlines(keepends=True),
        (change.after or b"").decode(errors="replace").splitlines(keepends=True),
        fromfile="/dev/null" if change.before is None else str(path),
        tofile="/dev/null" if change.after is None else str(path),
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _write(target: Target, entries: dict[str, dict[str, Any]], private: list[Path]) -> Rewrite:
    path, root = target.settings, target.root
    no_folder = not real_path(path).parent.exists()
    with locked(path):
        data_folder.create(root, ignored=target.project is not None)
        if target.project is not None:
            git_exclude.exclude(target.project, private)
        known = ledger.recall(root, path)

        def ours(before: bytes | None) -> bool:
            return known is not None and known.written == ledger.digest(before)

        done = rewrite(
            path,
            lambda before: edited(path, before, lambda text: settings.with_hooks(text, entries)),
            # A backup that still undoes everything is worth more than one of our own last version.
            backup=lambda before: None if ours(before) else backup_path(path),
        )
        if done.changed:
            ledger.remember(root, path, _noted(done, known, no_folder=no_folder))
    return done


def _noted(done: Rewrite, known: ledger.Edit | None, *, no_folder: bool) -> ledger.Edit:
    """What to remember of this install, given what is known of the ones before."""
    before, after = text_of(done.before), text_of(done.after)
    written = ledger.digest(done.after) or ""
    made = settings.containers(after) - settings.containers(before)
    if not settings.our_entries(settings.parse_settings(before)):
        return ledger.Edit(
            written=written,
            original=ledger.digest(done.before),
            created=done.before is None,
            created_folder=no_folder,
            made=sorted(made),
        )
    if known is None:
        return ledger.Edit(written=written, original=None, created=False, created_folder=False, made=None)
    return replace(
        known,
        written=written,
        original=known.original if known.written == ledger.digest(done.before) else None,
        made=None if known.made is None else sorted(made.union(known.made)),
    )
