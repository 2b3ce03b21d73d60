"""The page about the commands says what the commands say."""

from __future__ import annotations

import re

import click

from afteraction.cli.main import COMMANDS, cli
from docs.generate_commands import PAGE, commands, page


def test_the_page_is_what_the_commands_make_it() -> None:
    """``docs/commands.md`` is written from the click tree; ``python -m docs.generate_commands`` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_command_option_and_example_is_on_the_page() -> None:
    """Counted without the generator: what ``--help`` knows, the page knows, in the command's own section."""
    text = PAGE.read_text(encoding="utf-8")
    shared = text.split("\n## Shared options\n")[1].split("\n## ")[0]
    sections = dict(re.findall(r"^##+ ([a-z -]+)\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL))

    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        below = command.commands if isinstance(command, click.Group) else {}
        for path, one in [(name, command), *((f"{name} {key}", value) for key, value in below.items())]:
            names = {option for known in one.params if isinstance(known, click.Option) for option in known.opts}
            assert {option for option in names if f"`{option}`" not in sections[path]} == set()
            assert {option for option in names if f"| `{option}`" not in sections[path] + shared} == set()
        examples = [line.strip() for line in (command.epilog or "").splitlines()[2:]]
        assert [line for line in examples if line not in sections[name]] == []


def test_a_default_that_help_does_not_show_is_on_the_page() -> None:
    """``--help`` leaves some defaults to the text; a reference has them all."""
    options = {option.name: option for command in commands() for option in command.options}

    assert options["`--min-runs` `N`"].default == "`0`"
    assert options["`--port` `N`"].default == "`8765`"


def test_writing_the_page_changes_nothing_of_the_program() -> None:
    """The tree that is read is the one that runs: ``--help`` must say afterwards what it said before."""
    before = _help_of_agents()
    page()

    assert _help_of_agents() == before


def _help_of_agents() -> str:
    command = cli.get_command(click.Context(cli), "agents")
    assert command is not None
    return command.get_help(click.Context(command, info_name="agents"))
