"""From a URL to the place behind it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from afteraction.lake.folder import FolderPlace

if TYPE_CHECKING:
    from afteraction.lake.parts import ReadablePlace


def open_place(url: str) -> ReadablePlace:
    """The place that a path or URL names; AfteractionError when its protocol is unknown or not installed."""
    if "://" not in url:
        return FolderPlace(Path(url).expanduser().absolute())
    if url.startswith("file://"):
        return FolderPlace(Path(unquote(urlsplit(url).path)))
    from afteraction.lake.remote import RemotePlace

    return RemotePlace(url)
