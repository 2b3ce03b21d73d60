"""``--older 30d``: how old records must be, in whole days, for ``archive`` and ``prune``."""

from __future__ import annotations

import re

import click

_AGE = re.compile(r"(?P<number>[1-9][0-9]{0,4})\s*(?P<unit>d|w|days?|weeks?)")
_DAYS = {"d": 1, "w": 7}


class Age(click.ParamType[int]):
    """``30d``, ``12w`` or ``90days`` as a number of days."""

    name = "age"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Days; a usage error for anything else."""
        match = _AGE.fullmatch(str(value).strip())
        if match is None:
            self.fail(f"{value!r} is no age; try 30d, 90days or 12w", param, ctx)
        return int(match["number"]) * _DAYS[match["unit"][0]]
