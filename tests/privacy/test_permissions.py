"""Nobody else can read what is kept, whatever the umask; no path from a payload leads out of the client's folder."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from afteraction.sources.claude.agent_definitions import find_definition
from tests.hook_process import SILENT, run_hook
from tests.replay import Machine, payloads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CASE = "00_basic__v2.1.330"
BESIDE = "07a_env"
PRIVATE = {stat.S_IFREG: 0o600, stat.S_IFDIR: 0o700}
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")


def run(machine: Machine, mask: str, *arguments: str) -> None:
    """Run the program under a umask; it must say how it went, which is another test's matter."""
    command = [sys.executable, "-m", "afteraction", *arguments]
    subprocess.run(
        ["sh", "-c", f'umask {mask}; exec "$@"', "sh", *command],
        env={**machine.environ, "SHELL": "/bin/sh"}, cwd=machine.home, capture_output=True, check=False, timeout=120,
    )  # fmt: skip


def exposed(folder: Path) -> dict[str, str]:
    """What in a folder, itself included, has another mode than a private file or folder."""
    found = {}
    for path in (folder, *folder.rglob("*")):
        mode = path.lstat().st_mode
        if stat.S_IMODE(mode) != PRIVATE.get(stat.S_IFMT(mode)):
            found[str(path.relative_to(folder.parent))] = oct(mode)
    return found


@pytest.mark.parametrize("mask", ["000", "077", "027"])
def test_everything_kept_is_for_the_user_alone(tmp_path: Path, mask: str) -> None:
    """Hooks, collector, import, cache, quarantine, ledger and backup: files 0600 and folders 0700."""
    machine = Machine(tmp_path)
    machine.place_transcripts(CASE, age_s=3600)
    settings = tmp_path / ".claude" / "settings.json"
    settings.write_text('{"env": {"TOKEN": "x"}}')
    settings.chmod(0o644)
    run(machine, mask, "install")
    for payload in payloads(CASE, machine):
        run_hook(payload, machine.root, before=f"umask {mask};", environment=machine.environ)
    run(machine, mask, "collect", "--sweep")
    machine.place_transcripts(BESIDE, age_s=3600)
    run(machine, mask, "import")
    record = min(machine.root.glob("invocations/*/*.json"))
    record.write_bytes(record.read_bytes()[:-30])
    run(machine, mask, "agents")
    run(machine, mask, "collect", "--sweep")
    run(machine, mask, "doctor")

    made = {path.name for path in machine.root.iterdir()}
    assert made >= {"invocations", "workflows", "spool", "state", "cache", "quarantine"}
    assert exposed(machine.root) == {}
    backup = settings.with_name("settings.json.afteraction-backup")
    assert (stat.S_IMODE(backup.stat().st_mode), stat.S_IMODE(settings.stat().st_mode)) == (0o600, 0o644)


@pytest.mark.parametrize("mask", ["000", "077"])
def test_settings_that_install_makes_are_for_the_user_alone(tmp_path: Path, mask: str) -> None:
    """Where there was no settings file there is a private one in a private folder."""
    run(Machine(tmp_path), mask, "install")

    assert exposed(tmp_path / ".claude") == {}


@as_root
def test_another_user_reads_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Not by mode bits alone: somebody else is turned away at the folder."""
    home = tmp_path_factory.mktemp("open")
    for folder in (home, *home.parents):
        if folder.stat().st_uid == os.getuid() and folder not in (Path("/"), Path(home.anchor)):
            folder.chmod(folder.stat().st_mode | 0o055)
    machine = Machine(home)
    run_hook({"session_id": "a", "agent_id": "b"}, machine.root, before="umask 000;")
    done = subprocess.run([*NOBODY, "find", str(home)], capture_output=True, text=True, check=False)

    assert f"{machine.root}\n" in done.stdout, "the way to the folder is open"
    assert str(machine.root / "spool") not in done.stdout
    assert "Permission denied" in done.stderr


def claims(machine: Machine, tmp_path: Path) -> dict[str, Callable[[], Path]]:
    """Paths that a payload could claim to be a transcript, each leading somewhere it must not."""
    outside = tmp_path / "outside.jsonl"
    outside.write_text((machine.home / "evidence.jsonl").read_text())
    projects = machine.home / ".claude" / "projects" / "-tmp-proj"

    def link() -> Path:
        (projects / "linked.jsonl").symlink_to(outside)
        return projects / "linked.jsonl"

    def linked_folder() -> Path:
        (projects.parent / "-linked").symlink_to(tmp_path)
        return projects.parent / "-linked" / "outside.jsonl"

    def fifo() -> Path:
        os.mkfifo(projects / "pipe.jsonl")
        return projects / "pipe.jsonl"

    def huge() -> Path:
        with (projects / "huge.jsonl").open("wb") as file:
            file.truncate(2 << 30)
        return projects / "huge.jsonl"

    return {
        "outside": lambda: outside, "link": link, "linked folder": linked_folder, "fifo": fifo, "huge": huge,
        "dots": lambda: projects / ".." / ".." / ".." / ".." / outside.name, "proc": lambda: Path("/proc/self/environ"),
        "device": lambda: Path("/dev/zero"), "folder": lambda: projects, "endless": lambda: Path("/proc/kmsg"),
    }  # fmt: skip


CLAIMS = ("outside", "link", "linked folder", "fifo", "huge", "dots", "proc", "device", "folder", "endless")


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize("key", ["transcript_path", "agent_transcript_path", "cwd"])
def test_a_path_of_a_payload_is_not_trusted(tmp_path: Path, claim: str, key: str) -> None:
    """Only regular files beneath the client's folder are evidence: what lies elsewhere is not read, nothing hangs."""
    machine = Machine(tmp_path / "home")
    (machine.home / ".claude" / "projects" / "-tmp-proj").mkdir(parents=True)
    (machine.home / "evidence.jsonl").write_text(_evidence())
    target = claims(machine, tmp_path)[claim]()
    for event in ("SessionStart", "SubagentStart", "SubagentStop", "SessionEnd"):
        payload = {
            "session_id": "6d1e3f5d-e053-4f34-a193-1df127ef5a6a", "hook_event_name": event, "cwd": "/tmp/x",  # noqa: S108
            "agent_id": "a7ff2e7b5321deb91", "agent_type": "Explore", key: str(target),
        }  # fmt: skip
        assert run_hook(payload, machine.root, environment=machine.environ) == SILENT
    done = machine.afteraction("collect", "--sweep")

    assert (done.returncode, done.stderr) == (0, "")
    kept = b"".join(path.read_bytes() for path in machine.root.rglob("*.json"))
    assert b"MARKED" not in kept
    assert len(machine.records()) == 1


def _evidence() -> str:
    """A transcript whose every line would leave a mark in the record."""
    line = {
        "type": "assistant", "uuid": "9136fbba-c6b7-4663-844e-d3c13e2c8131", "timestamp": "2026-11-01T00:00:00.000Z",
        "sessionId": "6d1e3f5d-e053-4f34-a193-1df127ef5a6a", "agentId": "a7ff2e7b5321deb91", "cwd": "/MARKED",
        "message": {
            "id": "msg_1", "role": "assistant", "model": "MARKED",
            "content": [{"type": "tool_use", "id": "toolu_1", "name": "MARKED", "input": {}}],
        },
    }  # fmt: skip
    return json.dumps(line) + "\n"


@pytest.mark.parametrize("kind", ["fifo", "endless", "device", "huge", "slow"])
def test_an_agent_s_definition_is_no_way_out_either(tmp_path: Path, kind: str) -> None:
    """A project can hold any file where definitions lie: none is read without end, none takes long to turn down."""
    folder = tmp_path / ".claude" / "agents"
    folder.mkdir(parents=True)
    path = folder / "a.md"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "slow":
        path.write_bytes(b"---\nname:" + b" " * 500_000 + b'"x" y\n---\n')
    elif kind == "huge":
        with path.open("wb") as file:
            file.truncate(2 << 30)
    else:
        path.symlink_to({"endless": "/proc/kmsg", "device": "/dev/zero"}[kind])
    (folder / "b.md").write_text("---\nname: Explore\n---\n")

    found = find_definition("Explore", project=tmp_path, config_dir=tmp_path / "none")

    assert found is not None
    assert found[0].path == ".claude/agents/b.md"


@pytest.mark.parametrize(
    "name", ["../../x", "/etc/passwd", "..", ".", "a/../../b", "a\nb", "\0", "-rf", "\u202ex", "x" * 5000]
)
def test_an_agent_s_name_never_leaves_the_folder(tmp_path: Path, name: str) -> None:
    """An agent may be called anything; its record lies in the day's folder all the same."""
    program = "import sys; from telemetry.logger import log_invocation as log; log(agent_name=sys.stdin.read(), "
    program += "task_description=None, status='success', execution_time_ms=1, workflow_id=None)"
    machine = Machine(tmp_path / "home")
    machine.home.mkdir()
    subprocess.run(
        [sys.executable, "-c", program], env=machine.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        input=name.encode(), check=True, capture_output=True,
    )  # fmt: skip

    (record,) = _files(tmp_path)
    assert record.parent.parent == machine.root / "invocations"
    assert stat.S_IMODE(record.stat().st_mode) == 0o600


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())
