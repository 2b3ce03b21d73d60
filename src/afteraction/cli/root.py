"""Which telemetry root a command reads.

The one place in the command line that looks at the environment and the current folder for it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from afteraction.paths import Root


def current() -> Root:
    """The root of this run: the environment's, else what ``install`` chose, else the user's data folder."""
    from afteraction.installation import current_root

    return current_root(os.environ, Path.cwd())
