"""Where an installation goes: whose settings, and which telemetry root is baked into the hook command.

``$OAK_TELEMETRY_DIR`` plays no part here: it is honoured at every run, so baking in its value of today would only
outlive it.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from afteraction.installation.chosen_root import PROJECT_SETTINGS, project_with_hooks, user_settings
from afteraction.paths import Root, user_data_root

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

GIT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Target:
    """One settings file and the root that its hooks write to."""

    settings: Path
    root: Root
    project: Path | None
    """The project's folder; None when it is the user's settings."""

    @property
    def flag(self) -> str:
        """The option of ``install`` that means this target."""
        return "--user" if self.project is None else "--project"


def user_target(environ: Mapping[str, str]) -> Target:
    """The user's own settings, all projects in one root in the user's data folder."""
    return Target(settings=user_settings(environ), root=Root(user_data_root(environ).absolute()), project=None)


def project_target(cwd: Path) -> Target:
    """The project around ``cwd``: git's top level, else the nearest folder with hooks of ours, else ``cwd`` itself."""
    return in_project(git_top(cwd) or project_with_hooks(cwd) or cwd)


def in_project(project: Path) -> Target:
    """The project's personal settings, and ``telemetry/`` in it."""
    return Target(settings=project / PROJECT_SETTINGS, root=Root(project / "telemetry"), project=project)


def git_top(cwd: Path) -> Path | None:
    """The top level of the git work tree around ``cwd``; None without one, or without git."""
    answer = git(cwd, "rev-parse", "--show-toplevel")
    return None if answer is None or not answer else cwd.joinpath(answer)


def git(cwd: Path, *arguments: str) -> str | None:
    """What a git command prints; None when it fails or there is no git."""
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=cwd, capture_output=True, text=True, check=False, timeout=GIT_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.rstrip("\n") if done.returncode == 0 else None
