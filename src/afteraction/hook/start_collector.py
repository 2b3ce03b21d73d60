"""Starts the collector unless one runs, without waiting for it.

The lock is taken here and handed over: ``flock`` belongs to the open file, which the collector inherits, so there is
no moment between the hook's end and the collector's start in which a second hook of a burst finds the lock free. If
the collector's Python is gone, the last copy of the file closes and the lock with it. ``fork`` and not
``posix_spawn``: both cost the hook 0.35 ms, and here the child closes the client's files on its own time.
"""

import posix
import sys
from fcntl import F_DUPFD_CLOEXEC, LOCK_EX, LOCK_NB, fcntl, flock
from posix import _exit

FILE_NAMES = (sys.getfilesystemencoding(), "surrogateescape")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

STANDARD_FILES = (0, 1, 2)
OPEN_FILES = "/proc/self/fd"
FILES_WITHOUT_PROC = 1024


def start_collector(root: str, spool: str, python: str) -> None:
    """Start ``python -I -m afteraction.collector.detached ROOT LOCK`` with the lock held, if nobody holds it."""
    flags = posix.O_RDWR | posix.O_CREAT | posix.O_NOFOLLOW | posix.O_CLOEXEC | posix.O_NONBLOCK
    lock = posix.open(spool + "/collector.lock", flags, 0o600)
    if lock in STANDARD_FILES:
        lock = fcntl(lock, F_DUPFD_CLOEXEC, len(STANDARD_FILES))
    try:
        flock(lock, LOCK_EX | LOCK_NB)
    except OSError:
        return
    if posix.fork() == 0:
        try:
            become_collector(root, lock, python)
        finally:
            _exit(0)


def become_collector(root: str, lock: int, python: str) -> "NoReturn":
    """Leave the client's session, folder and files, keep the lock, and run the collector in this process."""
    posix.setsid()
    posix.chdir("/")
    nothing = posix.open("/dev/null", posix.O_RDWR)
    for file in STANDARD_FILES:
        posix.dup2(nothing, file)
    for file in open_files():
        if file not in STANDARD_FILES and file != lock:
            close(file)
    posix.set_inheritable(lock, True)  # noqa: FBT003
    arguments = [python, "-I", "-m", "afteraction.collector.detached", root, str(lock)]
    posix.execve(python, arguments, {**posix.environ, b"OAK_TELEMETRY_DIR": root.encode(*FILE_NAMES)})


def open_files() -> "list[int]":
    """The open file descriptors: a loop to the limit takes minutes where the limit is a billion."""
    try:
        return [int(number) for number in posix.listdir(OPEN_FILES)]
    except OSError:
        return list(range(FILES_WITHOUT_PROC))


def close(file: int) -> None:
    """Close a descriptor that may not be open."""
    try:  # noqa: SIM105 - contextlib takes longer to import than the rest of this
        posix.close(file)
    except OSError:
        pass
