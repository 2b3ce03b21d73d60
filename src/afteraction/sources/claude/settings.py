"""Our entries in the text of a Claude Code settings file: find them, put them in, take them out.

Pure functions from text to text; ``settings_file`` does the reading and writing. An entry counts as ours by the
command it runs, not by a mark of our own, because one unknown key in a handler makes some clients drop the whole file
(contract §26).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeGuard

from afteraction.errors import SettingsError
from afteraction.sources.claude import json_text
from afteraction.sources.claude.installed_command import InstalledCommand, is_hook_command, parse_command

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

HOOKS = "hooks"
STRICT = "Claude Code reads strict JSON (no comments, no trailing commas)"


def parse_settings(text: str) -> dict[str, Any]:
    """Parse a settings text and check the places we edit; an empty text is an empty object.

    Raises:
        SettingsError: no strict JSON, a key stands twice, or ``hooks`` is not what the client documents.
    """
    if not text.strip():
        return {}
    try:
        data = json_text.parse(text)
    except json.JSONDecodeError as error:
        raise SettingsError(f"{_at(text, error.pos)}: {error.msg}. {STRICT}: mend it, then run again") from error
    except json_text.DuplicateKeyError as error:
        raise SettingsError(f"{_at(text, error.offset)}: {error}; remove one of the two, then run again") from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"cannot be parsed ({error}); mend it, then run again") from error
    if not isinstance(data, dict):
        raise SettingsError("the file must hold one JSON object; mend it, then run again")
    _check_hooks(text, data)
    return data


def with_hooks(text: str, entries: Mapping[str, dict[str, Any]]) -> str:
    """Return the text with exactly one entry of ours under each event of ``entries``, and none under any other.

    What is there already and right stays; what is there and outdated is replaced where it stands.
    """
    data = parse_settings(text)
    if not text.strip():
        text = "{}\n"
    for event in our_entries(data):
        if event not in entries:
            text = _take_out(text, event, made=None)
    for event, entry in entries.items():
        text = _put_in(text, event, entry)
    return text


def without_hooks(text: str, *, made: Collection[str] | None = None) -> str:
    """Return the text without our entries, and without the containers they leave empty.

    ``made`` names the containers that were not there before us (see ``containers``): others stay, even when empty.
    None means not known; then every container we emptied goes.
    """
    data = parse_settings(text)
    ours = our_entries(data)
    for event in ours:
        text = _take_out(text, event, made=made)
    if ours and not parse_settings(text)[HOOKS] and (made is None or HOOKS in made):
        text = _remove_member(text, HOOKS)
    return text


def containers(text: str) -> frozenset[str]:
    """Names of the containers hooks live in: ``hooks`` and ``hooks/<event>``."""
    data = parse_settings(text)
    if HOOKS not in data:
        return frozenset()
    return frozenset({HOOKS, *(f"{HOOKS}/{event}" for event in data[HOOKS])})


def our_entries(data: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Our entries in parsed settings, by event; events without one are left out."""
    found = {}
    for event, entries in data.get(HOOKS, {}).items():
        ours = [entry for entry in entries if our_commands(entry)]
        if ours:
            found[event] = ours
    return found


def our_commands(entry: Any) -> list[str]:
    """The commands of ours that one entry runs."""
    return [handler["command"] for handler in _handlers(entry) if _is_ours(handler)]


def installed_commands(data: Mapping[str, Any]) -> dict[str, InstalledCommand | None]:
    """What our entries in parsed settings run, by the text of the command; None for one that cannot be read."""
    texts = [text for entries in our_entries(data).values() for entry in entries for text in our_commands(entry)]
    return {text: parse_command(text) for text in texts}


def hooks_disabled(data: Mapping[str, Any]) -> bool:
    """Whether these settings switch every hook off."""
    return data.get("disableAllHooks") is True


def _put_in(text: str, event: str, entry: dict[str, Any]) -> str:
    top = json_text.skip_space(text, 0)
    hooks = json_text.locate(text, HOOKS)
    if hooks is None:
        return json_text.insert(text, top, {event: [entry]}, key=HOOKS)
    listed = json_text.locate(text, HOOKS, event)
    if listed is None:
        return json_text.insert(text, hooks, [entry], key=event)
    present = parse_settings(text)[HOOKS][event]
    keep = next((i for i, found in enumerate(present) if _only_ours(found)), None)
    if keep is None:
        return json_text.insert(_drop(text, event), listed, entry)
    place = json_text.locate(text, HOOKS, event, keep)
    if present[keep] != entry and place is not None:
        text = json_text.replace(text, place, entry)
    return _drop(text, event, keep=keep)


def _take_out(text: str, event: str, *, made: Collection[str] | None) -> str:
    text = _drop(text, event)
    emptied = not parse_settings(text)[HOOKS][event]
    if emptied and (made is None or f"{HOOKS}/{event}" in made):
        return _remove_member(text, HOOKS, event)
    return text


def _drop(text: str, event: str, *, keep: int | None = None) -> str:
    """Cut our handlers out of an event's entries, from the last to the first, except in the entry to keep."""
    present = parse_settings(text)[HOOKS][event]
    for index in reversed(range(len(present))):
        if index == keep or not our_commands(present[index]):
            continue
        if _only_ours(present[index]):
            text = _remove_item(text, index, HOOKS, event)
            continue
        for inner, handler in reversed(list(enumerate(present[index][HOOKS]))):
            if _is_ours(handler):
                text = _remove_item(text, inner, HOOKS, event, index, HOOKS)
    return text


def _remove_member(text: str, *path: str) -> str:
    at = json_text.locate(text, *path[:-1])
    if at is None:
        return text
    keys = [child.key for child in json_text.children(text, at)]
    return json_text.remove(text, at, keys.index(path[-1]))


def _remove_item(text: str, index: int, *path: str | int) -> str:
    at = json_text.locate(text, *path)
    return text if at is None else json_text.remove(text, at, index)


def _only_ours(entry: Any) -> bool:
    return bool(our_commands(entry)) and all(_is_ours(handler) for handler in _handlers(entry))


def _handlers(entry: Any) -> list[Any]:
    handlers = entry.get(HOOKS) if isinstance(entry, dict) else None
    return handlers if isinstance(handlers, list) else []


def _is_ours(handler: Any) -> TypeGuard[dict[str, str]]:
    command = handler.get("command") if isinstance(handler, dict) else None
    return isinstance(command, str) and is_hook_command(command)


def _check_hooks(text: str, data: dict[str, Any]) -> None:
    hooks = data.get(HOOKS, {})
    if not isinstance(hooks, dict):
        raise SettingsError(f'{_place(text, HOOKS)}: "hooks" must be an object; mend it, then run again')
    for event, entries in hooks.items():
        if not isinstance(entries, list):
            where = _place(text, HOOKS, event)
            raise SettingsError(f'{where}: "hooks.{event}" must be a list; mend it, then run again')


def _place(text: str, *path: str) -> str:
    return _at(text, json_text.locate(text, *path) or 0)


def _at(text: str, offset: int) -> str:
    before = text[:offset]
    return f"line {before.count(chr(10)) + 1}, column {offset - before.rfind(chr(10))}"
