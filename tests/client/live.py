"""A session with the hooks installed, and what it left in the telemetry folder.

Reading waits for the collector that the hooks started; nothing here calls it.
"""

from __future__ import annotations

import fcntl
import json
import os
from typing import TYPE_CHECKING, Any

from tests.client.product import afteraction, telemetry_folder
from tests.client.run import Client, Workplace, wait_until
from tests.client.scenarios import FINAL, SCENARIOS, ScenarioResult, play

if TYPE_CHECKING:
    from pathlib import Path

SILENT_STDERR = b""


def install(place: Workplace) -> None:
    """Install the hooks as a user would."""
    afteraction(place, "install", "--user")


def session(name: str, version: str, folder: Path) -> ScenarioResult:
    """Play one scenario with the hooks installed."""
    return play(SCENARIOS[name], Client.installed(version), folder, before=install)


def records(result: ScenarioResult) -> list[dict[str, Any]]:
    """All records that exist now, in order of start."""
    paths = telemetry_folder(result.place).glob("invocations/*/*.json")
    found = [json.loads(path.read_bytes()) for path in paths]
    return sorted(found, key=lambda record: (record["timestamp"], record["invocation_id"]))


def recorded(result: ScenarioResult, count: int) -> list[dict[str, Any]]:
    """The records, once the collector that the hooks started has written ``count`` of them and gone."""
    wait_until(lambda: len(records(result)) >= count and not collector_runs(result), f"{count} records are written")
    return records(result)


def collector_runs(result: ScenarioResult) -> bool:
    """Whether somebody holds the collector's lock."""
    lock = telemetry_folder(result.place) / "spool" / "collector.lock"
    if not lock.exists():
        return False
    descriptor = os.open(lock, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def workflows(result: ScenarioResult) -> list[dict[str, Any]]:
    """All workflow files."""
    return [json.loads(path.read_bytes()) for path in telemetry_folder(result.place).glob("workflows/*.json")]


def outcome(record: dict[str, Any]) -> tuple[str, str]:
    """Status and category."""
    return record["status"], record["metadata"]["outcome"]["category"]


def assert_silent(result: ScenarioResult) -> None:
    """Nothing on the client's terminal betrays the hook."""
    assert result.stderr == SILENT_STDERR
    assert set(result.stdout.decode().split("\n")) <= {FINAL, ""}
