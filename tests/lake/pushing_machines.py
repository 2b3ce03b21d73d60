"""Many machines that push to one lake at the same moment: ``python -m tests.lake.pushing_machines FOLDER LAKE N``.

Every machine has three records of its own and one that its neighbour has too, as a home folder on two machines would.
One process each, forked from one that has imported everything, so that all of them really run at once.
"""

from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from afteraction.lake.open_place import open_place
from afteraction.lake.push import push
from afteraction.paths import Root
from afteraction.privacy.redactor import Redactor
from tests.records import NOW_MS, invocation, write_records

if TYPE_CHECKING:
    from multiprocessing.synchronize import Barrier

OWN = 3


def shared_id(machine: int) -> int:
    """The number of the record that two neighbours have."""
    return 1_000_000 + machine // 2


def own_ids(machine: int) -> list[int]:
    """The numbers of the records that one machine alone has."""
    return [machine * OWN + at for at in range(OWN)]


def _machine(folder: Path, lake: str, machine: int, start: Barrier) -> None:
    root = folder / str(machine)
    write_records(root, *map(invocation, (*own_ids(machine), shared_id(machine))))
    start.wait()
    for _ in range(2):  # the second has nothing to do, whatever the others do
        push(Root(root), open_place(lake), Redactor({}), now_ms=NOW_MS + machine, again=False)


def main() -> None:
    """Let them push; exit 1 when any of them failed."""
    folder, lake, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    context = multiprocessing.get_context("fork")
    start = context.Barrier(count)
    machines = [context.Process(target=_machine, args=(folder, lake, at, start)) for at in range(count)]
    for machine in machines:
        machine.start()
    for machine in machines:
        machine.join()
    sys.exit(any(machine.exitcode for machine in machines))


if __name__ == "__main__":
    main()
