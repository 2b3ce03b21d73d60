"""Replay a recorded session through the hook command that ``install`` wrote, as the client would have called it.

Each payload goes to the exact command string of the settings file, through ``sh -c``, so the replay proves the
installed command and not our idea of it. Only paths are rewritten: the recordings name ``/tmp/home`` and
``/tmp/proj``.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.client.run import Workplace

RECORDED = Path(__file__).resolve().parents[1] / "tests" / "fixtures" / "sessions"
CASES = ("02c_bg_several", "00_basic__v2.1.330")
RECORDED_PATH = re.compile(rb"/tmp/(home|proj)(?![\w-])")
HOOK_TIMEOUT_S = 30.0


def replay(place: Workplace, case: str) -> int:
    """Put the transcripts of one recording into the workplace, then feed its payloads to the installed hooks.

    Returns:
        How many hook commands ran.

    Raises:
        RuntimeError: a hook command printed something or did not end with 0.
    """
    _place_transcripts(place, RECORDED / case / "transcripts")
    hooks = json.loads(place.user_settings.read_bytes())["hooks"]
    ran = 0
    for line in (RECORDED / case / "events.jsonl").read_bytes().splitlines():
        payload = _here(line, place)
        for command in commands(hooks, json.loads(payload)):
            _run_hook(place, command, payload)
            ran += 1
    return ran


def commands(hooks: dict[str, Any], payload: dict[str, Any]) -> Iterator[str]:
    """The commands that the client runs for a payload: those of its event whose matcher fits the tool."""
    for group in hooks.get(payload["hook_event_name"], []):
        matcher = group.get("matcher") or "*"
        if matcher == "*" or re.fullmatch(matcher, payload.get("tool_name", "")):
            yield from (hook["command"] for hook in group["hooks"])


def _run_hook(place: Workplace, command: str, payload: bytes) -> None:
    done = subprocess.run(
        ("sh", "-c", command),
        input=payload,
        cwd=place.project,
        env=place.environment({"CLAUDE_PROJECT_DIR": str(place.project), "CLAUDECODE": "1"}),
        capture_output=True,
        timeout=HOOK_TIMEOUT_S,
        check=False,
    )
    if (done.returncode, done.stdout, done.stderr) != (0, b"", b""):
        raise RuntimeError(f"the hook was not silent: {done!r}")


def _place_transcripts(place: Workplace, recorded: Path) -> None:
    """Copy the transcripts, each as old as its last line, because a transcript's age is its modification time."""
    target = place.home / ".claude" / "projects"
    shutil.copytree(recorded, target, dirs_exist_ok=True)
    for path in (target / source.relative_to(recorded) for source in recorded.rglob("*") if source.is_file()):
        text = path.read_bytes()
        path.write_bytes(_here(text, place))
        times = re.findall(rb'"timestamp":"([^"]+)"', text)
        if times:
            last = datetime.fromisoformat(times[-1].decode()).timestamp()
            os.utime(path, (last, last))


def _here(text: bytes, place: Workplace) -> bytes:
    """The text with the recorded paths replaced by the workplace's."""
    paths = {b"home": str(place.home).encode(), b"proj": str(place.project).encode()}
    return RECORDED_PATH.sub(lambda found: paths[found[1]], text)
