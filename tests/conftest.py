"""Programs that tests need, the system's; installed where they are missing and that is allowed. And a real Chromium.

Generated tests try the same examples in each run, however long one takes: the same tree gives the same answer, on a
busy machine as well.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from playwright.sync_api import Browser

settings.register_profile("same", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("same")

_NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def browser_path() -> str:
    """Where Chromium is; installs it where it is missing and may be."""
    return installed(*_NAMES, package="chromium")


def installed(*names: str, package: str) -> str:
    """Where the first program of these is; installs the package where none is and that is allowed."""
    found = _found(names)
    install = f"apt-get install --yes --no-install-recommends {package}"
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in ("apt-get update --quiet", install):
            subprocess.run(command.split(), env=quiet, check=True, stdout=subprocess.DEVNULL, timeout=900)
        found = _found(names)
    assert found is not None, f"{names[0]} is needed: {install}"
    return found


def _found(names: Iterable[str]) -> str | None:
    return next((path for name in names if (path := shutil.which(name))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a module's tests; each opens a context of its own, without cookies or cache.

    Not for the whole session: Playwright's loop runs as long as it does, and no test with a loop of its own could.
    """
    root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=browser_path(), args=[*ARGUMENTS, *root])
        yield launched
        launched.close()
