"""``--user`` and ``--project``: the same two options for ``install`` and ``uninstall``.

Without either it is ``--user``: nothing is asked, so that both commands work in scripts.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from afteraction.installation.target import Target

_Command = TypeVar("_Command", bound="Callable[..., Any]")


def target_options(command: _Command) -> _Command:
    """Give a command ``--user`` and ``--project``; it receives ``user`` and ``project``."""
    user = click.option("--user", is_flag=True, help="In your own settings, for all projects (the default).")
    project = click.option("--project", is_flag=True, help="In this project's personal settings only.")
    return user(project(command))


def chosen_target(*, user: bool, project: bool) -> Target:
    """The target of two flags of which at most one may be given."""
    from afteraction.installation.target import project_target, user_target

    if user and project:
        raise click.UsageError("--user and --project exclude each other.")
    return project_target(Path.cwd()) if project else user_target(os.environ)
