"""A real Chromium for the tests of pages: the system's, installed where it is missing and that is allowed."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_INSTALL = "apt-get install --yes --no-install-recommends chromium"
ARGUMENTS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def browser_path() -> str:
    """Where Chromium is; installs it where it is missing and may be."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in ("apt-get update --quiet", _INSTALL):
            subprocess.run(command.split(), env=quiet, check=True, stdout=subprocess.DEVNULL, timeout=900)
        found = shutil.which("chromium")
    assert found is not None, f"Chromium is needed: {_INSTALL}"
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests; each opens a context of its own, without cookies or cache."""
    root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=browser_path(), args=[*ARGUMENTS, *root])
        yield launched
        launched.close()
