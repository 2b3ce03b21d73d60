"""Reads a built site: what its pages link to, what they load, and which places they have."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOADS = {"script": "src", "img": "src", "iframe": "src", "source": "src", "audio": "src", "video": "src",
          "embed": "src", "object": "data", "form": "action", "use": "href"}  # fmt: skip
_CSS = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""")


class Html(HTMLParser):
    """One page: where its links lead, what it loads, and the ids in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what one tag says."""
        given = {name: value or "" for name, value in attrs}
        self.places.update(given[name] for name in ("id", "name") if name in given)
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "link" and given.get("rel") not in {"canonical", "next", "prev", "alternate"}:
            self.loaded.append(given.get("href", ""))
        elif tag in _LOADS and _LOADS[tag] in given:
            self.loaded.append(given[_LOADS[tag]])
        self.loaded.extend(_css(given.get("style", "")))


def broken(site: Path) -> list[str]:
    """Links and loaded files of all pages that lead to no file of the site, or to no place in it."""
    pages = {path: Html(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    return [
        f"{path.name}: {target}"
        for path, page in pages.items()
        for target in (*page.links, *page.loaded)
        if not foreign(target) and not _leads(path, target, pages)
    ]


def loaded(site: Path) -> Iterator[str]:
    """Everything that pages and style sheets load."""
    for path in sorted(site.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        yield from Html(text).loaded
        for style in re.findall(r"<style[^>]*>(.*?)</style>", text, re.DOTALL):
            yield from _css(style)
    for path in sorted(site.rglob("*.css")):
        yield from _css(path.read_text(encoding="utf-8"))


def foreign(target: str) -> bool:
    """Whether it lies on another host."""
    return bool(urlsplit(target).netloc)


def _leads(path: Path, target: str, pages: dict[Path, Html]) -> bool:
    parts = urlsplit(target)
    if parts.scheme:
        return parts.scheme in {"data", "javascript"}
    if path.name == "404.html":  # served in place of any page, so its links begin at the top
        parts = parts._replace(path=parts.path.lstrip("/"))
    there = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    there = there / "index.html" if there.is_dir() else there
    if not there.is_file():
        return False
    return not parts.fragment or parts.fragment in {"__top", ""} or parts.fragment in pages[there].places


def _css(text: str) -> Iterator[str]:
    for url, imported in _CSS.findall(text):
        yield url or imported
