"""``afteraction uninstall``: take the hooks out again, and the data only when told to.

Data is what the user recorded, so it needs its own word, ``--purge``; the hooks go first, lest they write what is
being removed.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from afteraction.cli.say import say
from afteraction.cli.targets import chosen_target, target_options

if TYPE_CHECKING:
    from afteraction.installation.data_folder import Purge
    from afteraction.installation.target import Target
    from afteraction.installation.uninstall import Uninstalled
    from afteraction.paths import Root


@click.command()
@target_options
@click.option("--purge", is_flag=True, help="Also delete everything that was recorded.")
@click.option("--dry-run", is_flag=True, help="Show what would change and write nothing.")
def uninstall(*, user: bool, project: bool, purge: bool, dry_run: bool) -> None:
    """Take the hooks out of Claude Code's settings.

    Settings nobody touched since the install get their old bytes back; otherwise only our entries go.
    """
    from afteraction.installation.data_folder import plan_purge
    from afteraction.installation.install import diff
    from afteraction.installation.uninstall import uninstall as run
    from afteraction.paths import ROOT_VARIABLE, telemetry_root

    target = chosen_target(user=user, project=project)
    done = run(target, dry_run=True)
    root = telemetry_root(os.environ, chosen=done.root.path)
    planned = plan_purge(root) if purge else None  # refused before anything is changed
    if dry_run:
        say(diff(target.settings, done.rewrite), nl=False)
        if not done.rewrite.changed:
            say(f"Not installed in {target.settings}: nothing to take out.", err=True)
    else:
        _report(target, run(target))
    if planned is not None:
        _purge(root, planned, dry_run=dry_run)
        if done.root != root and done.root.invocations.is_dir():
            say(f"afteraction: records of runs without {ROOT_VARIABLE} stay in {done.root.path}", err=True)


def _report(target: Target, done: Uninstalled) -> None:
    if not done.rewrite.changed:
        say(f"Not installed in {target.settings}: nothing to take out.")
    elif done.rewrite.after is None:
        say(f"Removed {target.settings}: it held nothing but our hooks.")
    elif done.restored:
        say(f"Restored {target.settings} as it was before the install.")
    else:
        say(f"Took the hooks out of {target.settings}; everything else in it stays.")


def _purge(root: Root, found: Purge, *, dry_run: bool) -> None:
    from afteraction.installation.data_folder import purge

    if not dry_run:
        purge(root, found)
    records = f"{found.records:,} record{'' if found.records == 1 else 's'}"
    if found.names:
        say(f"{'Would delete' if dry_run else 'Deleted'} {records} and all else recorded in {root.path}.")
    else:
        say(f"No records in {root.path}.")
    if found.foreign:
        say(f"afteraction: left in {root.path}, not ours: {', '.join(found.foreign)}", err=True)
