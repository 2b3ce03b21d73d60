"""The SQL files of the package, each read once.

Read by path: ``importlib.resources`` imports zipfile and tempfile for it, some 8 ms of a report's 200.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

STORE = "store"
_PACKAGE = Path(__file__).parents[1]


@cache
def sql(folder: str, name: str) -> str:
    """The text of ``<name>.sql`` in a folder of the package, ``analytics`` or ``store``."""
    return (_PACKAGE / folder / f"{name}.sql").read_text(encoding="utf-8")
