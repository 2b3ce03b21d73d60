"""A disk that is full or read-only, a folder of somebody else's, little memory: silence, and a sweep afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from afteraction.sources.claude.hook_command import hook_command
from tests.hook_process import ENTRY, INTERPRETER, NO_COLLECTOR
from tests.reliability.collectors import CASE, essence, expected
from tests.reliability.traced import needed
from tests.reliability.traced_hook import EVENT, run_plain, run_wrapped, shared_out, state, whole_lines
from tests.replay import Machine, payloads

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reliability.figures import Figures
    from tests.reliability.traced_hook import Result

SMALL_DISKS = {
    "no space at all": "size=4k,nr_inodes=100",
    "space for some lines": "size=20k",
    "space for the lines, not for records": "size=28k",
    "space for one record": "size=36k",
    "no inode": "size=1m,nr_inodes=1",
    "an inode for the root": "size=1m,nr_inodes=2",
    "an inode for the spool": "size=1m,nr_inodes=3",
    "an inode for the lines": "size=1m,nr_inodes=4",
    "an inode for the mark": "size=1m,nr_inodes=5",
    "inodes for lines and lock": "size=1m,nr_inodes=6",
    "inodes for folders of records": "size=1m,nr_inodes=8",
    "inodes for one record": "size=1m,nr_inodes=10",
    "read-only": "size=1m,ro",
}
"""Mount options. What is named after records may hold all of them: that depends on which collector comes when."""
HOLD_NOTHING = {"no space at all", "no inode", "an inode for the root", "an inode for the spool", "read-only"}
"""Where no hook can leave a line, so no collector can have written a record before there is room."""
SESSION_ON_A_SMALL_DISK = """
mount -t tmpfs -o "$OPTIONS" small "$DISK"
for payload in "$EVENTS"/*; do
    sh -c "$HOOK" < "$payload" >> "$SAID" 2>&1 || echo "status $?" >> "$SAID"
done
while set -- /proc/[0-9]*; [ $# -gt 1 ]; do sleep 0.02; done
find "$DISK" -type f -name '*.json' -size 0 >> "$SAID"
mount -o remount,rw,size=16m,nr_inodes=10000 "$DISK"
"$PYTHON" -m afteraction collect --sweep > "$COLLECTED" 2>&1 || echo "status $?" >> "$COLLECTED"
cp -r "$DISK/telemetry" "$KEPT"
"""
"""Everything in namespaces of its own: only what is copied at the end outlives it, and /proc shows who still works.

A collector that has given its lock back looks at the spool once more, and must not find the large disk then.
"""


def test_session_on_a_disk_without_room(tmp_path: Path, figures: Figures) -> None:
    """Hooks and their collectors say nothing; once there is room, a sweep gives the records that it always gives."""

    def judge(name: str, disk: tuple[str, str]) -> str | None:
        folder = tmp_path / name
        done = run_session(folder, disk[1])
        said, kept = (folder / "said").read_text(), folder / "kept"
        swept = (folder / "collected").read_text()
        unprovoked = disk[0] in HOLD_NOTHING and swept.startswith("0 records")
        if done.returncode != 0 or said or "status" in swept or unprovoked:
            return f"{disk}: {done.stderr}, {said!r}, {swept!r}"
        left = [str(path) for path in kept.rglob(".*")]
        return None if essence(kept) == expected(CASE) and not left else f"{disk}: {essence(kept)}, {left}"

    what = "session on a disk without space, inodes or the right to write: a sound or other records"
    figures.hold(what, len(SMALL_DISKS), harm=shared_out(SMALL_DISKS.items(), judge))


def run_session(folder: Path, options: str) -> subprocess.CompletedProcess[str]:
    """Hooks, collectors and a sweep of a recorded session, its root on a disk of its own in ``folder``."""
    machine = Machine(folder / "home")
    machine.home.mkdir(parents=True)
    machine.place_transcripts(CASE, age_s=3600)
    places = {name: folder / name for name in ("disk", "events", "said", "collected", "kept")}
    places["disk"].mkdir()
    places["events"].mkdir()
    for number, payload in enumerate(payloads(CASE, machine)):
        (places["events"] / f"{number:03}").write_text(json.dumps(payload))
    root = places["disk"] / "telemetry"
    environ = machine.environ | {name.upper(): str(place) for name, place in places.items()}
    environ |= {"OPTIONS": options, "PYTHON": sys.executable, "OAK_TELEMETRY_DIR": str(root)}
    environ["HOOK"] = hook_command(INTERPRETER, str(ENTRY), str(root), sys.executable)
    namespaces = ["--mount", "--map-root-user", "--pid", "--fork", "--mount-proc"]
    command = [needed("unshare", "util-linux"), *namespaces, "sh", "-euc", SESSION_ON_A_SMALL_DISK]
    return subprocess.run(command, env=environ, cwd=folder, capture_output=True, text=True, timeout=240, check=False)


def run_limited(root: Path, *limits: str) -> Result:
    """Run the hook under limits of ``prlimit``."""
    return run_wrapped(root, [needed("prlimit", "util-linux"), *limits])


def test_write_that_is_cut_short_costs_its_own_event(tmp_path: Path, figures: Figures) -> None:
    """A file that may grow by so many bytes and no more: the next line starts afresh, whatever was cut."""
    assert run_plain(tmp_path / "whole") == (0, b"")
    length = (tmp_path / "whole" / "spool" / "one.jsonl").stat().st_size
    limits = range(1, length + 2, 3)

    def judge(name: str, limit: int) -> str | None:
        root = tmp_path / name
        result = run_limited(root, f"--fsize={limit}")
        written = (root / "spool" / "one.jsonl").read_bytes()
        after = run_plain(root)
        lines = (root / "spool" / "one.jsonl").read_bytes().splitlines()
        whole = len(lines) == 2 or limit > length
        if (result, after) != ((0, b""), (0, b"")) or len(written) != min(limit, length) or not whole:
            return f"{limit}: {result}, {len(written)} bytes, then {after}, {lines}"
        return None if json.loads(lines[-1])["payload"] == EVENT else f"{limit}: the next event is lost"

    figures.hold("write of a hook cut short: next event lost", len(limits), harm=shared_out(limits, judge))


MEMORY_LIMITS = (4_000, 6_000, 8_000, *range(12_000, 32_000, 250))
"""In kB: too little to load the interpreter, and from where it starts to plenty.

Between them CPython's own start fails as it may, once in hundreds of runs by spinning for ever; what ends that is the
time limit that the settings give the client, here a limit of processor time.
"""


def test_little_memory_is_silent(tmp_path: Path, figures: Figures) -> None:
    """However little memory there is: silence, and a whole line or none."""

    def judge(name: str, limit: int) -> str | None:
        result = run_limited(tmp_path / name, f"--as={limit << 10}", "--cpu=5")
        kept.append(whole_lines(tmp_path / name))
        return None if result == (0, b"") else f"{limit} kB: {result}"

    kept: list[int] = []
    harm = shared_out(MEMORY_LIMITS, judge)
    figures.hold("hook under a memory limit: a sound or a torn line", len(MEMORY_LIMITS), harm=harm)
    assert set(kept) == {0, 1}


FOREIGN = 65534
"""``nobody``: any user but the one who runs the tests."""
PLACES_OF_OTHERS = {
    "root of another user": ("", 0o700, FOREIGN, 0),
    "root that is read-only": ("", 0o500, None, 1),
    "root without search": ("", 0o600, None, 0),
    "spool of another user": ("spool", 0o700, FOREIGN, 0),
    "spool that is read-only": ("spool", 0o500, None, 1),
    "lines of another user": ("spool/one.jsonl", 0o600, FOREIGN, 0),
    "lines that are read-only": ("spool/one.jsonl", 0o400, None, 0),
    "mark of another user": ("spool/one.jsonl.agents", 0o600, FOREIGN, 1),
    "lock of another user": ("spool/collector.lock", 0o600, FOREIGN, 1),
}
"""A place in the root, its mode, its owner, and how many lines can still be added to a file that is there."""


@pytest.mark.parametrize("which", PLACES_OF_OTHERS)
def test_what_may_not_be_written_is_left_alone(tmp_path: Path, figures: Figures, which: str) -> None:
    """No permission is silence, and nothing that belongs to another changes; root's own privileges are taken away."""
    place, mode, owner, added = PLACES_OF_OTHERS[which]
    root = tmp_path / "root"
    assert run_plain(root) == (0, b"")
    names = state(root)
    if owner is not None:
        os.chown(root / place, owner, owner)
    (root / place).chmod(mode)
    command = hook_command(INTERPRETER, str(ENTRY), str(root), NO_COLLECTOR)
    drop = [needed("setpriv", "util-linux"), "--bounding-set=-all", "--inh-caps=-all", "sh", "-c", command]

    done = subprocess.run(drop, input=json.dumps(EVENT).encode(), capture_output=True, env={}, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert whole_lines(root) == 1 + added
    assert state(root) == names
    figures.hold("place that a hook may not write: a sound or a change", 1)
