"""The documentation as a site, built as ``make site`` builds it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.plugin_copy import CHECKOUT, copy_parts

if TYPE_CHECKING:
    from pathlib import Path

SOURCES = ("mkdocs.yml", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs", "src/afteraction/lake")


def build(top: Path, target: Path) -> subprocess.CompletedProcess[str]:
    """Build the site of the repository at ``top`` into ``target``."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--config-file", top / "mkdocs.yml", "--site-dir", target],
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finished site."""
    target = tmp_path_factory.mktemp("site") / "built"
    done = build(CHECKOUT, target)
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what the site is made of, to be damaged."""
    return copy_parts(SOURCES, tmp_path / "copy")
