"""Recorded sessions, each replayed once for all tests that look at it."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import pytest

from tests.replay import Replay, replay

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="session")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Replay]:
    """Give a recording's replay: its hooks are real processes, and run once instead of once for every question."""
    return functools.cache(lambda case: replay(case, tmp_path_factory.mktemp("replay")))
