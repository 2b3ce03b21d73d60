"""The Claude Code plugin as a user has it: a copy of what the repository ships, and nothing else of it."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

CHECKOUT = Path(__file__).resolve().parents[1]
PARTS = (
    ".claude-plugin",
    "hooks",
    "commands",
    "skills",
    "bin",
    "src",
    "docs",
    "scripts",
    "pyproject.toml",
    "README.md",
    "LICENSE",
)
NAME = "my plugin"
"""With a space: paths have them."""


def copy_plugin(folder: Path) -> Path:
    """Copy the plugin below ``folder``; where it lies then."""
    return copy_parts(PARTS, folder / NAME)


def copy_parts(parts: Iterable[str], place: Path) -> Path:
    """Copy these files and folders of the repository to ``place``, which is returned."""
    for part in parts:
        source, target = CHECKOUT / part, place / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    return place


def path_with_afteraction() -> str:
    """A PATH on which Afteraction is installed, as pipx and uv leave it."""
    return f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
