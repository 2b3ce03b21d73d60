"""Replace a settings file so that neither a crash, a second writer nor a mistake of ours can cost its owner a byte.

Other programs write the same file and take no lock, so a lock alone protects nothing: the file is read again right
before it is replaced, the edit is redone when it has changed, and what was written is read back. Our own processes
queue on a lock of the folder itself, which leaves no lock file behind.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from afteraction.errors import SettingsError
from afteraction.sources.claude.settings import parse_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BACKUP_SUFFIX = ".afteraction-backup"
PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
ATTEMPTS = 50
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Rewrite:
    """What an edit found and what it left; None is no file."""

    before: bytes | None
    after: bytes | None

    @property
    def changed(self) -> bool:
        """Whether the edit changed anything."""
        return self.before != self.after


def backup_path(path: Path) -> Path:
    """Where the bytes from before our edit are kept."""
    return path.with_name(path.name + BACKUP_SUFFIX)


def read_bytes(path: Path) -> bytes | None:
    """The file's bytes; None when there is no such file.

    Raises:
        SettingsError: it exists and is no regular file, or may not be read.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise SettingsError(f"{path} is not a regular file; move it away, then run again")
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error


def text_of(raw: bytes | None) -> str:
    """The text of a file's bytes, without a byte order mark; no file is an empty text."""
    return (raw or b"").removeprefix(BOM).decode()


def parsed(path: Path, raw: bytes | None) -> dict[str, Any]:
    """The settings in a file's bytes; a SettingsError names the path."""
    with _blaming(path):
        return parse_settings(text_of(raw))


def edited(path: Path, raw: bytes | None, edit: Callable[[str], str]) -> bytes:
    """The bytes after an edit of the text, byte order mark kept; a SettingsError names the path."""
    mark = BOM if (raw or b"").startswith(BOM) else b""
    with _blaming(path):
        text = edit(text_of(raw))
        parse_settings(text)
        return mark + text.encode()


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold off other processes of ours that would write into the same folder; creates the folder."""
    handle = _locked_folder(real_path(path).parent)
    try:
        yield
    finally:
        os.close(handle)


def _locked_folder(folder: Path) -> int:
    """A locked handle of a folder that is still there: whoever had the lock before may have removed it."""
    for _ in range(ATTEMPTS):
        try:
            folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue  # removed between the two
        except OSError as error:
            raise SettingsError(f"{folder} cannot be used: {error.strerror}") from error
        with contextlib.suppress(OSError):  # some network file systems cannot lock a folder; the re-read still guards
            fcntl.flock(handle, fcntl.LOCK_EX)
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), folder.stat()):
                return handle
        os.close(handle)
    raise SettingsError(f"{folder} keeps vanishing; close what removes it, then run again")


def rewrite(
    path: Path,
    edit: Callable[[bytes | None], bytes | None],
    *,
    backup: Callable[[bytes], Path | None] = lambda _: None,
) -> Rewrite:
    """Replace a file by what ``edit`` makes of its bytes, behind the same link, with the same mode and owner.

    Args:
        path: the file; a symbolic link stays one, its target is replaced.
        edit: from the bytes found to the bytes wanted, None being no file; called again when the file changes.
        backup: where the bytes found are to be kept before they are replaced; None for nowhere.

    Raises:
        SettingsError: it cannot be read or replaced, or keeps changing.
    """
    real = real_path(path)
    for _ in range(ATTEMPTS):
        before = read_bytes(real)
        after = edit(before)
        if before == after:
            return Rewrite(before, after)
        try:
            keep = None if before is None else backup(before)
            if before is not None and keep is not None:
                with _draft(keep, before) as draft:  # private, whatever the settings are: they may hold tokens
                    draft.replace(keep)
            written = _replace(real, before, after)
        except OSError as error:
            raise SettingsError(f"{real} cannot be replaced: {error.strerror}; nothing was changed") from error
        if written and read_bytes(real) == after:
            return Rewrite(before, after)
    raise SettingsError(f"{real} keeps changing; close what writes to it, then run again")


def real_path(path: Path) -> Path:
    """The file behind a symbolic link, so that the link survives a replacement."""
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:
        raise SettingsError(f"{path} is a link that leads nowhere; mend it, then run again") from error


@contextlib.contextmanager
def _blaming(path: Path) -> Iterator[None]:
    try:
        yield
    except UnicodeError as error:
        raise SettingsError(f"{path} is not UTF-8 text ({error}); convert it, then run again") from error
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from error


def _replace(path: Path, before: bytes | None, after: bytes | None) -> bool:
    """Put ``after`` in place of ``before``; False, and nothing done, when the file no longer is ``before``."""
    if after is None:
        unchanged = read_bytes(path) == before
        if unchanged:
            path.unlink(missing_ok=True)
    else:
        with _draft(path, after, like=path) as draft:
            unchanged = read_bytes(path) == before
            if unchanged:
                draft.replace(path)
    _sync_folder(path.parent)
    return unchanged


@contextlib.contextmanager
def _draft(path: Path, content: bytes, *, like: Path | None = None) -> Iterator[Path]:
    """A complete temporary file beside ``path``, safe on the disk, private or with the mode of another file.

    It is removed where nobody renames it.
    """
    draft = path.with_name(f".{path.name}.afteraction-{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, PRIVATE_FILE)
    try:
        with os.fdopen(handle, "wb") as file:
            if like is None:
                os.fchmod(handle, PRIVATE_FILE)
            else:
                _copy_mode(handle, like)
            file.write(content)
            file.flush()
            os.fsync(handle)
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _copy_mode(handle: int, like: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        found = like.stat()
        with contextlib.suppress(PermissionError):  # only root may give a file away
            os.fchown(handle, found.st_uid, found.st_gid)
        os.fchmod(handle, stat.S_IMODE(found.st_mode))


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
