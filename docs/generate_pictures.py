"""Make the pictures of the web page anew: ``python -m docs.generate_pictures``.

From generated data and a real browser, so that they can be made again whenever a page changes.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from afteraction.paths import Root
from benchmarks.generate import history, write_history
from tests.conftest import ARGUMENTS, browser_path
from tests.web.site import served

FOLDER = Path(__file__).parent / "pictures"
PICTURES = {"home": ("/", 760), "workflow": ("/workflows/last", 420)}
"""Name → the page, and how many pixels of it from the top."""


def main() -> None:
    """Take them."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        root = Path(scratch) / "data"
        write_history(Root(root), history(1_400, days=28, seed=4))
        browser = playwright.chromium.launch(executable_path=browser_path(), args=[*ARGUMENTS, "--no-sandbox"])
        with served(root) as site:
            for name, (path, height) in PICTURES.items():
                page = browser.new_page(viewport={"width": 1000, "height": height})
                page.goto(site + path)
                page.screenshot(path=FOLDER / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
