"""The page shows who runs right now, as the hooks tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.live.telling import Telling
from tests.web.site import served
from tests.web.watched import watched

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser


def test_running_agents_appear_and_end_on_an_open_page(browser: Browser, tmp_path: Path) -> None:
    """Nobody reloads anything: the server pushes what a hook has just told, to every page that is open."""
    told = Telling(tmp_path)
    told.tell("SessionStart")
    with served(told.root.path, tmp_path) as site, watched(browser, site) as one, watched(browser, site) as other:
        for seen in (one, other):
            seen.page.goto(site)
        told.start("a1", description="Run the tests")
        for seen in (one, other):
            expect(seen.page.locator("#live")).to_contain_text("test-runner runs")
        assert one.page.get_attribute("#live", "title") == "test-runner: Run the tests"

        told.start("a2", agent_type="Explore")
        expect(one.page.locator("#live")).to_contain_text("and 1 more")
        told.stop("a1")
        expect(one.page.locator("#live")).to_contain_text("Explore runs")
        told.stop("a2", "Explore")
        for seen in (one, other):
            expect(seen.page.locator("#live")).to_contain_text("○ Explore")
            assert seen.trouble == []
