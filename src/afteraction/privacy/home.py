"""Turning home folders into ``~``: a path says who somebody is by the name of their home.

``/root`` stays: it is nobody's name, and hiding it would alter every trace from a container. Folders beneath ``/home``
are taken for homes only where a path begins, so that ``src/home/view.py`` and a route ``/home`` stay too.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from afteraction.privacy.escapes import with_borders_open
from afteraction.privacy.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from afteraction.privacy.engine import Engine
    from afteraction.privacy.spans import Scan

UNIX = r"""(?:/mnt)?(?:/[a-z])?/(?:home|Users|var/home|export/home)/([^\s/\x5c"'`<>:;,|()\x5b\x5d{}$*?]{1,64})"""
WINDOWS = (
    r"(?i)\b[a-z]:(?:\x5c{1,4}|/)(?:users|documents and settings)(?:\x5c{1,4}|/)"
    r"""([^\s\x5c/:*?"'<>|%$]{1,64}(?: [^\s\x5c/:*?"'<>|]{1,32}){0,2}?)(?:\x5c|/|["'\s]|$)"""
)
SLUG = r"(?:^|[/\x5c])-(?:home|Users)-([0-9A-Za-z_.]{1,64})"
"""The client's project folders: the path of the project with dashes for slashes."""
_NOBODY = {b"shared", b"public", b"default", b"all users", b"linuxbrew", b"root", b"runneradmin", b"~"}
_SYSTEM_HOMES = {"", "/", "/root", "/nonexistent", "/var/empty"}
_MIN_HOME = 4


class Home:
    """The patterns, compiled by one engine, and the home of this process."""

    def __init__(self, engine: Engine, home: str | None) -> None:
        self._unix = engine.compile(UNIX)
        self._windows = engine.compile(WINDOWS)
        self._slug = engine.compile(SLUG)
        own = (home or "").rstrip("/\\")
        known = own not in _SYSTEM_HOMES and len(own) >= _MIN_HOME
        forms = {own, own.replace("\\", "\\\\"), re.sub(r"[^0-9A-Za-z]", "-", own)} if known else set()
        self._own = tuple(form.encode("utf-8", "surrogatepass") for form in sorted(forms))

        self.scans: tuple[Scan, ...] = (
            *(partial(_own_homes, form) for form in self._own),
            with_borders_open(self._unix_homes),
            self._windows_homes,
            self._slugs,
        )

    def _unix_homes(self, data: bytes) -> Iterator[Span]:
        if b"/home/" not in data and b"/Users/" not in data:
            return
        for match in self._unix.finditer(data):
            start, name = match.span()[0], match.group(1).rstrip(b".!")
            end = match.span(1)[0] + len(name)
            before = data[start - 1 : start] if start else b""
            inside = before.isalnum() or (before and before in b"_.-~})")
            is_file = b"." in name and data[end : end + 1] not in (b"/", b"\\")
            nobody = name.lower() in _NOBODY or not name
            yield Span(start, end, "" if inside or is_file or nobody else "home")

    def _windows_homes(self, data: bytes) -> Iterator[Span]:
        if b":" not in data:
            return
        for match in self._windows.finditer(data):
            yield Span(match.span()[0], match.span(1)[1], "" if match.group(1).lower() in _NOBODY else "home")

    def _slugs(self, data: bytes) -> Iterator[Span]:
        if b"-home-" not in data and b"-Users-" not in data:
            return
        for match in self._slug.finditer(data):
            yield Span(*match.span(1), "home")


def _own_homes(own: bytes, data: bytes) -> Iterator[Span]:
    """Look for the home of this process, wherever it is."""
    start = data.find(own)
    while start >= 0:
        end = start + len(own)
        yield Span(start, end, "" if _goes_on(data, end) else "home")
        start = data.find(own, end)


def _goes_on(data: bytes, end: int) -> bool:
    """Tell whether the name at ``end`` goes on, so that it is another folder than the home."""
    after = data[end : end + 1]
    return after.isalnum() or after == b"_"
