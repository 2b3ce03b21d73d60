"""Every location below one telemetry root.

One frozen value builds all paths, so that no second path builder can disagree with the first. The root itself is
chosen once: ``$OAK_TELEMETRY_DIR``, else what the caller was told by ``install``, else the user's data folder.
Nothing here touches the disk.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT_VARIABLE = "OAK_TELEMETRY_DIR"


@dataclass(frozen=True, slots=True)
class Root:
    """One telemetry root and every place inside it."""

    path: Path

    @property
    def invocations(self) -> Path:
        """The truth: one JSON file per invocation, in a folder per UTC day."""
        return self.path / "invocations"

    @property
    def workflows(self) -> Path:
        """One JSON file per workflow, derived from the invocations it links."""
        return self.path / "workflows"

    @property
    def analytics(self) -> Path:
        """Rows of the reports for programs that read files; written anew with the records."""
        return self.path / "analytics"

    @property
    def suggestions(self) -> Path:
        """What ``log_suggestion`` stored: one JSON file per suggestion, in a folder per UTC day."""
        return self.path / "suggestions"

    @property
    def validations(self) -> Path:
        """What ``log_validation`` stored, likewise."""
        return self.path / "validations"

    @property
    def cache(self) -> Path:
        """What answers questions fast: derived from the records, and free to be deleted at any time."""
        return self.path / "cache"

    @property
    def archive(self) -> Path:
        """The truth of old days: one Parquet part per UTC day that holds the record files themselves."""
        return self.path / "archive"

    @property
    def spool(self) -> Path:
        """What hooks have written: one file of lines per session."""
        return self.path / "spool"

    @property
    def state(self) -> Path:
        """What passes and ``install`` remember; losing it costs time and the byte-exact uninstall, never a record."""
        return self.path / "state"

    @property
    def lake_state(self) -> Path:
        """What has been pushed where; losing it costs work."""
        return self.state / "lake.json"

    @property
    def lake_writer(self) -> Path:
        """The random number by which this root signs what it pushes."""
        return self.state / "lake-writer"

    @property
    def rules_state(self) -> Path:
        """What was proposed for which rules file, and what was applied; losing it costs ``undo`` and ``effect``."""
        return self.state / "rules.json"

    @property
    def auto_rules(self) -> Path:
        """Which rules file may be adjusted without asking each time; absent where nobody asked for that."""
        return self.state / "auto-rules.json"

    @property
    def lake_copies(self) -> Path:
        """Parts of remote lakes, a folder for each: free to be deleted at any time."""
        return self.cache / "lake"

    @property
    def collector_lock(self) -> Path:
        """Locked by the one collector that runs; hooks try it to learn whether to start one."""
        return self.spool / "collector.lock"

    @property
    def quarantine(self) -> Path:
        """Files that could not be read, kept for the user and out of the way."""
        return self.path / "quarantine"


def telemetry_root(environ: Mapping[str, str], *, chosen: Path | None = None) -> Root:
    """The root to use now: the environment's, else the chosen one, else the user's data folder."""
    from_environment = environ.get(ROOT_VARIABLE)
    if from_environment:
        return Root(Path(from_environment).expanduser().absolute())
    if chosen is not None:
        return Root(chosen)
    return Root(user_data_root(environ))


def user_data_root(environ: Mapping[str, str]) -> Path:
    """``telemetry/`` in the user's data folder, as the platform names it; an absolute path."""
    if os.name == "posix" and environ.get("XDG_DATA_HOME"):
        return Path(environ["XDG_DATA_HOME"]) / "afteraction" / "telemetry"
    import platformdirs

    return Path(platformdirs.user_data_dir("afteraction", appauthor=False)) / "telemetry"


def claude_config_dir(environ: Mapping[str, str]) -> Path:
    """Where Claude Code keeps settings and transcripts: ``$CLAUDE_CONFIG_DIR``, else ``~/.claude``."""
    configured = environ.get("CLAUDE_CONFIG_DIR")
    if configured:
        return Path(configured).expanduser().absolute()
    return Path(environ.get("HOME") or Path.home()) / ".claude"
