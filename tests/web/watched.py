"""A page of which everything is noted that should not happen."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request


@dataclass
class Watched:
    """A page, and what went wrong on it."""

    page: Page
    trouble: list[str] = field(default_factory=list)
    """Console errors, uncaught exceptions, dialogs, and requests to anywhere else."""

    def violations(self) -> list[str]:
        """What axe finds, as rule and element."""
        found = Axe().run(self.page).response["violations"]
        return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]

    def overhang(self) -> int:
        """By how many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@contextlib.contextmanager
def watched(
    browser: Browser, home: str, *, scheme: Literal["light", "dark"] = "light", width: int = 1200
) -> Iterator[Watched]:
    """A new page; ``home`` is the only place that it may ask."""
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 900}, reduced_motion="reduce"
    )
    seen = Watched(context.new_page())
    page, trouble = seen.page, seen.trouble

    def told(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            trouble.append(message.text)

    def opened(dialog: Dialog) -> None:
        trouble.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def asked(request: Request) -> None:
        if not request.url.startswith(home):
            trouble.append(f"asks {request.url}")

    page.on("console", told)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("dialog", opened)
    page.on("request", asked)
    yield seen
    context.close()
