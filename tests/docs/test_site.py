"""The site: every page in its place, no link into nothing, and nothing from another host."""

from __future__ import annotations

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from mkdocs.config import load_config

from tests.docs.built import Html, broken, foreign, loaded
from tests.docs.conftest import build
from tests.plugin_copy import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing on stderr."""


@pytest.fixture
def address(site: Path) -> Iterator[str]:
    """Where the site is served on loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_every_page_of_docs_is_in_the_site_and_in_its_navigation(site: Path) -> None:
    """A page that the navigation does not name is found by nobody; one that it names is there."""
    named = {Path(page).stem for page in _pages(load_config(str(CHECKOUT / "mkdocs.yml")).nav)}
    pages = {path.stem for path in (CHECKOUT / "docs").glob("*.md")}

    assert named == pages | {"index", "contributing", "changelog"}
    assert {path.stem for path in site.glob("*.html")} == named | {"404"}


def test_every_link_leads_to_a_page_and_a_place_on_it(site: Path) -> None:
    """Asked of the built HTML, whatever mkdocs thinks of it: README and navigation included."""
    assert broken(site) == []
    assert sum(len(Html(path.read_text(encoding="utf-8")).links) for path in site.glob("*.html")) > 1000


def test_a_table_shows_no_backslash_and_a_list_is_a_list(site: Path) -> None:
    """Markdown is read a little differently by mkdocs than by the terminal and by git hosts: no page may suffer."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in site.glob("*.html")}

    assert "<code>int | None</code>" in texts["questions.html"]
    assert [name for name, text in texts.items() if "\\|" in text] == []
    assert [name for name, text in texts.items() if "<p>- " in text or "\n- " in text.split("<article")[-1]] == []


def test_every_word_of_the_glossary_leads_to_its_page() -> None:
    """A word is explained in a line there, and at length where it belongs."""
    text = (CHECKOUT / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| word |")]

    assert len(rows) > 35
    assert [row for row in rows if "](" not in row] == []


def test_nothing_is_loaded_from_another_host(site: Path) -> None:
    """Who reads a page tells nobody: scripts, styles, fonts and pictures lie beside it."""
    assert [target for target in loaded(site) if foreign(target)] == []
    assert not (site / "generate_commands.py").exists()


@pytest.mark.parametrize("served", [True, False], ids=["served", "from disk"])
def test_search_finds_and_asks_no_other_host(address: str, site: Path, browser: Browser, *, served: bool) -> None:
    """In a real browser: every request goes to where the page came from, a host or the disk."""
    start = f"{address}/index.html" if served else (site / "index.html").as_uri()
    page = browser.new_context().new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(start)
    page.get_by_role("textbox", name="Search").first.press_sequentially("critical path")  # it listens to keys only
    page.locator(".md-search-result__link").first.wait_for(timeout=30_000)

    assert {urlsplit(url)[:2] for url in asked if not url.startswith("data:")} == {urlsplit(start)[:2]}
    assert any("search_index" in url for url in asked)


@pytest.mark.parametrize(
    ("page", "said", "complaint"),
    [
        ("docs/install.md", "(plugin.md)", "plugged.md"),
        ("docs/data-format.md", "(outcomes.md)", "outcomes.md#nowhere"),
        ("docs/lake.md", "(../src/afteraction/lake/postgres.sql)", "../src/afteraction/lake/mysql.sql"),
        ("README.md", "(docs/decisions.md)", "docs/indecision.md"),
        ("README.md", "(CONTRIBUTING.md)", "CONTRIBUTION.md"),
    ],
)
def test_a_broken_link_fails_the_build(copy: Path, tmp_path: Path, page: str, said: str, complaint: str) -> None:
    """To a page, to a place on a page, to code; from the pages and from the README."""
    text = (copy / page).read_text(encoding="utf-8")
    assert said in text
    (copy / page).write_text(text.replace(said, f"({complaint})"), encoding="utf-8")
    done = build(copy, tmp_path / "out")

    assert done.returncode != 0
    assert complaint.rpartition("/")[2] in done.stderr


def test_a_page_outside_the_navigation_fails_the_build(copy: Path, tmp_path: Path) -> None:
    """Whoever adds a page says where it belongs."""
    (copy / "docs/lonely.md").write_text("# Lonely\n", encoding="utf-8")
    done = build(copy, tmp_path / "out")

    assert done.returncode != 0
    assert "lonely.md" in done.stderr


def test_the_check_of_links_sees_a_broken_one(tmp_path: Path) -> None:
    """The reader of built pages is held itself: each kind of break, and none where there is none."""
    (tmp_path / "a.html").write_text('<p id="here"><a href="b.html#there"></a><a href="#here"></a><img src="no.png">')
    (tmp_path / "b.html").write_text('<a href="a.html#gone"></a><a href="https://example.org/x"></a><a href="c.html">')
    (tmp_path / "s.css").write_text("@import 'https://example.org/f.css'; a { background: url(//example.org/p.png) }")

    assert broken(tmp_path) == ["a.html: b.html#there", "a.html: no.png", "b.html: a.html#gone", "b.html: c.html"]
    assert [target for target in loaded(tmp_path) if foreign(target)] == [
        "https://example.org/f.css", "//example.org/p.png",
    ]  # fmt: skip


def _pages(nav: object) -> Iterator[str]:
    """The pages that a navigation names, at any depth."""
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, dict):
        for below in nav.values():
            yield from _pages(below)
    elif isinstance(nav, list):
        for below in nav:
            yield from _pages(below)
