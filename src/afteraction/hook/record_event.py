"""Reads one event from stdin, keeps what the allow-list names, appends one line to the session's spool file.

A line is written by a single ``O_APPEND`` write, so parallel hooks need no lock and a killed one leaves no half line.
Everything here is C code that Python's start has loaded already, plus ``_json``: the standard library's own scanner
without ``json`` and the ``re`` it drags in, which would double the time of the whole process.
"""

import posix
import sys
import time
from _signal import ITIMER_REAL, SIGALRM, SIGHUP, SIGINT, SIGTERM, setitimer, signal  # type: ignore[import-not-found]

from afteraction.hook.allow_list import kept_environment, kept_payload
from afteraction.hook.json_text import decode, encode
from afteraction.hook.secret_shape import secret_values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PLUGIN = "--plugin"
LINE_LIMIT = 16 * 1024
"""Bytes of a line; what is longer loses its longest part."""
STDIN_LIMIT = 8 << 20
"""Bytes read of a payload; of a longer one the first members are used."""
CHUNK = 64 * 1024
"""A Linux pipe holds no more; larger reads only cost memory."""
STDIN_SECONDS = 1.0
"""For the whole of stdin: SessionEnd hooks are killed after 1.5 s."""
REST_SECONDS = 0.2
"""For what has arrived by then and was not read yet."""
FILE_KIND = 0o170000
REGULAR_FILE = 0o100000
SHELLS = (b"sh", b"dash", b"bash", b"zsh", b"ash", b"ksh", b"fish", b"tcsh", b"csh", b"busybox")
FILE_NAME_LIMIT = 64
FILE_NAME = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")

NEW_FILE = posix.O_RDWR | posix.O_CREAT | posix.O_NOFOLLOW | posix.O_CLOEXEC | posix.O_NONBLOCK
ENDINGS = frozenset(("SubagentStop", "StopFailure", "Stop", "SessionStart", "SessionEnd", "UserPromptSubmit"))
"""Events after which there may be something to collect; a session that starts finds what a killed one left open."""
TURNS = frozenset(("Stop", "UserPromptSubmit"))
"""Of these, the ones that every session has all the time: they call for a collector only where agents were seen."""
AGENTS = ".agents"
"""Suffix of an empty file beside a session's spool file that says: agents were seen."""
SPAWN_TOOLS = frozenset(("Agent", "Task", "Skill", "Workflow", "TaskStop"))
"""Tools whose end is the end of a subagent, unless it was only launched."""


def main(arguments: "list[str]") -> None:
    """Record the event on stdin; ``arguments`` are the script, the telemetry root, the collector's Python.

    The plugin's are the script, ``--plugin`` and its data folder.
    """
    if arguments[1] == PLUGIN:
        from afteraction.hook.plugin import hook_arguments

        found = hook_arguments(arguments[2])
        if found is None:
            return
        arguments = found
    arrived = time.time_ns() // 1_000_000
    posix.umask(0o077)
    given, cut = decode(stdin(), STDIN_LIMIT)
    known = secret_values(posix.environ)
    payload = kept_payload(given, known)
    root = telemetry_root(arguments[1])
    spool = root + "/spool"
    file = spool + "/" + file_name(payload.get("session_id"), given.get("session_id"))
    try:
        append(spool, file, line(arrived, payload, kept_environment(posix.environ, known), cut=cut))
        if speaks_of_agents(payload):
            posix.close(posix.open(file + AGENTS, NEW_FILE, 0o600))
    finally:
        if calls_for_collector(payload) and (payload.get("hook_event_name") not in TURNS or exists(file + AGENTS)):
            from afteraction.hook.start_collector import start_collector

            start_collector(root, spool, arguments[2])


def stdin() -> bytearray:
    """What stdin delivers until it ends, the limit is passed, the time is up, or somebody ends the process.

    One buffer that grows: a client that writes a byte at a time would fill the memory with objects of one byte each.
    """
    for number in (SIGALRM, SIGHUP, SIGINT, SIGTERM):
        signal(number, end_stdin)
    setitimer(ITIMER_REAL, STDIN_SECONDS)
    data = bytearray()
    try:
        while len(data) <= STDIN_LIMIT:
            chunk = posix.read(0, CHUNK)
            if not chunk:
                break
            data += chunk
    except OSError:
        pass  # stdin is closed, or a folder: what has come is all there is
    setitimer(ITIMER_REAL, 0)
    if given_up:
        read_rest(given_up[0], data)
    return data


given_up: "list[int]" = []
"""The descriptor of stdin once it was ended."""


def end_stdin(*_: object) -> None:
    """Let the read that waits find the end of the file; raising from a signal could strike anywhere."""
    if given_up:
        return
    try:
        given_up.append(posix.dup(0))
        posix.dup2(posix.open("/dev/null", posix.O_RDONLY), 0)
    except OSError:
        pass  # it is closed: no read waits


def read_rest(file: int, data: bytearray) -> None:
    """Add what has arrived at a stdin that was ended: on a busy machine its time is up before the first look at it."""
    until = time.monotonic() + REST_SECONDS
    try:
        from select import select  # a file of its own, which only this rare end is worth

        while len(data) <= STDIN_LIMIT and select((file,), (), (), 0)[0]:
            chunk = posix.read(file, CHUNK)
            data += chunk
            if not chunk or time.monotonic() > until:
                break
    except (ImportError, OSError, ValueError):
        pass  # what has come is all there is


def telemetry_root(chosen: str) -> str:
    """The absolute root: ``$OAK_TELEMETRY_DIR``, a leading ``~`` expanded, else the one that was installed."""
    value = posix.environ.get(b"OAK_TELEMETRY_DIR")
    if not value:
        return chosen
    root = value.decode(sys.getfilesystemencoding(), "surrogateescape")
    if root.startswith("~"):
        user, _, below = root[1:].partition("/")
        root = home(user) + "/" + below
    return root if root.startswith("/") else posix.getcwd() + "/" + root


def home(user: str) -> str:
    """The home folder of a user, of the present one when the name is empty."""
    own = posix.environ.get(b"HOME")
    if own and not user:
        return own.decode(sys.getfilesystemencoding(), "surrogateescape")
    import pwd

    return (pwd.getpwnam(user) if user else pwd.getpwuid(posix.getuid())).pw_dir


def line(arrived: int, payload: "dict[str, Any]", environment: "dict[str, str]", *, cut: bool) -> bytes:
    """The spool line: ASCII, compact, ended, within the limit."""
    if not payload:
        return encode({"v": 1, "at": arrived, "unreadable": True})
    parts = {"env": environment, "client": client_process(), "cut": cut, "payload": payload}
    event = {"v": 1, "at": arrived, **{key: part for key, part in parts.items() if part}}
    text = encode(event)
    while len(text) > LINE_LIMIT:
        event["cut"] = True
        shorten(environment if len(encode(environment)) > LINE_LIMIT // 2 else payload)
        text = encode(event)
    return text


def shorten(members: "dict[str, Any]") -> None:
    """Halve the longest member if it is a list of several, else drop it."""
    longest = max(members, key=lambda key: len(encode(members[key])))
    value = members[longest]
    if isinstance(value, list) and len(value) > 1:
        members[longest] = value[: len(value) // 2]
    else:
        del members[longest]


def client_process() -> "dict[str, int]":
    """The process that ran the hook, past the shell in between: its id and start in clock ticks after boot."""
    try:
        pid = posix.getppid()
        name, fields = process_status(pid)
        if name in SHELLS:
            pid = int(fields[1])
            name, fields = process_status(pid)
        namespace = posix.readlink("/proc/self/ns/pid").strip("pid:[]")
        return {"pid": pid, "started": int(fields[19]), "pid_namespace": int(namespace)}
    except (OSError, ValueError, IndexError):
        return {}


def process_status(pid: int) -> "tuple[bytes, list[bytes]]":
    """A process's name and the fields of ``/proc/PID/stat`` that follow it, the third of proc(5) first."""
    file = posix.open(f"/proc/{pid}/stat", posix.O_RDONLY | posix.O_CLOEXEC)
    head, _, rest = posix.read(file, 1024).rpartition(b")")
    posix.close(file)
    return head.partition(b"(")[2], rest.split()


def file_name(kept: "str | None", given: object) -> str:
    """The session's file in the spool: its id where that is a plain name, else a hash of it."""
    if not isinstance(given, str) or not given:
        return "unknown.jsonl"
    if kept == given and len(given) <= FILE_NAME_LIMIT and FILE_NAME.issuperset(given):
        return given + ".jsonl"
    from afteraction.hook.secret_shape import sha256

    return f"x-{sha256(given)[:32]}.jsonl"


def append(spool: str, path: str, text: bytes) -> None:
    """Add a line to a file of the spool by one write; whatever else lies there under that name is left alone."""
    for _ in ("as it is", "anew, because the collector has just cleared the file away"):
        file = opened(spool, path)
        status = posix.fstat(file)
        if status.st_mode & FILE_KIND != REGULAR_FILE:
            return
        afresh = b""
        if status.st_size and posix.pread(file, 1, status.st_size - 1) != b"\n":
            afresh = b"\n"  # a full disk cut the last line; or a hook still writes it, and a blank line follows it
        posix.write(file, afresh + text)
        if posix.fstat(file).st_nlink:
            return


def opened(spool: str, path: str) -> int:
    """The descriptor of a file of the spool, made where it is missing, folder and all."""
    flags = posix.O_APPEND | NEW_FILE
    try:
        return posix.open(path, flags, 0o600)
    except FileNotFoundError:
        make_folder(spool)
        return posix.open(path, flags, 0o600)


def make_folder(path: str) -> None:
    """Make a folder and those above it, for the user alone; another hook may be doing the same."""
    try:
        posix.mkdir(path, 0o700)
    except FileExistsError:
        pass
    except FileNotFoundError:
        make_folder(path.rstrip("/").rpartition("/")[0])
        make_folder(path)


def exists(path: str) -> bool:
    """Whether there is a file of this name."""
    try:
        posix.stat(path)
    except OSError:
        return False
    return True


def speaks_of_agents(payload: "dict[str, Any]") -> bool:
    """Whether this session has, or may soon have, a subagent."""
    return "agent_id" in payload or payload.get("tool_name") in SPAWN_TOOLS


def calls_for_collector(payload: "dict[str, Any]") -> bool:
    """Whether this event may have ended something."""
    event = payload.get("hook_event_name")
    if event in ENDINGS:
        return True
    if event not in ("PostToolUse", "PostToolUseFailure") or payload.get("tool_name") not in SPAWN_TOOLS:
        return False
    return bool(payload.get("tool_response", {}).get("status") != "async_launched")
