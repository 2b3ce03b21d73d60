"""Fuzzes one reader: ``python -m tests.reliability.branch_fuzzing TARGET [OPTION...] CORPUS``.

atheris rewrites our modules as they are imported, to see which branches an input takes; so it must come before them.
"""

from __future__ import annotations

import sys

import atheris  # type: ignore[import-untyped]

with atheris.instrument_imports(include=["afteraction"]):
    from tests.reliability.fuzz_targets import TARGETS


def main() -> None:
    """Run; does not return. The exit status is 0 when nothing was found."""
    target = TARGETS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
