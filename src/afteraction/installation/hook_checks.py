"""Whether the hooks are in the settings, and the files they name exist and work.

Only what is installed is judged. That another Python runs this doctor than the one that installed the hooks is
nobody's fault, so commands are compared with each other, not with the one this Python would install.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from afteraction.errors import SettingsError
from afteraction.installation.check import Check, ok, problem
from afteraction.installation.pythons import loads_collector, starts
from afteraction.sources.claude.hook_events import settings_entries
from afteraction.sources.claude.settings import hooks_disabled, installed_commands, our_entries
from afteraction.sources.claude.settings_file import parsed, read_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from afteraction.installation.target import Target
    from afteraction.sources.claude.installed_command import InstalledCommand


PLUGIN = "afteraction"
"""What our plugin is called, whatever the marketplace it came from."""


def check_settings(targets: Sequence[Target]) -> list[Check]:
    """One row per settings file that holds hooks of ours, or cannot be read; one problem when none does."""
    rows = [row for target in targets for row in _check_target(target)]
    if not any(row.check.startswith("hooks") for row in rows):
        rows += [row for target in targets for row in _check_plugin(target)]
    if not any(row.check.startswith("hooks") for row in rows):
        rows.insert(0, problem("hooks", "not installed: nothing new is recorded", "run: afteraction install --user"))
    return rows


def check_command(command: InstalledCommand, flag: str) -> list[Check]:
    """Whether what an installed command names is there and starts; ``flag`` is how to install it again."""
    mend = f"run: afteraction install {flag}"
    missing = command.missing()
    if missing:
        gone = ", ".join(str(path) for path in missing)
        return [problem("hook files", f"gone: {gone}", "run: afteraction doctor --fix")]
    rows = [ok("hook files", f"{command.entry}")]
    if starts(command.interpreter):
        rows.append(ok("interpreter", f"{command.interpreter} starts"))
    else:
        rows.append(problem("interpreter", f"{command.interpreter} does not start", mend))
    if loads_collector(command.collector_python):
        rows.append(ok("collector", f"{command.collector_python} loads the collector"))
    else:
        rows.append(problem("collector", f"{command.collector_python} cannot load afteraction's collector", mend))
    return rows


def commands_in(target: Target) -> dict[str, InstalledCommand]:
    """The distinct readable commands of ours in a settings file, by their text; none when it cannot be read."""
    try:
        found = installed_commands(parsed(target.settings, read_bytes(target.settings)))
    except SettingsError:
        return {}
    return {text: command for text, command in found.items() if command is not None}


def _check_target(target: Target) -> list[Check]:
    name = f"hooks ({target.flag.removeprefix('--')})"
    try:
        data = parsed(target.settings, read_bytes(target.settings))
    except SettingsError as error:
        return [problem(name, str(error), "mend the file: the client ignores all hooks in it")]
    rows = []
    if our_entries(data):
        rows.append(_check_entries(name, target, data))
    if hooks_disabled(data):
        rows.append(problem("disabled", f"disableAllHooks is true in {target.settings}", "remove that setting"))
    return rows


def _check_plugin(target: Target) -> list[Check]:
    """The plugin, which records by hooks of its own where no settings hold any; ``install`` makes it keep still."""
    rows = []
    for settings in {target.settings, target.settings.with_name("settings.json")}:
        try:
            enabled = parsed(settings, read_bytes(settings)).get("enabledPlugins")
        except SettingsError:
            continue
        names = [name for name, on in enabled.items() if on is True] if isinstance(enabled, dict) else []
        rows += [ok("hooks (plugin)", f"{name} in {settings}") for name in names if name.partition("@")[0] == PLUGIN]
    return rows


def _check_entries(name: str, target: Target, data: dict[str, Any]) -> Check:
    mend = f"run: afteraction install {target.flag}"
    present = our_entries(data)
    commands = installed_commands(data)
    if len(commands) != 1 or None in commands.values():
        return problem(name, f"{len(commands)} different or unknown commands in {target.settings}", mend)
    wanted = settings_entries(*commands)
    lacking = [event for event in wanted if event not in present]
    if lacking:
        return problem(name, f"missing under {', '.join(lacking)} in {target.settings}", mend)
    wrong = [event for event in present if present[event] != [wanted.get(event)]]
    if wrong:
        return problem(name, f"not as it should be under {', '.join(wrong)} in {target.settings}", mend)
    return ok(name, f"{len(wanted)} events in {target.settings}")
