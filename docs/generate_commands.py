"""Write ``docs/commands.md`` from the commands themselves: ``python -m docs.generate_commands``.

Everything is asked of click's own command tree, what ``--help`` is made of, so that the page and the program cannot
differ. Options that most reports share stand once at the top: repeated forty times they would hide what is particular
to a command.
"""

from __future__ import annotations

import inspect
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from afteraction.cli.main import COMMANDS, cli

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).parent / "commands.md"
SHARED_BY = 8
"""An option is described at the top when so many commands have it, with the same text."""

HEAD = """\
# Commands

<!-- Written by `python -m docs.generate_commands` from the commands themselves. Change those, not this page. -->

Every command with its arguments, options, defaults and examples. `afteraction COMMAND --help` says the same on the
terminal, and `afteraction help TOPIC` shows the pages of this documentation. Every command takes `--help` or `-h`.
"""


class Entry(NamedTuple):
    """One option as a row of a table."""

    name: str
    meaning: str
    default: str


class Command(NamedTuple):
    """One command as the program knows it."""

    path: str
    """As it is typed, without the program: ``rules apply``."""
    usage: str
    text: str
    options: list[Entry]
    examples: str
    """Empty for a subcommand that has the same as its group."""


def commands() -> list[Command]:
    """All commands and their subcommands, in alphabetical order."""
    return list(_below(cli, _program()))


def page() -> str:
    """The whole page."""
    found = commands()
    counted = Counter(option for command in found for option in command.options)
    shared = {option: None for command in found for option in command.options if counted[option] >= SHARED_BY}
    program = _described(cli, _program())
    parts = [HEAD, _contents(found), _section(program, set()), f"## Shared options\n\n{_table(list(shared))}"]
    return "\n".join([*parts, *(_section(command, set(shared)) for command in found)])


def _program() -> click.Context:
    """The program as it is called; defaults are shown even where ``--help`` leaves them to the text."""
    return click.Context(cli, info_name="afteraction", show_default=True)


def _below(group: click.Group, context: click.Context) -> Iterator[Command]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        inner = click.Context(command, info_name=name, parent=context, show_default=True)
        described = _described(command, inner)
        yield described._replace(examples="") if command.epilog == group.epilog else described
        if isinstance(command, click.Group):
            yield from _below(command, inner)


def _described(command: click.Command, context: click.Context) -> Command:
    return Command(
        context.command_path.removeprefix("afteraction "),
        " ".join([context.command_path, *command.collect_usage_pieces(context)]),
        inspect.cleandoc(command.help or ""),
        [
            _option(parameter, context)
            for parameter in command.get_params(context)
            if isinstance(parameter, click.Option) and "--help" not in parameter.opts and not parameter.hidden
        ],
        inspect.cleandoc((command.epilog or "").replace("\b", "")),
    )


def _option(option: click.Option, context: click.Context) -> Entry:
    """An option's row, with what ``--help`` says in brackets."""
    extra = option.get_help_extra(context)
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    choices = option.type.choices if isinstance(option.type, click.Choice) else ()
    takes = "" if option.is_flag or option.count or choices else f" `{option.make_metavar(context)}`"
    if "INTEGER" in takes or "FLOAT" in takes:
        takes = " `N`"
    facts = [
        "may be repeated" if option.multiple else "",
        f"one of {', '.join(f'`{choice}`' for choice in choices)}" if choices else "",
        f"`{extra['range']}`" if "range" in extra else "",
        "required" if "required" in extra else "",
    ]
    said = "; ".join(filter(None, facts))
    meaning = f"{option.help or ''}{f' ({said})' if said else ''}".strip()
    return Entry(f"{names}{takes}", meaning.replace("|", "\\|"), f"`{extra['default']}`" if "default" in extra else "")


def _contents(found: list[Command]) -> str:
    rows = "".join(f"| [{name}](#{name}) | {COMMANDS[name][1]} |\n" for name in sorted(COMMANDS))
    missing = {command.path.split()[0] for command in found} ^ set(COMMANDS)
    if missing:
        raise LookupError(f"commands without a line or without code: {sorted(missing)}")
    return f"| command | |\n|---|---|\n{rows}"


def _section(command: Command, shared: set[Entry]) -> str:
    level = "###" if " " in command.path else "##"
    own = [option for option in command.options if option not in shared]
    also = [option.name.split()[0].rstrip(",") for option in command.options if option in shared]
    parts = [
        f"{level} {command.path}\n\n```\n{command.usage}\n```\n",
        f"{command.text}\n",
        _table(own) if own else "",
        f"With the [shared options](#shared-options) {', '.join(also)}.\n" if also else "",
        _examples(command.examples) if command.examples else "",
    ]
    return "\n".join(filter(None, parts))


def _table(options: list[Entry]) -> str:
    rows = "".join(f"| {option.name} | {option.meaning} | {option.default} |\n" for option in options)
    return f"| option | | default |\n|---|---|---|\n{rows}"


def _examples(epilog: str) -> str:
    """The examples as a block to copy; their heading becomes a line of text."""
    heading, _, lines = epilog.partition("\n")
    return f"{heading}\n\n```\n{inspect.cleandoc(lines)}\n```\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
