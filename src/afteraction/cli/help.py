"""``afteraction help``: the documentation on the terminal.

The pager comes up on a terminal only: a pipe wants the text, and a pager in a script would wait for ever.
"""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from pathlib import Path

_EXAMPLES = """\b
Examples:
  afteraction help
  afteraction help outcomes
  afteraction help agents
"""


def _complete(_ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    from afteraction.output.topics import title, topics

    return [CompletionItem(name, help=title(page)) for name, page in topics().items() if name.startswith(begun)]


@click.command(epilog=_EXAMPLES, short_help="The documentation, a topic at a time.")
@click.argument("topic", required=False, shell_complete=_complete)
@click.pass_context
def help(ctx: click.Context, topic: str | None) -> None:  # noqa: A001 - it is the command's name
    """Show the documentation of TOPIC, or of a command; without TOPIC list the topics."""
    from afteraction.output.topics import rendered, topics

    known = topics()
    if topic is None:
        _show(_contents(known))
    elif topic in known:
        terminal = sys.stdout.isatty()
        width = shutil.get_terminal_size().columns
        _show(rendered(known[topic], known, width=width if terminal else 80, styled=terminal), page=terminal)
    else:
        _show(_of_command(ctx, topic, known))


def _contents(known: dict[str, Path]) -> str:
    from afteraction.output.topics import title

    width = max(map(len, known)) + 2
    lines = [f"  {name:<{width}}{title(page)}" for name, page in known.items()]
    return "\n".join(["Topics:", *lines, "", "afteraction help TOPIC shows one, afteraction --help the commands.", ""])


def _of_command(ctx: click.Context, name: str, known: dict[str, Path]) -> str:
    """The help of a command; a usage error with the nearest name when there is neither page nor command."""
    from afteraction.cli.main import COMMANDS, cli
    from afteraction.output.text import plain

    command = cli.get_command(ctx, name)
    if command is None:
        import difflib

        near = difflib.get_close_matches(name, [*known, *COMMANDS], n=1)
        hint = f"Did you mean '{near[0]}'?" if near else "'afteraction help' lists the topics."
        raise click.UsageError(f"No such topic '{plain(name)}'. {hint}")
    with click.Context(command, info_name=name, parent=ctx.parent) as inner:
        return command.get_help(inner) + "\n"


def _show(text: str, *, page: bool = False) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    shown = text.encode(encoding, "replace").decode(encoding)
    if page:
        click.echo_via_pager(shown)
    else:
        click.echo(shown, nl=False)
