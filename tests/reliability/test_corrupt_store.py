"""Any file of the data folder cut or changed: the rest is served, the damage named, and what can be is made again."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afteraction.collector.history_memory import HistoryMemory
from afteraction.collector.memory import Memory
from afteraction.installation.data_checks import check_data
from afteraction.installation.ledger import Edit, ledger_path, recall, remember
from afteraction.model import Invocation, Workflow
from afteraction.paths import Root
from afteraction.store.cache_manifest import load_manifest
from afteraction.store.coverage import read_coverage
from afteraction.store.index import open_index
from tests.reliability.collectors import Told, essence, temporary_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.reliability.figures import Figures

EXAMPLES = 140
DEEP = b'{"a":' * 100_000
"""Deeper than any decoder goes."""
KINDS: dict[str, type[Invocation | Workflow]] = {"invocations": Invocation, "workflows": Workflow}
"""What the files of a folder hold that are evidence, not memory."""
ROWS = "select invocation_id, status, agent_name, execution_time_ms from invocations order by all"


@dataclass(frozen=True, slots=True)
class Damage:
    """What happens to the bytes of one file."""

    which: float
    """The file, as a share of all of them."""
    kind: str
    place: float
    """Where in the file, as a share of its length."""
    bit: int

    def strike(self, content: bytes) -> bytes:
        """The content afterwards."""
        at = int(self.place * len(content))
        if self.kind == "cut":
            return content[:at]
        if self.kind == "depth":
            return DEEP
        if self.kind == "zeros":  # what a power failure leaves of a file that was not flushed
            return bytes(len(content))
        if not content:
            return bytes([1 << self.bit])
        return content[:at] + bytes([content[at] ^ (1 << self.bit)]) + content[at + 1 :]


DAMAGES = st.builds(
    Damage,
    which=st.floats(0, 1, exclude_max=True),
    kind=st.sampled_from(["cut", "flip", "zeros", "depth"]),
    place=st.floats(0, 1, exclude_max=True),
    bit=st.integers(0, 7),
)


class Stored:
    """A session's data folder, collected and indexed, of which copies are damaged."""

    def __init__(self, folder: Path) -> None:
        """Make it in a folder."""
        told = Told(folder, unheard="00_basic")
        self.server = told.server("stored")
        self._whole, self._copy = folder / "whole", folder / "copy"
        root = told.root("whole")
        assert self.server.collect(root, sweep=True) == 0
        rows(Root(root))
        self.files = sorted(path.relative_to(root) for path in root.rglob("*") if path.is_file())
        self.essence = essence(root)
        self.rows = rows(Root(root))

    def file_at(self, which: float) -> Path:
        """A file by a number from 0 to 1: every folder has the same share of it, and in it every file."""
        folders = sorted({path.parts[0] for path in self.files})
        place = which * len(folders)
        files = [path for path in self.files if path.parts[0] == folders[int(place)]]
        return files[int(place % 1 * len(files))]

    def copy(self) -> Root:
        """A fresh copy, always in the same place."""
        shutil.rmtree(self._copy, ignore_errors=True)
        shutil.copytree(self._whole, self._copy)
        return Root(self._copy)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stored]:
    """A root in which every kind of file lies."""
    made = Stored(tmp_path_factory.mktemp("stored"))
    yield made
    made.server.close()


def rows(root: Root) -> list[tuple[Any, ...]]:
    """What every question is answered from."""
    index = open_index(root)
    found = index.connection.execute(ROWS).fetchall()
    index.connection.close()
    return found


def holds(content: bytes, kind: type[Invocation | Workflow]) -> bool:
    """Whether a file's content is a record or workflow all the same: a changed letter in a text is no damage to see."""
    try:
        msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def test_damage_to_any_file_is_named_and_mended(stored: Stored, figures: Figures) -> None:
    """The others are served, the doctor names the damaged one, a sweep sets it aside and makes it again."""
    struck: Counter[str] = Counter()

    @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True)
    @given(DAMAGES)
    def strike(damage: Damage) -> None:
        place = stored.file_at(damage.which)
        root = stored.copy()
        before = (root.path / place).read_bytes()
        after = damage.strike(before)
        (root.path / place).write_bytes(after)
        kind = KINDS.get(place.parts[0])
        seen = after != before and kind is not None and not holds(after, kind)
        struck[place.parts[0]] += after != before

        assert len(rows(root)) == len(stored.rows) - (seen and kind is Invocation)
        assert doctor(root, str(root.path / place)) is seen
        assert stored.server.collect(root.path, sweep=True) == 0

        assert (root.quarantine / f"{place.parent.name}-{place.name}").exists() is seen
        assert doctor(root, f"{place.parent.name}-{place.name}") is seen
        if seen or kind is None:
            assert essence(root.path) == stored.essence
            assert rows(root) == stored.rows
        assert temporary_files(root.path) == []

    strike()
    assert set(struck) == {path.parts[0] for path in stored.files}
    for name, number in sorted(struck.items()):
        figures.hold(f"file below {name}/ damaged: rest not served, not named or not mended", number, at_least=5)


REMEMBERED: dict[str, Callable[[Root], object]] = {
    "state/collector.json": Memory.load,
    "state/history.json": HistoryMemory.load,
    "state/coverage.json": read_coverage,
    "cache/manifest.json": lambda root: load_manifest(root.cache, "1"),
}
"""What the collector or the cache knows of earlier, and who reads it."""


@pytest.mark.parametrize("place", REMEMBERED)
def test_no_bit_of_what_is_remembered_stops_a_reader(stored: Stored, figures: Figures, place: str) -> None:
    """Any one bit of a memory: forgotten or read otherwise, but read; else no pass would ever succeed again."""
    root = stored.copy()
    whole = (root.path / place).read_bytes()
    damages = [
        whole[:at] + bytes([whole[at] ^ (1 << bit)]) + whole[at + 1 :] for at in range(len(whole)) for bit in (0, 7)
    ]
    for damage in (*damages, DEEP):
        (root.path / place).write_bytes(damage)
        REMEMBERED[place](root)
    figures.hold(f"bit of {place} flipped: reader stopped", len(damages) + 1)


@pytest.mark.parametrize("note", [DEEP, b"\xff", b"[]", b"{", b"null"], ids=["deep", "no UTF-8", "list", "cut", "null"])
def test_doctor_tells_of_a_note_it_cannot_read(tmp_path: Path, figures: Figures, note: bytes) -> None:
    """The note of the last error is damaged: the doctor names it and goes on to the other rows."""
    root = Root(tmp_path)
    root.state.mkdir()
    (root.state / "last_error.json").write_bytes(note)
    assert doctor(root, "last_error.json")
    figures.hold("note of the last error damaged: not named", 1)


@pytest.mark.parametrize("ledger", [DEEP, b"\xff", b"[]", b"{"], ids=["deep", "no UTF-8", "list", "cut"])
def test_damaged_ledger_is_an_empty_one(tmp_path: Path, figures: Figures, ledger: bytes) -> None:
    """What ``install`` remembers is damaged: it knows nothing, and remembers again."""
    root, settings = Root(tmp_path), tmp_path / "settings.json"
    root.state.mkdir()
    ledger_path(root).write_bytes(ledger)
    assert recall(root, settings) is None
    edit = Edit(written="0", original=None, created=True, created_folder=False, made=None)
    remember(root, settings, edit)
    assert recall(root, settings) == edit
    figures.hold("memory of install damaged: not begun anew", 1)


def doctor(root: Root, text: str) -> bool:
    """Whether a row of the doctor that is not all right has this text in it."""
    return any(text in row.detail for row in check_data(root, {}) if row.status != "ok")
