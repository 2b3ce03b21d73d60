"""Everything the doctor looks at, in the order in which an event travels, and what it can mend.

Mending never goes beyond what ``install`` and the collector would do: hooks that point at nothing are installed again
where they stand, permissions of our own files are taken back, and what is derived from records is made again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from afteraction.installation.chosen_root import current_root, project_with_hooks
from afteraction.installation.data_checks import check_data, make_private
from afteraction.installation.data_mending import mend_data
from afteraction.installation.hook_checks import check_command, check_settings, commands_in
from afteraction.installation.hook_trial import check_run
from afteraction.installation.install import install
from afteraction.installation.target import Target, in_project, user_target
from afteraction.paths import Root

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from afteraction.installation.check import Check


def diagnose(environ: Mapping[str, str], cwd: Path) -> list[Check]:
    """One row per thing that was checked."""
    targets = _targets(environ, cwd)
    rows = check_settings(targets)
    for target in targets:
        for text, command in commands_in(target).items():
            found = check_command(command, target.flag)
            if not command.missing():
                found += check_run(text, command)
            rows += found if target.project is None else [replace(row, check=f"{row.check} (project)") for row in found]
    return rows + check_data(current_root(environ, cwd), environ)


def mend(environ: Mapping[str, str], cwd: Path) -> list[str]:
    """Mend what can be mended without asking; one sentence per thing that was done.

    Raises:
        AfteractionError: hooks have to be installed again, and cannot be.
    """
    done = []
    for target in _targets(environ, cwd):
        broken = [command for command in commands_in(target).values() if command.missing()]
        if broken:
            # The data stays where it is: the user's root may have been chosen under another XDG_DATA_HOME.
            install(target if target.project else replace(target, root=Root(broken[0].root)))
            done.append(f"hooks in {target.settings} point at this installation now")
    root = current_root(environ, cwd)
    changed = make_private(root)
    if changed:
        done.append(f"{changed} files or folders are yours alone now")
    return [*done, *mend_data(root)]


def _targets(environ: Mapping[str, str], cwd: Path) -> list[Target]:
    project = project_with_hooks(cwd)
    return [user_target(environ), *([] if project is None else [in_project(project)])]
