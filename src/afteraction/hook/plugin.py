"""What the hook of the Claude Code plugin has to find out by itself: whether to record, where to, and what collects.

A hook that ``install`` made has all this baked into its command; the command of a plugin is the same for everybody. So
it is looked for at every run, by a few file look-ups and without starting a process: nothing is remembered that a
moved or upgraded environment could make wrong.
"""

import posix
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

ENTRY = b"/afteraction/hook/entry.py"
"""What the command of an installed hook contains."""
BOUNDS = b"'\" \\"
PROGRAM = "/afteraction"
NO_COLLECTOR = "/nonexistent/python"
READ_LIMIT = 1 << 20
FIRST_LINES = 512
ENCODING = (sys.getfilesystemencoding(), "surrogateescape")


def hook_arguments(data: str) -> "list[str] | None":
    """Script, root and collector's Python, as an installed command names them; None when such a hook records already.

    ``data`` is the plugin's own data folder.
    """
    if any(records_already(read(file)) for file in settings_files()):
        return None
    return ["", default_root(), collector_python(data)]


def settings_files() -> "Iterator[bytes]":
    """Where hooks of ours may be installed beside the plugin."""
    home = posix.environ.get(b"HOME", b"")
    yield (posix.environ.get(b"CLAUDE_CONFIG_DIR") or home + b"/.claude") + b"/settings.json"
    project = posix.environ.get(b"CLAUDE_PROJECT_DIR")
    if project:
        yield project + b"/.claude/settings.json"
        yield project + b"/.claude/settings.local.json"


def records_already(settings: bytes) -> bool:
    """Whether settings hold a hook of ours; one whose file is gone records nothing.

    The path is read backwards from its known end. One that was quoted, because of a space in it, is taken to exist.
    """
    end = settings.find(ENTRY)
    if end < 0:
        return False
    start = end
    while start and settings[start - 1] not in BOUNDS:
        start -= 1
    path = settings[start:end] + ENTRY
    return not path.startswith(b"/") or exists(path)


def default_root() -> str:
    """The user's data folder, as ``paths.user_data_root`` names it."""
    chosen = posix.environ.get(b"XDG_DATA_HOME")
    home = posix.environ.get(b"HOME", b"")
    apart = b"/Library/Application Support" if sys.platform == "darwin" else b"/.local/share"
    return ((chosen or home + apart) + b"/afteraction/telemetry").decode(*ENCODING)


def collector_python(data: str) -> str:
    """The Python of the Afteraction on PATH, else of the plugin's own environment.

    Without either, events wait in the spool until there is one.
    """
    for folder in posix.environ.get(b"PATH", b"").split(b":"):
        python = python_of(read(folder + PROGRAM.encode(), FIRST_LINES))
        if python and exists(python):
            return python.decode(*ENCODING)
    own = data + "/venv/bin/python"
    return own if exists(own) else NO_COLLECTOR


def python_of(script: bytes) -> bytes:
    """The interpreter that a console script names; long paths stand behind ``exec`` in its second line."""
    first, _, rest = script.partition(b"\n")
    words = first[2:].split() if first.startswith(b"#!") else []
    if words == [b"/bin/sh"]:
        quoted = rest.partition(b"'''exec' ")[2]
        words = [quoted[1:].partition(b'"')[0] if quoted[:1] == b'"' else quoted.partition(b" ")[0]]
    found = words[0] if words else b""
    return found if b"python" in found.rpartition(b"/")[2] and found.startswith(b"/") else b""


def read(path: bytes, limit: int = READ_LIMIT) -> bytes:
    """The beginning of a file; nothing where it cannot be read."""
    try:
        file = posix.open(path, posix.O_RDONLY | posix.O_CLOEXEC | posix.O_NONBLOCK)
    except OSError:
        return b""
    try:
        return posix.read(file, limit)
    except OSError:
        return b""
    finally:
        posix.close(file)


def exists(path: "bytes | str") -> bool:
    """Whether there is a file of this name."""
    try:
        posix.stat(path)
    except OSError:
        return False
    return True
