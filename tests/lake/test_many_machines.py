"""Two hundred machines push to one lake at the same moment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from afteraction.lake.lake_index import open_lake
from afteraction.lake.open_place import open_place
from afteraction.paths import Root
from tests.lake.asking import ids
from tests.lake.machines import files
from tests.lake.pushing_machines import OWN, own_ids, shared_id
from tests.records import invocation

MACHINES = 200


def test_nothing_is_lost_and_nothing_counts_twice(tmp_path: Path) -> None:
    """Without a lock or a word between them: one part each, and every invocation counts once."""
    lake = tmp_path / "lake"

    subprocess.run(
        [sys.executable, "-m", "tests.lake.pushing_machines", str(tmp_path / "machines"), str(lake), str(MACHINES)],
        cwd=Path(__file__).parents[2], check=True, timeout=300,
    )  # fmt: skip

    wanted = {number for machine in range(MACHINES) for number in (*own_ids(machine), shared_id(machine))}
    assert len(wanted) == MACHINES * OWN + MACHINES // 2
    assert ids(open_lake(Root(tmp_path / "asking"), open_place(str(lake)))) == sorted(
        invocation(number).invocation_id for number in wanted
    )
    assert len(files(lake)) == MACHINES
