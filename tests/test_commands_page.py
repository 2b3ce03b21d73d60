"""The page about the commands says what the commands say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click
import pytest

from afteraction.cli.main import COMMANDS, cli
from docs.generate_commands import PAGE, commands, page
from tests.plugin_copy import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

PAGES = [CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", *sorted((CHECKOUT / "docs").glob("*.md"))]


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
            options = [known for known in one.params if isinstance(known, click.Option) and not known.hidden]
            names = {option for known in options for option in known.opts}
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


@pytest.mark.parametrize("source", PAGES, ids=lambda source: source.name)
def test_every_command_that_a_page_names_exists(source: Path) -> None:
    """A page that names a command or an option which is gone sends its reader into an error."""
    text = source.read_text(encoding="utf-8")
    named = re.findall(r"`(?:\$ )?afteraction ([a-z][^`]*)`|^(?:\$ )?afteraction ([a-z].*)$", text, re.MULTILINE)

    assert [wrong for inline, line in named if (wrong := _unknown(inline or line))] == []


def test_an_unknown_command_or_option_is_noticed() -> None:
    """The check itself: each kind of mistake, and a right line."""
    assert _unknown("agents --sort cost --json  # cheap ones") == ""
    assert _unknown("rules apply --only 1") == ""
    assert _unknown("agnts") == "agnts"
    assert _unknown("agents --sorted cost") == "agents --sorted"
    assert _unknown("rules aply") == "rules aply"


def _unknown(line: str) -> str:
    """What of a command line the program does not know, with the command before it; empty when it knows all."""
    words = re.split(r"\s+#|[|<>;&)]", line)[0].split()
    command = cli.get_command(click.Context(cli), words[0])
    if command is None:
        return words[0]
    path = words[0]
    if isinstance(command, click.Group) and words[1:] and words[1][0].islower():
        path = f"{path} {words[1]}"
        if (below := command.commands.get(words[1])) is None:
            return path
        command = below
    known = {name for option in command.params for name in option.opts} | {"--help", "-h"}
    given = [word.partition("=")[0] for word in words if word.startswith("--")]
    return next((f"{path} {option}" for option in given if option not in known), "")
