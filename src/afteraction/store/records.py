"""Records: one JSON file per invocation, found by the last part of its id.

The file's name carries the agent and the key, its folder the date. Both may change when better evidence arrives (an
agent's type, a first line before midnight), so a record is looked up by its key in the days around its start, and a
record that moves takes its old file with it. Where those days are archived, their parts are looked into as well: a
record that changes is then written as a file, which counts, and what a part holds of it under another name goes.
"""

from __future__ import annotations

import os
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

import msgspec

from afteraction.errors import StoreError
from afteraction.store.archived_records import ArchivedRecords
from afteraction.store.atomic import file_locked, flush_files, remove_leftovers, write_atomic
from afteraction.store.damage import quarantine
from afteraction.store.reading import INVOCATION_DECODER

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from afteraction.model import Invocation
    from afteraction.paths import Root

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_NAME_LIMIT = 80
_DAY = timedelta(days=1)
_ID = re.compile(r"inv-(\d{4})(\d{2})(\d{2})-([A-Za-z0-9]+)")


def records_locked(root: Root) -> AbstractContextManager[None]:
    """Hold the right to read, merge and replace records of a root; take it before the lock of the workflows."""
    return file_locked(root.state / "records.lock")


def split_id(invocation_id: str) -> tuple[str, str]:
    """``inv-20251030-9f3c2a71b0de`` → its date and its key; StoreError when it has another form."""
    found = _ID.fullmatch(invocation_id)
    if found is None:
        raise StoreError(f"'{invocation_id}' is no invocation id; one looks like inv-20251030-9f3c2a71b0de")
    year, month, day, key = found.groups()
    try:
        return date(int(year), int(month), int(day)).isoformat(), key
    except ValueError:
        raise StoreError(f"'{invocation_id}' is no invocation id: it names a day that does not exist") from None


def record_path(root: Root, invocation_id: str, agent_name: str) -> Path:
    """Where a record lies; what a file name cannot carry is replaced, and nothing leaves the folder."""
    day, key = split_id(invocation_id)
    name = _UNSAFE.sub("-", agent_name).strip("-.")[:_NAME_LIMIT] or "agent"
    return root.invocations / day / f"{name}-{key}.json"


class RecordStore:
    """The records of one root during one pass: each day's folder is listed once."""

    def __init__(self, root: Root, *, durable: bool = True) -> None:
        """Open the records under ``root``; nothing is read yet. Without ``durable`` call ``flush`` now and then."""
        self._root = root
        self.durable = durable
        self._unflushed: list[Path] = []
        self._days: dict[str, dict[str, Path]] = {}
        self._archive = ArchivedRecords(root)
        self.quarantined = 0
        """How many unreadable records this pass has set aside."""

    def find(self, invocation_id: str, agent_name: str) -> tuple[Path, Invocation] | None:
        """The stored record of the same invocation, whichever of the three days around it holds it, and its path.

        A file that cannot be decoded is moved to the quarantine folder and counted. The agent's name finds a record
        that another process has written since its day's folder was listed. An archived record has the path of the file
        that it would be restored to.
        """
        return self._find_file(invocation_id, agent_name) or self._find_archived(invocation_id)

    def _find_file(self, invocation_id: str, agent_name: str) -> tuple[Path, Invocation] | None:
        day, key = split_id(invocation_id)
        expected = record_path(self._root, invocation_id, agent_name)
        if key not in self._listing(day) and expected.is_file():
            self._listing(day)[key] = expected
        for near in _days_around(day):
            path = self._listing(near).get(key)
            if path is None:
                continue
            try:
                return path, INVOCATION_DECODER.decode(path.read_bytes())
            except FileNotFoundError:
                del self._listing(near)[key]
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                self._set_aside(near, key, path)
        return None

    def write(self, record: Invocation) -> bool:
        """Store a record; False when the stored one already says the same. OSError when it cannot be written."""
        path = record_path(self._root, record.invocation_id, record.agent_name)
        content = encode_record(record)
        day, key = split_id(record.invocation_id)
        stored = self._find_file(record.invocation_id, record.agent_name)
        known = path.read_bytes() if stored is not None and stored[0] == path else None
        if stored is None:
            known = self._archive.find(day, key).get(path)
        if known != content:
            write_atomic(path, content, durable=self.durable)
            self.wrote(path)
            self._listing(day)[key] = path
        if stored is not None and stored[0] != path:
            stored[0].unlink(missing_ok=True)
        replaced = self._archive.elsewhere(_days_around(day), key, path)
        if replaced:
            self.flush()  # the new file must outlive a loss of power before the old row goes
            self._archive.drop(replaced)
        return known != content

    def _find_archived(self, invocation_id: str) -> tuple[Path, Invocation] | None:
        day, key = split_id(invocation_id)
        for near in _days_around(day):
            for path, content in self._archive.find(near, key).items():
                try:
                    return path, INVOCATION_DECODER.decode(content)
                except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                    continue
        return None

    def wrote(self, path: Path) -> None:
        """Note a file that was written beside the records and belongs to the next ``flush``."""
        if not self.durable:
            self._unflushed.append(path)

    def flush(self) -> None:
        """Make durable what was written since the last time."""
        flush_files(self._unflushed)
        self._unflushed.clear()

    def _listing(self, day: str) -> dict[str, Path]:
        if day not in self._days:
            folder = self._root.invocations / day
            remove_leftovers(folder)
            names = os.listdir(folder) if folder.is_dir() else []  # noqa: PTH208 - names alone, no Path for each of thousands
            self._days[day] = {
                name.removesuffix(".json").rpartition("-")[2]: folder / name
                for name in names
                if name.endswith(".json") and not name.startswith(".")
            }
        return self._days[day]

    def _set_aside(self, day: str, key: str, path: Path) -> None:
        quarantine(self._root, path)
        del self._days[day][key]
        self.quarantined += 1


def encode_record(record: Invocation) -> bytes:
    """A record as its file holds it: indented JSON with every key, in the model's order."""
    return msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"


def _days_around(day: str) -> tuple[str, str, str]:
    middle = date.fromisoformat(day)
    before, after = max(middle, date.min + _DAY) - _DAY, min(middle, date.max - _DAY) + _DAY
    return day, before.isoformat(), after.isoformat()
