"""Whatever comes, the session must not notice: exit 0, not a byte of output, soon, and nothing outside the spool."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import struct
import subprocess
import termios
from typing import TYPE_CHECKING

import pytest

from afteraction.hook.record_event import REST_SECONDS, STDIN_SECONDS
from afteraction.sources.claude.hook_command import hook_command
from tests.hook_process import (
    ENTRY,
    HOOK,
    INTERPRETER,
    NO_COLLECTOR,
    SILENT,
    hook_arguments,
    only_line,
    run_hook,
    spool_files,
    spool_lines,
    wait_until,
)

if TYPE_CHECKING:
    from pathlib import Path

EVENT = {"session_id": "a", "hook_event_name": "PostToolUse", "tool_name": "Read"}
HEAD = json.dumps(EVENT).encode()[:-1]
SESSION_END_KILLED_AFTER_S = 1.5
"""The shortest time that the client gives a hook."""


def run_command(command: str, payload: bytes) -> tuple[int, bytes, bytes]:
    """What the client sees of the installed command."""
    done = subprocess.run(
        ["sh", "-c", command], input=payload, capture_output=True, env={"PATH": "/usr/bin:/bin"}, check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("payload", [b"", b"\xff\xfe garbage", b"[1]", b'"text"', b"{}", b'{"a":', b"null", b"{,}"])
def test_unreadable_payload_is_counted_in_silence(tmp_path: Path, payload: bytes) -> None:
    """A payload that says nothing becomes a line that says so, for ``doctor`` to count."""
    assert run_hook(payload, tmp_path) == SILENT

    assert only_line(tmp_path) | {"at": 0} == {"v": 1, "at": 0, "unreadable": True}
    assert [file.name for file in spool_files(tmp_path)] == ["unknown.jsonl"]


def test_folder_that_cannot_be_made_is_silent(tmp_path: Path) -> None:
    """A root that cannot be written costs the event, never the session."""
    (tmp_path / "file").write_text("in the way")

    assert run_hook({**EVENT, "hook_event_name": "Stop"}, tmp_path / "file" / "root") == SILENT


@pytest.mark.parametrize("start", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-", "</", "</dev/null"])
def test_odd_standard_files_are_silent(tmp_path: Path, start: str) -> None:
    """A host that gives no standard files, or a folder for one, gets a silent hook all the same."""
    command = hook_command(INTERPRETER, str(ENTRY), str(tmp_path), NO_COLLECTOR)

    assert run_command(f"exec {start}; {command}", b"") == SILENT


@pytest.mark.parametrize("damage", ["interpreter", "entry", "modules", "status 2", "signal"])
def test_damaged_installation_is_silent(tmp_path: Path, damage: str) -> None:
    """The settings outlive the package: the command is silent and 0 when any part is gone, or says 2, or crashes."""
    hook = tmp_path / "afteraction" / "hook"
    shutil.copytree(HOOK, hook)
    interpreter = tmp_path / "python"
    if damage == "interpreter":
        interpreter = tmp_path / "nothing"
    elif damage in {"status 2", "signal"}:
        interpreter.write_text("#!/bin/sh\necho out; echo err >&2; " + ("exit 2" if "2" in damage else "kill -SEGV $$"))
        interpreter.chmod(0o755)
    else:
        interpreter.symlink_to(INTERPRETER)
        for file in [hook / "entry.py"] if damage == "entry" else hook.rglob("record_event*"):
            file.unlink()
    command = hook_command(str(interpreter), str(hook / "entry.py"), str(tmp_path / "root"), NO_COLLECTOR)

    assert run_command(command, json.dumps(EVENT).encode()) == SILENT
    assert not (tmp_path / "root").exists()


def test_command_quotes_and_names_itself(tmp_path: Path) -> None:
    """Any path works in the command, and the word ``afteraction`` by which entries are known is always in it."""
    odd = tmp_path / "it's a $HOME; `x` é"
    shutil.copytree(HOOK, odd)
    command = hook_command(INTERPRETER, str(odd / "entry.py"), str(odd / "root"), NO_COLLECTOR)

    assert "afteraction" in command.replace(str(tmp_path), "")
    assert run_command(command, json.dumps(EVENT).encode()) == SILENT
    assert only_line(odd / "root")["payload"] == EVENT


def test_bytecode_that_cannot_be_cached_is_no_obstacle(tmp_path: Path) -> None:
    """A package in a folder that cannot be written makes the hook slower, not deaf."""
    hook = tmp_path / "hook"
    shutil.copytree(HOOK, hook, ignore=shutil.ignore_patterns("__pycache__"))
    (hook / "__pycache__").write_text("a file where the folder should be")
    command = hook_arguments(tmp_path / "root", entry=hook / "entry.py")
    done = subprocess.run(command, input=json.dumps(EVENT).encode(), capture_output=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == SILENT
    assert only_line(tmp_path / "root")["payload"] == EVENT


@pytest.mark.parametrize(
    "rest",
    [
        pytest.param(b',"tool_input":"' + b"x" * 50_000_000 + b'"}', id="50 MB of text"),
        pytest.param(b',"tool_input":[' + b"[]," * 2_500_000 + b"1]}", id="millions of values"),
        pytest.param(b',"tool_input":' + b"[" * 100_000 + b"]" * 100_000 + b"}", id="100,000 deep"),
        pytest.param(b',"tool_input":{"prompt":"cut', id="cut in a text"),
        pytest.param(b',"tool_input":{} "prompt"', id="broken in the middle"),
    ],
)
def test_unparsable_payload_still_tells_who_and_what(tmp_path: Path, rest: bytes) -> None:
    """The short members come first: they are kept, marked as cut, within 150 MB and five seconds of processor time."""
    assert run_hook(HEAD + rest, tmp_path, before="ulimit -v 150000; ulimit -t 5;") == SILENT

    line = only_line(tmp_path)
    assert line["payload"] == EVENT
    assert line["cut"] is True


@pytest.mark.parametrize(
    "rest",
    [
        pytest.param(b',"duration_ms":' + b"9" * 5_000 + b"}", id="5,000 digits"),
        pytest.param(b',"duration_ms":NaN,"x":-Infinity,"y":1e999}', id="no numbers"),
        pytest.param(b',"prompt":"\x00\x1f\xff\xed\xa0\x80 \\ud800"}', id="control characters and no UTF-8"),
        pytest.param(b',"prompt_id":"\\u0000","agent_id":""}', id="NUL"),
        pytest.param(b' , "x" : [ 1 , { } ] }\n\n', id="white space"),
    ],
)
def test_odd_values_cost_nothing_but_themselves(tmp_path: Path, rest: bytes) -> None:
    """Values that cannot be stored are dropped; the event is whole all the same."""
    assert run_hook(b"\r\n " + HEAD + rest, tmp_path) == SILENT

    line = only_line(tmp_path)
    assert line["payload"] == EVENT
    assert "cut" not in line


def test_half_a_surrogate_pair_is_replaced(tmp_path: Path) -> None:
    """JSON may carry half a pair; the collector's reader refuses it, so the spool must not."""
    run_hook(b'{"session_id":"a","agent_type":"x\\ud800y","cwd":"/tmp/\xc3\xa9"}', tmp_path)

    assert only_line(tmp_path)["payload"] == {"session_id": "a", "agent_type": "x?y", "cwd": "/tmp/é"}  # noqa: S108
    assert spool_files(tmp_path)[0].read_bytes().isascii()


def test_line_is_bounded(tmp_path: Path) -> None:
    """A line stays within 16 KB, so that one write takes it whole: the longest part gives way, ids stay."""
    tasks = [{"id": "a7ff2e7b5321deb91", "type": "subagent", "status": "running", "agent_type": "é" * 90}] * 300
    paths = dict.fromkeys(("cwd", "transcript_path", "agent_transcript_path"), "/" + "é" * 4000)
    environment = {"CLAUDE_PROJECT_DIR": "/" + "é" * 4000}
    run_hook({**EVENT, **paths, "background_tasks": tasks}, tmp_path, environment=environment)

    line = only_line(tmp_path)
    assert spool_files(tmp_path)[0].stat().st_size <= 16 * 1024
    assert line["cut"] is True
    assert EVENT.items() <= line["payload"].items()


def test_pipe_that_never_closes_ends_soon(tmp_path: Path) -> None:
    """A client that forgets to close stdin waits a second, and the event is not lost."""
    assert STDIN_SECONDS + REST_SECONDS < SESSION_END_KILLED_AFTER_S
    with subprocess.Popen(hook_arguments(tmp_path), stdin=subprocess.PIPE, env={}) as hook:
        assert hook.stdin
        hook.stdin.write(HEAD + b"}")
        hook.stdin.flush()

        assert hook.wait() == 0
    assert only_line(tmp_path)["payload"] == EVENT


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_end_of_the_session_does_not_lose_its_event(tmp_path: Path, number: int) -> None:
    """What ends the session reaches its hooks too, and they carry the very event that tells of it."""
    with subprocess.Popen(hook_arguments(tmp_path), stdin=subprocess.PIPE, env={}) as hook:
        assert hook.stdin
        pipe = hook.stdin.fileno()
        os.write(pipe, HEAD + b"}")
        wait_until(lambda: struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))[0] == 0)
        hook.send_signal(number)

        assert hook.wait() == 0
    assert only_line(tmp_path)["payload"] == EVENT


@pytest.mark.parametrize(
    "session",
    ["../../x", "/", "/etc/passwd", "a/b", "..", ".", "x\ny", "x" * 65, "x" * 10_000, "é", "a b", "", 7, None],
)
def test_hostile_session_id_stays_in_the_spool(tmp_path: Path, session: object) -> None:
    """The session's id names a file only if it is a plain name; else a hash does, or ``unknown``."""
    root = tmp_path / "root"
    assert run_hook({**EVENT, "session_id": session}, root) == SILENT

    (file,) = spool_files(root)
    assert file.name == "unknown.jsonl" or (file.name.startswith("x-") and len(file.stem) == 34)
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == {file}


@pytest.mark.parametrize("kind", ["fifo", "fifo with a reader", "symlink", "folder", "dangling"])
def test_only_a_regular_file_is_written(tmp_path: Path, kind: str) -> None:
    """What lies in the file's place is neither followed nor waited for nor changed."""
    (tmp_path / "spool").mkdir()
    place = tmp_path / "spool" / "a.jsonl"
    target = tmp_path / "target"
    reader = None
    if kind.startswith("fifo"):
        os.mkfifo(place)
        reader = os.open(place, os.O_RDONLY | os.O_NONBLOCK) if "reader" in kind else None
    elif kind == "folder":
        place.mkdir()
    else:
        place.symlink_to(target)
        if kind == "symlink":
            target.write_text("theirs")

    assert run_hook(EVENT, tmp_path) == SILENT
    assert not target.exists() or target.read_text() == "theirs"
    if reader is not None:
        assert os.read(reader, 1) == b""
        os.close(reader)


def test_line_after_a_torn_one_starts_afresh(tmp_path: Path) -> None:
    """A full disk may cut a line; the next one is not lost with it."""
    run_hook(EVENT, tmp_path)
    file = spool_files(tmp_path)[0]
    file.write_bytes(file.read_bytes() + b'{"v":1,"at":17')
    run_hook(EVENT, tmp_path)

    first, torn, last = file.read_bytes().splitlines()
    assert torn == b'{"v":1,"at":17'
    assert json.loads(first)["payload"] == json.loads(last)["payload"] == EVENT


def test_parallel_hooks_lose_no_line(tmp_path: Path) -> None:
    """Two hundred hooks at once leave two hundred whole lines in one file."""
    hooks = []
    for number in range(200):
        hook = subprocess.Popen(hook_arguments(tmp_path), stdin=subprocess.PIPE, env={})
        assert hook.stdin
        hook.stdin.write(json.dumps({**EVENT, "tool_use_id": f"toolu_{number}", "x": "y" * 20_000}).encode())
        hooks.append(hook)
    for hook in hooks:
        hook.communicate()

    assert {hook.returncode for hook in hooks} == {0}
    assert {line["payload"]["tool_use_id"] for line in spool_lines(tmp_path)} == {f"toolu_{n}" for n in range(200)}


def test_entry_does_nothing_when_imported() -> None:
    """The entry ends its process; a tool that merely imports it must survive."""
    done = subprocess.run(
        [INTERPRETER, "-c", "import runpy, sys; runpy.run_path(sys.argv[1]); print('alive')", str(ENTRY)],
        capture_output=True,
        check=True,
    )

    assert done.stdout == b"alive\n"


@pytest.mark.parametrize("module", ["record_event", "allow_list", "json_text", "secret_shape"])
@pytest.mark.parametrize("damage", ["cut", "empty", "garbage"])
def test_bytecode_that_a_full_disk_has_cut_short_silences_one_event_and_no_more(
    tmp_path: Path, module: str, damage: str
) -> None:
    """Python fails on it at every run; whoever is silent by contract would never be heard of again."""
    folder = tmp_path / "afteraction" / "hook"
    shutil.copytree(HOOK, folder, ignore=shutil.ignore_patterns("__pycache__"))
    root = tmp_path / "root"

    def run() -> tuple[int, bytes, bytes]:
        arguments = hook_arguments(root, entry=folder / "entry.py")
        done = subprocess.run(arguments, input=HEAD + b"}", capture_output=True, env={}, check=False)
        return done.returncode, done.stdout, done.stderr

    assert run() == SILENT
    (cached,) = folder.glob(f"__pycache__/{module}.*.pyc")
    content = cached.read_bytes()
    head = content[:16]  # magic number, flags, time and size of the source: this much always fits on the disk
    cached.write_bytes({"cut": content[: len(content) // 2], "empty": head, "garbage": head + b"\xff" * 64}[damage])

    assert [run(), run()] == [SILENT, SILENT]

    assert len(spool_lines(root)) == 2
