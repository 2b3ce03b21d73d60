"""Which telemetry root the hooks write to that are in force here.

Read from the installed command itself, so that reports look where hooks write, even after a move or with another
``XDG_DATA_HOME``. A project's settings win over the user's, and most projects have none: then this costs one failed
``open`` per folder upwards, and no JSON is parsed that does not contain our name.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from afteraction.errors import SettingsError
from afteraction.paths import Root, claude_config_dir, telemetry_root

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PROJECT_SETTINGS = ".claude/settings.local.json"
USER_SETTINGS = "settings.json"


def current_root(environ: Mapping[str, str], cwd: Path) -> Root:
    """The root to use now: ``$OAK_TELEMETRY_DIR``, else what ``install`` chose, else the user's data folder."""
    return telemetry_root(environ, chosen=chosen_root(cwd, environ))


def chosen_root(cwd: Path, environ: Mapping[str, str]) -> Path | None:
    """The root that ``install`` chose for this folder; None when no hook of ours is installed for it."""
    project = project_with_hooks(cwd)
    return _installed_root(user_settings(environ) if project is None else project / PROJECT_SETTINGS)


def project_with_hooks(cwd: Path) -> Path | None:
    """The nearest folder, from ``cwd`` upwards, whose own settings hold our hooks."""
    for folder in (cwd, *cwd.parents):
        if _installed_root(folder / PROJECT_SETTINGS) is not None and not _planted(folder):
            return folder
    return None


def user_settings(environ: Mapping[str, str]) -> Path:
    """The settings file that holds for all projects of this user."""
    return claude_config_dir(environ) / USER_SETTINGS


def _installed_root(settings: Path) -> Path | None:
    try:
        raw = settings.read_bytes()
    except OSError:
        return None
    if b"afteraction" not in raw:
        return None
    from afteraction.sources.claude.settings import installed_commands, parse_settings

    try:
        data = parse_settings(raw.decode("utf-8-sig"))
    except (SettingsError, UnicodeError):
        return None  # the client ignores such a file, too; doctor tells
    return next((command.root for command in installed_commands(data).values() if command is not None), None)


def _planted(folder: Path) -> bool:
    """Whether somebody else may have put settings into a folder that everybody can write to, such as ``/tmp``."""
    settings = (folder / PROJECT_SETTINGS).stat()
    return settings.st_uid != os.getuid() and bool(folder.stat().st_mode & stat.S_IWOTH)
