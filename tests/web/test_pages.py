"""Every page in a real browser: nothing fails, nothing is fetched from elsewhere, everybody can use it."""

from __future__ import annotations

import http.client
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import pytest

from afteraction.paths import Root
from benchmarks.generate import history, write_history
from tests.program import piped
from tests.records import invocation, write_records
from tests.web.site import served
from tests.web.watched import watched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

PAGES = (
    "/", "/agents/frontend-developer", "/agents/docs:api-documenter", "/failures", "/quality", "/workflows",
    "/workflows/last", "/pairs", "/usage", "/cost", "/invocations", "/invocations?page=2", "/invocations/last",
    "/health", "/nowhere", "/?period=24h&project=shop", "/failures?agent=nobody",
)  # fmt: skip
VIEWS: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 1200), ("dark", 1200), ("light", 390))
PICTURES = Path(__file__).parents[2] / "build" / "screenshots"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated history of some weeks."""
    folder = tmp_path_factory.mktemp("site")
    write_history(Root(folder), history(1_500, days=60))
    return folder


@pytest.fixture(scope="module")
def site(root: Path) -> Iterator[str]:
    """The site over it."""
    with served(root) as address:
        yield address


def fetched(site: str, path: str) -> str:
    """What a program gets."""
    connection = http.client.HTTPConnection(urlsplit(site).netloc)
    connection.request("GET", path)
    text = connection.getresponse().read().decode()
    connection.close()
    return text


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("scheme", "width"), VIEWS)
def test_page(browser: Browser, site: str, path: str, scheme: Literal["light", "dark"], width: int) -> None:
    """No error, no request to elsewhere, no sideways scrolling, nothing that axe objects to; a picture is kept."""
    with watched(browser, site, scheme=scheme, width=width) as seen:
        answer = seen.page.goto(site + path)
        assert answer is not None
        missing = path == "/nowhere"
        assert answer.status == (404 if missing else 200)

        PICTURES.mkdir(parents=True, exist_ok=True)
        name = path.strip("/").translate(str.maketrans("/?=&:", "-----")) or "home"
        seen.page.screenshot(path=PICTURES / f"{name}-{scheme}-{width}.png", full_page=True)

        assert [one for one in seen.trouble if not (missing and "404" in one)] == []
        assert seen.overhang() <= 0
        assert seen.violations() == []


def test_tables_are_the_rows_of_the_command_line(root: Path, site: str) -> None:
    """JSON and CSV links give what ``--json`` and ``--csv`` give, filters included."""
    until = "2026-11-20"
    for name, command in (("agents", "agents"), ("pairs", "pairs"), ("cost-by-agent", "cost")):
        for form in ("json", "csv"):
            given = fetched(site, f"/data/{name}.{form}?until={until}&project=shop")
            assert given == piped(root, command, "--until", until, "--project", "shop", f"--{form}").stdout
            assert len(given) > 300


def test_what_began_a_moment_ago_is_in_every_number(tmp_path: Path) -> None:
    """Questions are the same for a minute, but a table over time must not lag behind the count above it."""
    write_records(tmp_path, invocation(1, started_ms=time.time_ns() // 1_000_000))
    with served(tmp_path) as site:
        by_agent, by_day = (json.loads(fetched(site, f"/data/{name}.json")) for name in ("agents", "trend"))

    assert [row["invocations"] for row in by_agent] == [row["invocations"] for row in by_day] == [1]


def test_every_table_has_its_rows(browser: Browser, site: str) -> None:
    """Below each table stand links to all of its rows, and both answer."""
    linked: set[str] = set()
    with watched(browser, site) as seen:
        for path in PAGES:
            if path == "/nowhere" or path.startswith(("/invocations/", "/failures?", "/?")):
                continue  # no tables there, or none when nothing matches
            seen.page.goto(site + path)
            found = seen.page.evaluate(
                "[...document.querySelectorAll('main section')].filter((one) => one.querySelector('table'))"
                ".map((one) => [...one.querySelectorAll('.rows a')].map((link) => link.getAttribute('href')))"
            )
            assert found, path
            assert all(found), path
            linked.update(href for section in found for href in section)
    assert {"/data/health.json", "/data/rejected.csv"} <= linked
    for href in linked:
        given = fetched(site, href)
        assert json.loads(given) if ".json" in href else given.count("\n") > 1, href


def test_everything_can_be_reached_by_keyboard(browser: Browser, site: str) -> None:
    """Tab goes from the skip link through navigation, filters and tables to the end, and the place is always seen."""
    with watched(browser, site) as seen:
        seen.page.goto(site)
        reached = []
        for _ in range(200):
            seen.page.keyboard.press("Tab")
            here = seen.page.evaluate(
                "(() => { const e = document.activeElement; if (!e || e === document.body) return null;"
                " return [(e.getAttribute('aria-label') || e.name || e.textContent || '').trim(),"
                " getComputedStyle(e).outlineStyle]; })()"
            )
            if here is None:
                break
            reached.append(here)
        names = [name for name, _ in reached]
        assert names[0] == "Skip to content"
        assert {"Home", "Health", "period", "project", "Apply", "Agents", "Explore", "JSON", "The numbers"} <= set(
            names
        )
        assert {outline for _, outline in reached} <= {"solid", "auto"}
        seen.page.goto(site)
        seen.page.keyboard.press("Tab")
        seen.page.keyboard.press("Enter")
        assert seen.page.evaluate("document.activeElement.id") == "main"


def test_filters_stay_in_the_address(browser: Browser, site: str) -> None:
    """A filter is chosen once and goes along from page to page."""
    with watched(browser, site) as seen:
        seen.page.goto(site)
        seen.page.get_by_label("Period").select_option("7d")
        seen.page.get_by_label("Project").fill("shop")
        seen.page.get_by_role("button", name="Apply").click()
        seen.page.get_by_role("link", name="Failures", exact=True).click()
        assert "period=7d" in seen.page.url
        assert "project=shop" in seen.page.url
        assert seen.page.get_by_label("Project").input_value() == "shop"
        assert seen.trouble == []


def test_a_filter_that_means_nothing_is_said(site: str, browser: Browser) -> None:
    """The page says what is wrong and what would be right."""
    with watched(browser, site) as seen:
        answer = seen.page.goto(f"{site}/?period=soon")
        assert answer is not None
        assert answer.status == 400
        assert "'soon' is no period; try 7days" in seen.page.inner_text("main")


def test_nothing_recorded_says_what_to_do(browser: Browser, tmp_path: Path) -> None:
    """Every page is there before the first record."""
    (tmp_path / "empty").mkdir()
    with served(tmp_path / "empty", tmp_path) as site, watched(browser, site) as seen:
        for path in ("/", "/failures", "/workflows", "/pairs", "/usage", "/cost", "/invocations"):
            seen.page.goto(site + path)
            assert "afteraction import" in seen.page.inner_text("main")
        assert seen.trouble == []
        assert json.loads(fetched(site, "/data/agents.json")) == []
