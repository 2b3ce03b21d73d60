"""A root with a workflow in it, and a receiver to send it to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.otel.loopback import Inbox, receiver
from tests.records import busy_workflow, write_records, write_workflow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Eleven records and their workflow."""
    records, found = busy_workflow()
    write_records(tmp_path, *records)
    write_workflow(tmp_path, found)
    return tmp_path


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """A receiver."""
    with receiver() as running:
        yield running
