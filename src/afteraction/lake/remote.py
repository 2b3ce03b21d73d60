"""A lake on anything that fsspec opens: S3-compatible stores through s3fs, HTTP for reading, SFTP, memory and others.

Object stores show a file when its upload is complete; anywhere else a part is written beside its place and renamed.
Parts are fetched once, under their own names: a name is never used for other contents.
"""

from __future__ import annotations

import contextlib
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from afteraction.errors import AfteractionError, StoreError
from afteraction.lake.parts import FOLDER, LakePart, needs_extra, part_at
from afteraction.store.atomic import FILE_MODE, make_private_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_S3 = {"s3", "s3a"}
_WHOLE_OR_NOT = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oss", "memory"}
"""Where an upload that is not complete is not there."""
_READ_ONLY = {"http", "https"}
_FETCHED_AT_ONCE = 64


class RemotePlace:
    """Parts as files that fsspec reads and writes."""

    def __init__(self, url: str) -> None:
        """Connect to nothing yet. AfteractionError when the protocol is unknown, or its library not installed."""
        split = urlsplit(url)
        self._protocol = split.scheme
        self._shown = url.replace(f"{split.netloc.rpartition('@')[0]}@", "", 1) if "@" in split.netloc else url
        try:
            import fsspec
        except ImportError as error:
            raise needs_extra("fsspec") from error
        try:
            self._files, path = fsspec.url_to_fs(url, use_listings_cache=False, skip_instance_cache=True)
        except ImportError as error:
            raise AfteractionError(f"{self._shown}: {error}; try: pip install 'afteraction[lake]'") from error
        except ValueError as error:
            raise AfteractionError(f"{self._shown} cannot be opened: {error}") from error
        self._base = str(path).rstrip("/")

    @property
    def shown(self) -> str:
        """The URL without user and password."""
        return self._shown

    def parts(self) -> list[LakePart]:
        """All parts below the URL; StoreError when it cannot be reached."""
        with self._telling("read"):
            try:
                found = [part for path, size in self._listing() if (part := part_at(unquote(path), size))]
            except FileNotFoundError:
                found = []
            if not found:
                self._must_exist()
        return sorted(found)

    def _listing(self) -> Iterator[tuple[str, int]]:
        """Every file with its size, -1 where that is not told.

        Not with ``find``, except on S3, where it is one request for a thousand files: elsewhere it leaves out what it
        cannot read, and a server that is down would pass for an empty lake.
        """
        folder = f"{self._base}/{FOLDER}"
        if self._protocol in _S3:
            entries = list(self._files.find(folder, detail=True).values())
        else:
            entries = []
            for day in self._files.ls(folder, detail=True):
                if day["type"] == "directory" and "date" in day["name"].rstrip("/").rpartition("/")[2]:
                    with contextlib.suppress(FileNotFoundError):
                        entries += self._files.ls(day["name"], detail=True)
        for entry in entries:
            size = entry.get("size")
            yield entry["name"], -1 if size is None else int(size)

    def _must_exist(self) -> None:
        """An empty bucket is an empty lake, but no bucket is a mistake."""
        bucket = self._base.partition("/")[0]
        if self._protocol in _S3 and not self._files.exists(bucket):
            raise StoreError(f"{self.shown}: there is no bucket {bucket}; make it first, or check the name")

    def add(self, part: LakePart, file: Path) -> None:
        """Upload a part."""
        if self._protocol in _READ_ONLY:
            raise StoreError(f"{self.shown} can only be read; push to where it is served from")
        target = f"{self._base}/{part.path}"
        with self._telling("write"):
            self._files.makedirs(target.rpartition("/")[0], exist_ok=True)
            if self._protocol in _WHOLE_OR_NOT:
                self._files.put_file(str(file), target)
            else:
                partial = f"{target.rpartition('/')[0]}/.{part.name}.partial"
                self._files.put_file(str(file), partial)
                self._files.mv(partial, target)
            arrived = int(self._files.info(target)["size"])
        if arrived != part.size:
            raise StoreError(f"{target} arrived with {arrived} of {part.size} bytes; run the same push again")

    def remove(self, part: LakePart) -> None:
        """Delete a part."""
        with self._telling("write"), contextlib.suppress(FileNotFoundError):
            self._files.rm_file(f"{self._base}/{part.path}")

    def local(self, parts: Iterable[LakePart], cache: Path) -> list[str]:
        """Copies of the parts in a private folder; what is there already is not fetched again.

        FileNotFoundError when a part has left the lake since it was listed.
        """
        wanted = list(parts)
        try:
            make_private_folder(cache)
            present = {path.name: path.stat().st_size for path in cache.iterdir()}
            missing = iter([part for part in wanted if not _fits(part, present.get(part.name))])
            while chunk := list(islice(missing, _FETCHED_AT_ONCE)):
                self._fetch(chunk, cache)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise StoreError(f"cannot keep a copy of {self.shown} in {cache}: {error.strerror}") from error
        return [str(cache / part.name) for part in wanted]

    def _fetch(self, chunk: list[LakePart], cache: Path) -> None:
        copies = [cache / f".{part.name}.tmp" for part in chunk]
        with self._telling("read"):
            self._files.get([f"{self._base}/{part.path}" for part in chunk], [str(copy) for copy in copies])
        for part, copy in zip(chunk, copies, strict=True):
            if not _fits(part, copy.stat().st_size):
                copy.unlink()
                raise StoreError(f"{self.shown}/{part.path} was fetched with another size; try again")
            copy.chmod(FILE_MODE)
            copy.replace(cache / part.name)

    @contextlib.contextmanager
    def _telling(self, doing: str) -> Iterator[None]:
        """Turn whatever a library of some protocol raises into an error that says what and where."""
        try:
            yield
        except (FileNotFoundError, AfteractionError):
            raise
        except Exception as error:
            raise StoreError(f"cannot {doing} {self.shown}: {_reason(error)}") from error


def _fits(part: LakePart, size: int | None) -> bool:
    return size is not None and part.size in (-1, size)


def _reason(error: Any) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
