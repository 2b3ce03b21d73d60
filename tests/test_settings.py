"""The text edits of a settings file, and the way it is replaced on the disk."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from afteraction.errors import SettingsError
from afteraction.sources.claude.hook_command import hook_command
from afteraction.sources.claude.hook_events import HOOK_EVENTS, settings_entries
from afteraction.sources.claude.installed_command import InstalledCommand, parse_command
from afteraction.sources.claude.settings import containers, parse_settings, with_hooks, without_hooks
from afteraction.sources.claude.settings_file import backup_path, edited, rewrite

COMMAND = hook_command("/usr/bin/python3.11", "/opt/afteraction/hook/entry.py", "/data/telemetry", "/venv/bin/python")
MOVED = hook_command("/usr/bin/python3.12", "/new/afteraction/hook/entry.py", "/data/telemetry", "/new/bin/python")
ENTRIES = settings_entries(COMMAND)
FOREIGN = {"matcher": "Bash", "hooks": [{"type": "command", "command": "lint"}]}

names = st.text(max_size=6) | st.sampled_from(["hooks", "env", "model", "Stop"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
foreign_entries = st.lists(st.just(FOREIGN) | st.dictionaries(names, values, max_size=2), max_size=3)
foreign_hooks = st.dictionaries(
    st.sampled_from([event.name for event in HOOK_EVENTS] + ["Notification"]), foreign_entries, max_size=4
)
documents = st.builds(
    lambda other, hooks: {**other, **hooks},
    st.dictionaries(names.filter(lambda name: name != "hooks"), values, max_size=4),
    st.just({}) | st.builds(lambda hooks: {"hooks": hooks}, foreign_hooks),
)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A settings text in one of many hands: indented, on one line, cramped, with other line endings."""
    indent = draw(st.sampled_from([None, 0, 1, 2, 4, "\t"]))
    separators = draw(st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : ")])) if indent is None else None
    text = json.dumps(draw(documents), indent=indent, separators=separators, ensure_ascii=draw(st.booleans()))
    text = text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))
    return draw(st.sampled_from(["", "\n", " \n\n"])) + text + draw(st.sampled_from(["", "\n", "\r\n"]))


def wanted(document: dict[str, Any]) -> dict[str, Any]:
    """The document with our entries appended, built the plain way."""
    hooks = document.get("hooks", {})
    added = {event: [*hooks.get(event, []), entry] for event, entry in ENTRIES.items()}
    return {**document, "hooks": {**hooks, **added}}


@given(texts())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_an_edit_adds_our_entries_and_changes_nothing_else(text: str) -> None:
    """Whatever the settings hold and however they are written: the same data, plus exactly our entries."""
    assert parse_settings(with_hooks(text, ENTRIES)) == wanted(json.loads(text))


@given(texts())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_taking_out_is_the_inverse_of_putting_in(text: str) -> None:
    """Even without a backup, uninstall gives back the bytes from before the install."""
    installed = with_hooks(text, ENTRIES)
    made = containers(installed) - containers(text)

    assert without_hooks(installed, made=made) == text


@given(texts())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_second_edit_changes_no_byte_and_a_move_is_mended_in_place(text: str) -> None:
    """Install is idempotent, and an update leaves one entry per event where the old one stood."""
    installed = with_hooks(text, ENTRIES)
    moved = with_hooks(installed, settings_entries(MOVED))

    assert with_hooks(installed, ENTRIES) == installed
    assert moved == installed.replace(json.dumps(COMMAND)[1:-1], json.dumps(MOVED)[1:-1])


def test_our_entries_follow_the_hand_of_the_file() -> None:
    """Indentation by tabs, CRLF and the order of keys are kept, and our lines are written the same way."""
    text = '{\r\n\t"z": 1,\r\n\t"hooks": {\r\n\t\t"Stop": []\r\n\t},\r\n\t"a": 2\r\n}\r\n'

    installed = with_hooks(text, {"Stop": ENTRIES["Stop"]})

    lines = installed.split("\r\n")
    assert "\n" not in "".join(lines)
    assert lines[:6] == ["{", '\t"z": 1,', '\t"hooks": {', '\t\t"Stop": [', "\t\t\t{", '\t\t\t\t"hooks": [']
    assert lines[-4:] == ["\t},", '\t"a": 2', "}", ""]


def test_a_foreign_handler_beside_ours_survives() -> None:
    """A user may add a handler of their own to our entry: update and uninstall leave it there."""
    mixed = {"hooks": {"Stop": [{"hooks": [*ENTRIES["Stop"]["hooks"], *FOREIGN["hooks"]]}]}}
    text = json.dumps(mixed, indent=2)

    updated = parse_settings(with_hooks(text, settings_entries(MOVED)))["hooks"]["Stop"]

    assert updated == [{"hooks": FOREIGN["hooks"]}, settings_entries(MOVED)["Stop"]]
    assert parse_settings(without_hooks(text)) == {"hooks": {"Stop": [{"hooks": FOREIGN["hooks"]}]}}


def test_doubled_and_outdated_entries_become_one() -> None:
    """Each event holds exactly one entry of ours, and an event we no longer need none."""
    text = json.dumps({"hooks": {"Stop": [ENTRIES["Stop"]] * 3, "Notification": [FOREIGN, ENTRIES["Stop"]]}})

    hooks = parse_settings(with_hooks(text, ENTRIES))["hooks"]

    assert (hooks["Stop"], hooks["Notification"]) == ([ENTRIES["Stop"]], [FOREIGN])


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{\n  "a": 1,\n}', "line 3, column 1"),
        ('{\n  // note\n  "a": 1\n}', "line 2, column 3"),
        ('{"a": 1', "line 1, column 8"),
        ('{"a": NaN}', "NaN is not JSON"),
        ('{\n "a": 1,\n "a": 2\n}', 'line 3, column 2: the key "a" stands twice'),
        ('{"env": {"X": "1", "X": "2"}}', 'line 1, column 20: the key "X" stands twice'),
        ("[]", "one JSON object"),
        ('{"hooks": []}', '"hooks" must be an object'),
        ('{"hooks": null}', '"hooks" must be an object'),
        ('{\n"hooks": {\n"Stop": {}}}', 'line 3, column 9: "hooks.Stop" must be a list'),
        ("[" * 100_000, "cannot be parsed"),
        ('{"a": ' + "9" * 5000 + "}", "cannot be parsed"),
    ],
)
def test_what_cannot_be_understood_is_refused(text: str, where: str) -> None:
    """A file the client could read differently from us is not edited, and the message names the place."""
    with pytest.raises(SettingsError, match="run again") as refused:
        with_hooks(text, ENTRIES)

    assert where in str(refused.value)


def test_an_empty_file_is_an_empty_object() -> None:
    """A file without a word in it holds nothing that could be lost."""
    assert parse_settings(with_hooks(" \n", ENTRIES)) == {"hooks": {event: [entry] for event, entry in ENTRIES.items()}}


def test_no_entry_has_an_empty_matcher() -> None:
    """Copilot CLI reads the same file and rejects all of it for an empty matcher."""
    assert all(entry.get("matcher", "all") for entry in ENTRIES.values())


folder_names = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/."), min_size=1, max_size=12)


@given(folder_names, folder_names)
def test_a_command_reads_back_as_what_was_baked_in(folder: str, root: str) -> None:
    """Blanks, quotes and shell signs in paths must not hide from the doctor where the hooks write."""
    named = (f"/{folder}/python3", f"/{folder}/afteraction/hook/entry.py", f"/{root}", "/v/bin/python")

    assert parse_command(hook_command(*named)) == InstalledCommand(*map(Path, named))


def test_a_change_between_reading_and_replacing_is_not_lost(tmp_path: Path) -> None:
    """Other programs take no lock: a file that changed meanwhile is edited anew, not overwritten."""
    path = tmp_path / "settings.json"
    path.write_bytes(b'{"mine": 1}')
    interruptions = [b'{"mine": 2}', b'{"mine": 3}']

    def edit(raw: bytes | None) -> bytes:
        found = edited(path, raw, lambda text: with_hooks(text, ENTRIES))
        if interruptions:
            path.write_bytes(interruptions.pop(0))
        return found

    rewrite(path, edit, backup=lambda _: backup_path(path))

    assert json.loads(path.read_bytes())["mine"] == 3
    assert backup_path(path).read_bytes() == b'{"mine": 3}'
    assert sorted(found.name for found in tmp_path.iterdir()) == ["settings.json", backup_path(path).name]


def test_a_file_that_never_rests_is_left_alone(tmp_path: Path) -> None:
    """Rather an error than a write over a change that nobody has seen."""
    path = tmp_path / "settings.json"
    count = iter(range(1_000_000))

    def edit(_: bytes | None) -> bytes:
        path.write_bytes(json.dumps(next(count)).encode())
        return b"{}"

    with pytest.raises(SettingsError, match="keeps changing"):
        rewrite(path, edit)
    assert path.read_bytes() != b"{}"


def test_link_mode_and_mark_survive_a_replacement(tmp_path: Path) -> None:
    """Settings kept in a dotfiles folder stay there, behind the same link, with the same mode and byte order mark."""
    target, link = tmp_path / "dotfiles.json", tmp_path / "settings.json"
    target.write_bytes(b'\xef\xbb\xbf{"a": 1}')
    target.chmod(0o640)
    link.symlink_to(target.name)

    rewrite(link, lambda raw: edited(link, raw, lambda text: with_hooks(text, ENTRIES)))

    assert link.is_symlink()
    assert target.read_bytes().startswith(b'\xef\xbb\xbf{"a": 1, "hooks"')
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
