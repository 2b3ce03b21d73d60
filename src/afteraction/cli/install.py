"""``afteraction install``: put the hooks into Claude Code's settings.

It never asks and needs no client on PATH, so that it works in a Dockerfile; what it is about to do shows ``--dry-run``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from afteraction.cli.say import say
from afteraction.cli.targets import chosen_target, target_options

if TYPE_CHECKING:
    from afteraction.installation.install import Installed
    from afteraction.installation.target import Target

_NO_RULES = Path("no")


@click.command()
@target_options
@click.option("--dry-run", is_flag=True, help="Show the change as a diff and write nothing.")
@click.option(
    "--auto-rules",
    "rules",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Adjust thresholds in this agent-rules.json by itself, if it says so too; 'no' ends that.",
)
def install(*, user: bool, project: bool, dry_run: bool, rules: Path | None) -> None:
    """Put the hooks into Claude Code's settings.

    Every other setting stays as it is, to the byte; `afteraction uninstall` undoes it. Run it again after an update or
    a move of Afteraction.
    """
    from afteraction.installation.install import diff
    from afteraction.installation.install import install as run

    target = chosen_target(user=user, project=project)
    _check_rules(rules)
    done = run(target, dry_run=dry_run)
    if dry_run:
        say(diff(target.settings, done.rewrite), nl=False)
        if not done.rewrite.changed:
            say(f"Already installed in {target.settings}: nothing to change.", err=True)
        for path in done.excluded:
            say(f"Would have git ignore {path}.", err=True)
    else:
        _report(target, done)
        _let_adjust(target, rules)
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


def _check_rules(given: Path | None) -> None:
    """Refuse what are no rules before anything is changed."""
    if given is not None and given != _NO_RULES:
        from afteraction.learning.rules_file import parse_rules, read_raw

        parse_rules(given, read_raw(given.expanduser().resolve()))


def _let_adjust(target: Target, given: Path | None) -> None:
    """Note what ``--auto-rules`` said; without it what was said before stays."""
    if given is None:
        return
    from afteraction.errors import StoreError
    from afteraction.learning.automatic import ask
    from afteraction.learning.rules_file import parse_rules, read_raw

    path = None if given == _NO_RULES else given.expanduser().resolve()
    try:
        ask(target.root, path)
    except OSError as error:
        raise StoreError(f"cannot write {target.root.state}: {error.strerror}. Run: afteraction doctor") from error
    if path is None:
        say("No rules file is adjusted by itself.")
    elif parse_rules(path, read_raw(path)).adjust:
        say(f"Thresholds in {path} are adjusted by themselves, at most once a day; 'afteraction rules undo' undoes.")
    else:
        say(f"{path} stays as it is until its learning_config sets adjust_thresholds_dynamically to true.")
