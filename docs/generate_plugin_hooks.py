"""Write the plugin's hook files from the events we listen to: ``python -m docs.generate_plugin_hooks``.

One file for the events that every client with plugins knows, and one for each event that came later: a client drops a
file that names an event it does not know, whole and without a word, and keeps the others.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from afteraction.sources.claude.hook_events import settings_entries

HOOKS = Path(__file__).parents[1] / "hooks"
COMMAND = '{ /bin/sh "${CLAUDE_PLUGIN_ROOT}/hooks/record.sh" || : afteraction; } >/dev/null 2>&1'
"""Guarded as ``hook_command`` guards its own: silent and 0, also when the plugin's folder is gone."""
LATER = ("SubagentStart", "PermissionRequest", "PostToolUseFailure", "StopFailure")
"""Events that some client with plugins does not know: those before 2.0.43, and up to before 2.1.78."""


def hook_files() -> dict[str, str]:
    """The text of every hook file, by its name."""
    entries = settings_entries(COMMAND)
    names = {"hooks.json": [event for event in entries if event not in LATER]}
    names |= {f"{re.sub(r'(?<!^)(?=[A-Z])', '-', event).lower()}.json": [event] for event in LATER}
    return {
        name: json.dumps({"hooks": {event: [entries[event]] for event in events}}, indent=2) + "\n"
        for name, events in names.items()
    }


def main() -> None:
    """Write the files."""
    for name, text in hook_files().items():
        (HOOKS / name).write_text(text)


if __name__ == "__main__":
    main()
