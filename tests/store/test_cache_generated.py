"""The histories that benchmarks and screenshots are made from, as files and as a lake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from afteraction.analytics.scope import Scope
from afteraction.analytics.summary import summary
from afteraction.lake.lake_index import open_lake
from afteraction.lake.open_place import open_place
from afteraction.paths import Root
from afteraction.store.index import open_index
from afteraction.store.reading import find_workflow
from benchmarks.generate import history, write_history, write_lake

if TYPE_CHECKING:
    from pathlib import Path


def test_the_same_seed_makes_the_same_history() -> None:
    """Figures and pictures that cannot be made again prove nothing."""
    first, again, other = (list(history(400, seed=seed)) for seed in (1, 1, 2))

    assert first == again != other
    records = [record for workflow in first for record in workflow]
    assert len({record.invocation_id for record in records}) == len(records) == 400


def test_a_generated_history_is_read_like_a_recorded_one(tmp_path: Path) -> None:
    """It goes through the product's own writers, and holds what reports look for."""
    assert write_history(Root(tmp_path), history(600)) == 600

    index = open_index(Root(tmp_path))
    asked = index.connection.execute(
        "select count(*), count(parent_invocation_id) > 0, bool_or(background), count(distinct definition_sha256), "
        "count(distinct status), count(user_accepted) > 0 from invocations"
    )

    assert (index.unreadable, asked.fetchall()) == ((), [(600, True, True, 11, 3, True)])
    assert find_workflow(Root(tmp_path), "last").invocations


def test_a_generated_lake_holds_the_same_records(tmp_path: Path) -> None:
    """What is measured at ten million rows is asked as a team's lake is."""
    (tmp_path / "lake").mkdir()
    assert write_lake(tmp_path / "lake", history(300)) == 300
    write_history(Root(tmp_path / "files"), history(300))

    lake = open_lake(Root(tmp_path / "copies"), open_place(str(tmp_path / "lake")))

    assert summary(lake, Scope()) == summary(open_index(Root(tmp_path / "files")), Scope())
