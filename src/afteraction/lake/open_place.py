"""From a URL to the place behind it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from afteraction.lake.folder import FolderPlace

if TYPE_CHECKING:
    from afteraction.lake.parts import Place, ReadablePlace
    from afteraction.paths import Root

_POSTGRES = ("postgresql://", "postgres://")


def is_postgres(url: str) -> bool:
    """Whether a URL names a database of PostgreSQL instead of files."""
    return url.startswith(_POSTGRES)


def open_target(url: str, root: Root) -> Place:
    """Where to push to: files, or a database. AfteractionError as ``open_place``."""
    if is_postgres(url):
        from afteraction.lake.postgres import PostgresPlace

        return PostgresPlace(root, url)
    return open_place(url)


def open_place(url: str) -> ReadablePlace:
    """The files that a path or URL names; AfteractionError when its protocol is unknown or not installed."""
    if "://" not in url:
        return FolderPlace(Path(url).expanduser().absolute())
    if url.startswith("file://"):
        return FolderPlace(Path(unquote(urlsplit(url).path)))
    from afteraction.lake.remote import RemotePlace

    return RemotePlace(url)
