"""``afteraction install``: put the hooks into Claude Code's settings.

It never asks and needs no client on PATH, so that it works in a Dockerfile; what it is about to do shows ``--dry-run``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from afteraction.cli.say import say
from afteraction.cli.targets import chosen_target, target_options

if TYPE_CHECKING:
    from afteraction.installation.install import Installed
    from afteraction.installation.target import Target


@click.command()
@target_options
@click.option("--dry-run", is_flag=True, help="Show the change as a diff and write nothing.")
def install(*, user: bool, project: bool, dry_run: bool) -> None:
    """Put the hooks into Claude Code's settings.

    Every other setting stays as it is, to the byte; `afteraction uninstall` undoes it. Run it again after an update or
    a move of Afteraction.
    """
    from afteraction.installation.install import diff
    from afteraction.installation.install import install as run

    target = chosen_target(user=user, project=project)
    done = run(target, dry_run=dry_run)
    if dry_run:
        say(diff(target.settings, done.rewrite), nl=False)
        if not done.rewrite.changed:
            say(f"Already installed in {target.settings}: nothing to change.", err=True)
        for path in done.excluded:
            say(f"Would have git ignore {path}.", err=True)
    else:
        _report(target, done)
    if done.disabled:
        say(f"afteraction: disableAllHooks is true in {target.settings}: no hook runs until you remove it", err=True)


def _report(target: Target, done: Installed) -> None:
    from afteraction.sources.claude.settings_file import backup_path

    if not done.rewrite.changed:
        say(f"Already installed in {target.settings}: nothing to change.")
    elif done.updated:
        say(f"Updated the hooks for {done.events} events in {target.settings}.")
    else:
        say(f"Installed hooks for {done.events} events in {target.settings}.")
    if done.rewrite.changed and backup_path(target.settings).exists():
        say(f"The settings as they were: {backup_path(target.settings)}")
    for path in done.excluded:
        say(f"Git ignores {path} now (.git/info/exclude).")
    if target.project is not None:
        say(f"Shell tools are in {target.project / 'scripts'}")
    for path in done.in_the_way:
        say(f"afteraction: {path} is not ours and stays as it is", err=True)
    say(f"Records go to {target.root.path}")
    say("Next: start a new Claude Code session, let it use a subagent, then run: afteraction agents")
