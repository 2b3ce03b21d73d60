"""``afteraction completion SHELL``: the script that completes commands and options on Tab.

Printed and not installed: where a shell reads such things is its user's own affair.
"""

from __future__ import annotations

import click

_EXAMPLES = """\b
Examples:
  echo 'eval "$(afteraction completion bash)"' >> ~/.bashrc
  echo 'eval "$(afteraction completion zsh)"' >> ~/.zshrc
  afteraction completion fish > ~/.config/fish/completions/afteraction.fish
"""
_VARIABLE = "_AFTERACTION_COMPLETE"
"""How the script asks the program; click makes it of the program's name."""


@click.command(epilog=_EXAMPLES, short_help="Complete commands and options on Tab.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that makes SHELL complete commands and options on Tab."""
    from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

    from afteraction.cli.main import cli

    kinds: dict[str, type[ShellComplete]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
    click.echo(kinds[shell](cli, {}, "afteraction", _VARIABLE).source())
